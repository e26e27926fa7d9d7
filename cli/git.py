"""The commit that is to be released: which one it is, and whether everybody else can get it too."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from cli.exits import Refused

HEAD = "HEAD"
SHOWN = 5
"""Changed files that are named."""


@dataclass(frozen=True)
class Commit:
    """A commit and the branch it is on; `branch` is empty where HEAD is detached."""

    sha: str
    branch: str


def commit(wanted: str) -> Commit:
    """Return the full id of a commit of this repository. Raises Refused."""
    nowhere = "this is no Git repository; go to one, or give --ci with a full commit id"
    _git("rev-parse", "--git-dir", code="NO_REPOSITORY", why=nowhere)
    unknown = f"commit {wanted!r} is not in this repository; fetch it, or name another"
    query = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{wanted}^{{commit}}")
    sha = _git(*query, code="NO_COMMIT", why=unknown)
    branch = _run("symbolic-ref", "--quiet", "--short", HEAD).stdout.strip()
    return Commit(sha, branch)


def clean() -> None:
    """Check that what is committed is all there is. Raises Refused, which names the files."""
    changed = _git("status", "--porcelain", code="NO_REPOSITORY", why="git status failed").splitlines()
    if changed:
        shown = ", ".join(line[3:] for line in changed[:SHOWN])
        more = f" and {len(changed) - SHOWN} more" if len(changed) > SHOWN else ""
        raise Refused("DIRTY_TREE", f"uncommitted: {shown}{more}; commit or stash it: only commits can be released")


def attached(found: Commit) -> None:
    """Check that HEAD is a branch. Raises Refused."""
    if not found.branch:
        short = found.sha[:12]
        raise Refused("DETACHED", f"HEAD is detached at {short}; check out a branch, or say so with --commit {short}")


def pushed(found: Commit) -> str:
    """Return a remote branch that has the commit. Raises Refused where none has, as far as this clone knows."""
    if not _run("remote").stdout.split():
        raise Refused("NO_REMOTE", "this repository has no remote: nobody could build the commit; add one and push")
    branches = _run("branch", "--remotes", "--contains", found.sha, "--format=%(refname:short)").stdout.split()
    if not branches:
        raise Refused("UNPUSHED", f"commit {found.sha[:12]} is on no remote branch; git push, then release")
    return branches[0]


def top() -> Path:
    """Return the root of this checkout. Raises Refused."""
    return Path(_git("rev-parse", "--show-toplevel", code="NO_REPOSITORY", why="the build needs a checkout"))


def changed_files(base: str, head: str) -> list[str]:
    """Return the paths that differ between two commits. Raises Refused."""
    names = [commit(name).sha for name in (base, head)]
    why = f"{base} and {head} can't be compared"
    # a file that moved away is a change where it was; and names come as they are, not quoted
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
        raise Refused("NO_GIT", f"git can't be run: {error.strerror}; install it, or give --commit and --ci") from error
