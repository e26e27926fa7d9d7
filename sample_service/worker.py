"""The sample as a worker (MODE=worker): no HTTP. It logs its commit at its start, and a line for each message."""

import sys
import time
from collections.abc import Callable

from sample_service.settings import Settings

WORK_SECONDS = 0.5
CRASH_EXIT_CODE = 3
FAULTS = ("worker-dead", "worker-silent", "worker-crash")
"""Kinds of bad releases: it does no work, it does not log its commit, it exits soon after it started."""


def run(
    settings: Settings,
    *,
    rounds: int | None = None,
    say: Callable[[str], None] = print,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Work until the process is stopped, or for so many rounds. Raises ValueError for a fault that is none."""
    fault = settings.fault
    if fault and fault not in FAULTS:
        raise ValueError(f"FAULT is {fault!r}: for a worker it must be empty or one of {', '.join(FAULTS)}")
    say("INFO worker started" + ("" if fault == "worker-silent" else f", git sha {settings.git_sha}"))
    done = 0
    while rounds is None or done < rounds:
        sleep(WORK_SECONDS)
        done += 1
        if fault == "worker-crash":
            say("ERROR worker lost its queue: the fault 'worker-crash' is baked into this image")
            sys.exit(CRASH_EXIT_CODE)
        if fault != "worker-dead":
            say(f"INFO processed message {done}")
