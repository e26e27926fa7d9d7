"""The steps' names for people. **A new kind of step gets a line here**; an unknown step is shown by its state's name.

`cause` is the cause of a step's seconds: `views/seconds.py` adds them up by cause.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from cli.ui.views import page_words
from landfall.approval.approval import AWAITED


class Cause(StrEnum):
    """The causes of a deployment's seconds, in the order in which a page shows them."""

    QUEUE = "waiting for its turn"
    STEPS = "Landfall's own steps"
    APPROVAL = "waiting for approval"
    MIGRATION = "migration"
    AFTER = "after-check"
    SCHEDULING = "scheduling"
    PULL = "image pull"
    START = "start"
    ROLLOUT = "rollout"
    HEALTH = "health checks"
    DRAINING = "draining"
    CHECKS = "smoke checks"
    BAKE = "bake"
    POLLING = "waits between looks"
    BACK = "the way back"


@dataclass(frozen=True)
class Step:
    """A state's name on the lane, whether it belongs to the way back, and the cause of its seconds."""

    label: str
    cause: Cause = Cause.STEPS
    back: bool = False


STEPS = {
    "Begin": Step("Begun"),
    "Resolve": Step("Accepted"),
    "AcquireLock": Step("Its turn", Cause.QUEUE),
    "WaitForLock": Step("Its turn", Cause.QUEUE),
    "TakeLock": Step("Taken over", Cause.QUEUE),
    "WaitForTakeLock": Step("Taken over", Cause.QUEUE),
    "WaitOutLambdas": Step("Taken over", Cause.QUEUE),
    "Preflight": Step("Preflight"),
    "WaitForScan": Step("Preflight", Cause.POLLING),
    "WaitForPreflight": Step("Preflight", Cause.POLLING),
    "CheckApproval": Step("Approval", Cause.APPROVAL),
    "AwaitApproval": Step("Approval", Cause.APPROVAL),
    "CheckSignOff": Step("Approval", Cause.APPROVAL),
    "AwaitSignOff": Step("Approval", Cause.APPROVAL),
    "RegisterTaskDefinition": Step("Revision"),
    "WaitToMigrate": Step("Migration", Cause.MIGRATION),
    "RunMigration": Step("Migration", Cause.MIGRATION),
    "WaitForMigration": Step("Migration", Cause.MIGRATION),
    "CheckMigration": Step("Migration", Cause.MIGRATION),
    "WaitForLeftMigration": Step("Migration", Cause.MIGRATION),
    "CheckLeftMigration": Step("Migration", Cause.MIGRATION),
    "WaitToUpdate": Step("Update", Cause.POLLING),
    "UpdateService": Step("Update"),
    "CheckStability": Step("Rollout", Cause.ROLLOUT),
    "WaitForStability": Step("Rollout", Cause.ROLLOUT),
    "CheckTargetHealth": Step("Targets", Cause.HEALTH),
    "WaitForTargetHealth": Step("Targets", Cause.HEALTH),
    "SmokeTest": Step("Checks", Cause.CHECKS),
    "WaitForSmokeTest": Step("Checks", Cause.POLLING),
    "CheckWorker": Step("Checks", Cause.CHECKS),
    "WaitForWorker": Step("Checks", Cause.CHECKS),
    "Confirm": Step("Proof"),
    "WaitForBake": Step("Bake", Cause.BAKE),
    "AfterCheck": Step("After-check", Cause.AFTER),
    "WaitForAfterCheck": Step("After-check", Cause.AFTER),
    "JudgeGate": Step("Gate", Cause.BAKE),
    "ContinueGate": Step("Gate", Cause.BAKE),
    "ContinueRollbackGate": Step("Rollout back", Cause.BACK, back=True),
    "Rollback": Step("Going back", Cause.BACK, back=True),
    "WaitForRollbackStability": Step("Rollout back", Cause.BACK, back=True),
    "CheckRollbackStability": Step("Rollout back", Cause.BACK, back=True),
    "WaitForRollbackTargetHealth": Step("Targets again", Cause.BACK, back=True),
    "CheckRollbackTargetHealth": Step("Targets again", Cause.BACK, back=True),
    "WaitForBaselineSmokeTest": Step("Checks again", Cause.BACK, back=True),
    "SmokeTestBaseline": Step("Checks again", Cause.BACK, back=True),
    "WaitForRollbackWorker": Step("Checks again", Cause.BACK, back=True),
    "CheckRollbackWorker": Step("Checks again", Cause.BACK, back=True),
    "ConfirmRollback": Step("Proven again", Cause.BACK, back=True),
}
_ENDS = re.compile(r"^(Report|Notify|Finish)(Success|Failure|Rejection)$")
_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_BACK = ("Rollback", "Baseline")
"""Texts in the names of the states of the way back."""


def step(state: str) -> Step:
    """Return a state's step. All writing after the end is one step: the record.

    A state that this table lacks keeps its own name, and its time counts as the way back, a wait or a step.
    """
    if _ENDS.match(state):
        return Step("Record")
    return STEPS.get(state) or _unlisted(state)


def _unlisted(state: str) -> Step:
    back = any(word in state for word in _BACK)
    waits = state.startswith("Wait")
    label = _WORDS.sub(" ", state.removeprefix("WaitFor") if waits else state).capitalize()
    return Step(label or state, Cause.BACK if back else Cause.POLLING if waits else Cause.STEPS, back)


def paused(code: str) -> str:
    """Say who paused a deployment, by a verdict's code such as PAUSED_BY_OWNER; empty if it is not paused."""
    return code.lower().replace("_", " ") if code.startswith("PAUSED") else ""


def awaits(code: str) -> str:
    """Say what a deployment waits for from people, by a verdict's code; empty for other codes."""
    return "waits for approval" if code == AWAITED else ""


def why(text: object) -> str:
    """Return a reason with the name for people in place of the state's name at its beginning."""
    state, colon, rest = str(text or "").partition(": ")
    return page_words.reason(f"{step(state).label}: {rest}" if colon and state in STEPS else text or "")
