"""The directory under build/local of a local AWS that a person starts, removed at the end: a demo takes 110 MB."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOCAL = Path(__file__).resolve().parents[2] / "build" / "local"


@contextmanager
def own_directory(kind: str, parent: Path = LOCAL) -> Iterator[Path]:
    """Yield a directory named after this process; it need not exist yet.

    After an error it stays, with the emulator's log in it, until the next local AWS starts and removes the directories
    of ended processes.
    """
    remove_left_over(parent)
    directory = parent / f"{kind}-{os.getpid()}"
    try:
        yield directory
    except Exception:
        raise
    except BaseException:  # most of them end with Ctrl-C
        shutil.rmtree(directory, ignore_errors=True)
        raise
    else:
        shutil.rmtree(directory, ignore_errors=True)


def remove_left_over(parent: Path) -> None:
    """Remove the directories in `parent` that are named after an ended process."""
    for directory in parent.glob("*-*"):
        pid = directory.name.rpartition("-")[2]
        if directory.is_dir() and pid.isdecimal() and not _runs(int(pid)):
            shutil.rmtree(directory, ignore_errors=True)


def _runs(pid: int) -> bool:
    """Say whether there is a process of this id, whoever it belongs to."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
