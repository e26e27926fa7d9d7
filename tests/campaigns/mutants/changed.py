"""Which modules of the core the short form tries: those that changed, themselves or in the tests that are theirs."""

from __future__ import annotations

import subprocess
from collections.abc import Collection, Iterable
from pathlib import Path

from tests.campaigns.mutants import concerns


def modules() -> tuple[str, list[str]]:
    """Return against what is compared, and the modules that changed since, in the work tree too.

    It is where this branch left origin/main; on origin/main itself, or without one, the commit before. Many commits may
    have come at once there, so if that one did not change the core, the judging modules are tried. So they are in a
    checkout of one commit, or none of Git's, which tells nothing of what changed.
    """
    fork, before = _fork(), _before()
    if not (base := fork or before):
        return "no earlier commit is known", list(concerns.JUDGING)
    names = {*_git("diff", "--name-only", base), *_git("ls-files", "--others", "--exclude-standard")}
    found = concerned(map(Path, names), set(_core()))
    return f"since {base[:12]}", found if found or fork else list(concerns.JUDGING)


def concerned(paths: Iterable[Path], core: Collection[str]) -> list[str]:
    """Return which modules of the core are among paths, or have their own tests among them."""
    changed = {path.as_posix() for path in paths}
    return sorted(
        module
        for module in core
        if (concerns.CORE / module).as_posix() in changed
        or (module in concerns.JUDGING and changed & set(concerns.tests_of(module)))
    )


def _core() -> list[str]:
    found = (str(path.relative_to(concerns.CORE)) for path in concerns.CORE.rglob("*.py"))
    return [module for module in found if concerns.is_core(module)]


def _fork() -> str:
    """Return the commit at which this branch left origin/main; empty on origin/main itself, or without one."""
    found = next(iter(_git("merge-base", "origin/main", "HEAD")), "")
    return found if found != head() else ""


def _before() -> str:
    """Return the commit before the one that is checked out; empty where there is none."""
    return next(iter(_git("rev-parse", "--verify", "--quiet", "HEAD~1")), "")


def head() -> str:
    """Return the commit that is checked out; empty where that is not known."""
    return next(iter(_git("rev-parse", "HEAD")), "")


def _git(*arguments: str) -> list[str]:
    """Return what Git says, by lines; nothing where it fails, or where there is none."""
    try:
        run = subprocess.run(["git", *arguments], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return []
    return [] if run.returncode else run.stdout.split("\n")[:-1]
