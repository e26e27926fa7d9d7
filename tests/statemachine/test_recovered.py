"""Which states an execution is stopped in by `make recovery`: no state that can be interrupted is forgotten."""

from __future__ import annotations

from statemachine.definition import definition
from tests.e2e.shared import stopped_at_gates, stopped_in_trouble, stopped_on_the_way

STOPPED_IN = {*stopped_on_the_way.STATES, *stopped_in_trouble.STATES, *stopped_at_gates.STATES}
TAKES_TIME = ("Task", "Wait")
"""An execution can only be stopped in these: the others take no time."""
NOT_STOPPED_IN = {
    **dict.fromkeys(("JudgeGate", "ContinueGate", "ContinueRollbackGate"), "`make strategies` kills Landfall at gates"),
    **dict.fromkeys(("WaitForScan", "WaitForPreflight"), "as in Preflight, to which it leads: nothing was changed"),
    "WaitToUpdate": "as in UpdateService, to which it leads; nothing was changed",
    "WaitForBake": "as in CheckTargetHealth, to which it leads; the local services have no bake",
    **dict.fromkeys(("CheckWorker", "WaitForWorker"), "of workers; as in CheckTargetHealth"),
    **dict.fromkeys(("CheckRollbackWorker", "WaitForRollbackWorker"), "of workers; as in CheckRollbackTargetHealth"),
}
"""The other states, and why."""


def test_each_state_is_stopped_in_or_has_a_reason() -> None:
    """A state that is new must be stopped in too: what a recovery finds there is nowhere else."""
    states = {name for name, state in definition()["States"].items() if state["Type"] in TAKES_TIME}
    assert STOPPED_IN | NOT_STOPPED_IN.keys() == states
    assert not STOPPED_IN & NOT_STOPPED_IN.keys()
