"""Helpers to find child processes, and to end them with their parent."""

from __future__ import annotations

import contextlib
import ctypes
import signal
import sys
from collections.abc import Collection
from pathlib import Path

PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None)


def _die_with_parent() -> None:
    """Linux: the kernel kills this process when the thread that started it ends, however it ends."""
    _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


DIE_WITH_PARENT = _die_with_parent if sys.platform == "linux" else None


def session(leader: int) -> list[int]:
    """Return the ids of a session's processes. Linux only; elsewhere the emulator ends its own children."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[3]) == leader:
                found.append(int(stat.parent.name))
    return found


def running(programs: Collection[str], about: str) -> list[int]:
    """Return the ids of processes of these programs with this text in their arguments. Linux only."""
    found = []
    for command in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            program, _, arguments = command.read_bytes().decode(errors="replace").partition("\0")
            if Path(program).name in programs and about in arguments:
                found.append(int(command.parent.name))
    return found
