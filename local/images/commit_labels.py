"""Reads the details of a commit from this clone of Landfall, as buildspec.yml does."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from landfall.images import commit_details
from landfall.images.commit_details import Told

CLONE = Path(__file__).resolve().parents[2]


def of_commit(git_sha: str, clone: Path = CLONE) -> Told:
    """Return time, author, subject and ancestors of a commit; nothing if the clone doesn't have it."""
    listed = _git(clone, "rev-list", f"--max-count={commit_details.MOST + 2}", git_sha)
    said = _git(clone, "show", "--no-patch", "--date=format-local:%Y-%m-%dT%H:%M:%SZ", "--format=%cd%n%an%n%s", git_sha)
    if not listed or not said:
        return commit_details.NOTHING
    time, author, subject = said.split("\n")[:3]
    before = tuple(listed.split()[1:])
    history = commit_details.WHOLE
    if len(before) > commit_details.MOST:
        history = commit_details.CUT
    elif _git(clone, "rev-parse", "--is-shallow-repository") == "true":
        history = commit_details.SHALLOW
    return Told(git_sha, time, author, subject, history, before[: commit_details.MOST])


def _git(clone: Path, *arguments: str) -> str:
    """Return Git's output without the final line break; empty if the command fails or there is no Git."""
    environment = {"PATH": os.environ["PATH"], "TZ": "UTC0"}
    command = ["git", "--no-replace-objects", "-c", f"safe.directory={clone}", *arguments]
    try:
        done = subprocess.run(command, cwd=clone, env=environment, capture_output=True, check=False)
    except OSError:
        return ""
    return done.stdout.decode("utf-8", "replace").strip() if done.returncode == 0 else ""
