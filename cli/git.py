"""Finds the commit to release, and checks that it is pushed."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from cli.exits import Refused

HEAD = "HEAD"
SHOWN = 5
"""How many changed files an error message names."""


@dataclass(frozen=True)
class Commit:
    """A commit and its branch; `branch` is empty if HEAD is detached."""

    sha: str
    branch: str


def commit(wanted: str) -> Commit:
    """Return the full id of a commit of this repository. Raises Refused."""
    nowhere = "this directory is not in a Git repository; change to one, or give --ci with a full commit id"
    _git("rev-parse", "--git-dir", code="NO_REPOSITORY", why=nowhere)
    unknown = f"commit {wanted!r} is not in this repository; fetch it, or give another"
    query = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{wanted}^{{commit}}")
    sha = _git(*query, code="NO_COMMIT", why=unknown)
    branch = _run("symbolic-ref", "--quiet", "--short", HEAD).stdout.strip()
    return Commit(sha, branch)


def clean() -> None:
    """Check that the checkout has no uncommitted changes. Raises Refused, which names the files."""
    changed = _git("status", "--porcelain", code="NO_REPOSITORY", why="git status failed").splitlines()
    if changed:
        shown = ", ".join(line[3:] for line in changed[:SHOWN])
        more = f" and {len(changed) - SHOWN} more" if len(changed) > SHOWN else ""
        raise Refused(
            "DIRTY_TREE", f"uncommitted changes: {shown}{more}; commit or stash them: only commits can be released"
        )


def attached(found: Commit) -> None:
    """Check that HEAD is on a branch. Raises Refused."""
    if not found.branch:
        short = found.sha[:12]
        raise Refused("DETACHED", f"HEAD is detached at {short}; check out a branch, or give --commit {short}")


def pushed(found: Commit) -> str:
    """Return a remote branch that has the commit. Raises Refused if this clone knows of none."""
    if not _run("remote").stdout.split():
        raise Refused(
            "NO_REMOTE", "this repository has no remote, so the build can't get the commit; add a remote and push"
        )
    branches = _run("branch", "--remotes", "--contains", found.sha, "--format=%(refname:short)").stdout.split()
    if not branches:
        raise Refused("UNPUSHED", f"commit {found.sha[:12]} is not on a remote branch; run `git push`, then release")
    return branches[0]


def top() -> Path:
    """Return the root of this checkout. Raises Refused."""
    return Path(_git("rev-parse", "--show-toplevel", code="NO_REPOSITORY", why="the build needs a checkout"))


def changed_files(base: str, head: str) -> list[str]:
    """Return the paths that differ between two commits. Raises Refused."""
    names = [commit(name).sha for name in (base, head)]
    why = f"{base} and {head} can't be compared"
    # a moved file counts as a change at its old path too; names are not quoted
    options = ("diff", "--name-only", "--no-renames", "-z")
    return [path for path in _git(*options, *names, code="NO_COMMIT", why=why).split("\0") if path]


def _git(*arguments: str, code: str, why: str) -> str:
    done = _run(*arguments)
    if done.returncode:
        said = done.stderr.strip().removeprefix("fatal: ")
        raise Refused(code, f"{why}{f' (git: {said})' if said else ''}")
    return done.stdout.rstrip("\n")


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["git", *arguments]
    try:
        # names of files need not be UTF-8
        return subprocess.run(command, capture_output=True, text=True, errors="surrogateescape", check=False)  # noqa: S603
    except OSError as error:
        raise Refused("NO_GIT", f"can't run git: {error.strerror}; install it, or give --commit and --ci") from error
