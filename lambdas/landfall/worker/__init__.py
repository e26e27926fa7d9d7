"""Judges a service without a load balancer: its tasks run steadily, each logs our commit, and it does its work.

Pure: the steps read the tasks, the log lines and the metric. If AWS does not let Landfall read them, their absence is
not evidence.
"""

from __future__ import annotations

from dataclasses import replace

from landfall.model import Verdict, passed
from landfall.smoke.case import Check
from landfall.worker.commit_lines import COMMIT
from landfall.worker.progress import PROGRESS, Progressed
from landfall.worker.steadiness import Held

STEADY = "steady"
CHECKS = (STEADY, COMMIT, PROGRESS)
"""The checks of a worker, as records and reports name them."""
PROVEN, WORK_UNPROVEN = "WORKER_PROVEN", "WORK_NOT_PROVEN"
UNPROVEN = "not proven: that it does its work"


def conclusion(held: Held, logged: Check, progressed: Progressed) -> tuple[Verdict, tuple[Check, ...]]:
    """Return the PASS of a steady worker that logs its commit, with the checks and what was not proven."""
    checks = (steady(held), logged, progressed.check)
    told = f"{held.verdict.reason}; {logged.seen}"
    if progressed.proven:
        return passed(PROVEN, f"{told}; {progressed.check.seen}"), checks
    return passed(WORK_UNPROVEN, f"{UNPROVEN} ({progressed.check.seen}); {told}"), checks


def steady(held: Held) -> Check:
    """Return the check of the steady time."""
    return Check(STEADY, held.verdict.state.value, f"{held.seconds} s without a stop", held.verdict.reason)


def confirmed(looked: Verdict, previous: str) -> Verdict:
    """Return the PASS of a worker's last look as the PASS of its whole proof. `previous` is the code before it."""
    code = previous if previous in (PROVEN, WORK_UNPROVEN) else looked.code
    return replace(looked, code=code, reason=f"{looked.reason}{left_out(previous)}")


def left_out(code: str) -> str:
    """Return the addition to a reason if the code says that the proof left out the work; else empty."""
    return f"; {UNPROVEN}" if code == WORK_UNPROVEN else ""
