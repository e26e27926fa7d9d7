"""The directory of a local AWS that a person starts, under build/local: removed when it stops, 110 MB a demo."""

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

    After an error it stays, with the emulator's log in it, until the next local AWS starts: that one removes what
    processes left that are gone.
    """
    remove_left_over(parent)
    directory = parent / f"{kind}-{os.getpid()}"
    try:
        yield directory
    except Exception:
        raise
    except BaseException:  # Ctrl-C is how most of them end
        shutil.rmtree(directory, ignore_errors=True)
        raise
    else:
        shutil.rmtree(directory, ignore_errors=True)


def remove_left_over(parent: Path) -> None:
    """Remove the directories in `parent` that are named after a process that runs no more."""
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
