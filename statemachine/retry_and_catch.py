"""The blocks of the Amazon States Language that say how a Task is retried and what a Catch assigns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Block = dict[str, Any]

THIS_STATE = "<this state>"
"""A placeholder in `Catch.assign` for the name of the state."""

TIMEOUT_SECONDS = 70
"""How long Step Functions waits for a Task. Lambda ends a step after 60 s (`longest` in
stacks/functions/steps_table.py). The 10 s more let Lambda's own error arrive, which says what happened. A direct call
of an AWS service gets as long."""

RETRIED = {
    "ErrorEquals": ["States.TaskFailed", "States.Timeout"],
    "IntervalSeconds": 2,
    "BackoffRate": 2,
    "MaxAttempts": 8,
    "MaxDelaySeconds": 30,
    "JitterStrategy": "FULL",
}
"""Retries a timeout and every error that is not final. The waits add up to 150 s at most; FULL jitter halves that on
average (Step Functions Developer Guide, "Handling errors"). So a minute of trouble decides nothing (law 8)."""

BUSY = {
    "ErrorEquals": [
        "AwsBusy",
        "Lambda.TooManyRequestsException",
        "Lambda.ServiceException",
        "Lambda.AWSLambdaException",
        "Lambda.SdkClientException",
    ],
    "IntervalSeconds": 2,
    "BackoffRate": 2,
    "MaxAttempts": 120,
    "MaxDelaySeconds": 60,
    "JitterStrategy": "FULL",
}
"""Waits while AWS throttles a step, or Lambda can't start one (Step Functions Developer Guide, best practices).

It waits about an hour: FULL jitter makes the waits half a minute on average. A lock's lease has that hour to spare
(Limits.lease_seconds). A step that judges a deployment gives up at its deadline (landfall/runtime/patience.py). An
account registers one task definition a second (Amazon ECS API reference, Request throttling), so about 3,600
deployments can begin at once before the last of them runs out of patience.
"""

AWAITED = {**RETRIED, "ErrorEquals": ["States.TaskFailed"]}
"""Retries a wait for a task token that could not begin. A timeout is its ordinary end, and TaskFailed does not match it
(Step Functions Developer Guide, "Error names")."""
UNTIL_NEXT_LOOK = "{% $verdict.retry_after %}"
"""TimeoutSeconds of such a wait: after a lost token, the machine waits only until the next look."""

_CODE = "{% $states.errorOutput.Error %}"
_CAUSE = "$exists($states.errorOutput.Cause) ? $string($states.errorOutput.Cause) : 'no cause given'"
SAID_BY_STEP = (
    f"{{% ($cause := {_CAUSE}; "
    r"""$told := $match($substring($cause, 0, 2100), /"errorMessage": ?"([^\\"]*(?:\\.[^\\"]*)*)/, 1); """
    r"""$substring($exists($told) ? $replace($told.groups[0], '\\"', '"') : $cause, 0, 1000)) %}"""
)
"""What a step said when it failed. Lambda wraps it in JSON, which may be cut anywhere. So the text is matched and not
parsed: an expression that fails within a Catch kills the execution."""
SAID_BY_AWS = f"{{% $substring({_CAUSE}, 0, 1000) %}}"
"""What an AWS service said when a call of the machine failed: plain text, so nothing is to be unwrapped. The shorter
expression keeps the front small, of which one template holds a copy for each service."""

FAILED_STEP = {"failure": {"state": THIS_STATE, "code": _CODE, "reason": SAID_BY_STEP}}
FAILED_CALL = {"failure": {"state": THIS_STATE, "code": _CODE, "reason": SAID_BY_AWS}}
FAILED_VERDICT = {"verdict": {"state": "FAIL", "code": _CODE, "reason": SAID_BY_STEP, "retry_after": 1}}


@dataclass(frozen=True)
class Catch:
    """One Catch. Without `leads_to` the machine goes on as if the Task had succeeded: with its own Output and Next."""

    assign: Mapping[str, Any] = field(default_factory=dict)
    leads_to: str = ""
    errors: tuple[str, ...] = ("States.ALL",)

    def block(self, name: str, state: Mapping[str, Any]) -> Block:
        """Return the Catch for the state of this name."""
        block: Block = {"ErrorEquals": list(self.errors)}
        if self.assign:
            block["Assign"] = _named(self.assign, name)
        if not self.leads_to and "Output" in state:
            block["Output"] = state["Output"]
        return block | {"Next": self.leads_to or state["Next"]}


def awaited(final: tuple[str, ...]) -> list[Block]:
    """Return the Retry of a Task that waits for its token. It does not wait long for a busy AWS: the look does that."""
    return [{"ErrorEquals": list(final), "MaxAttempts": 0}, dict(AWAITED)]


def retry(final: tuple[str, ...], *, step: bool) -> list[Block]:
    """Return the Retry of a Task for which the errors in `final` are not tried again.

    A direct call of an AWS service is no `step`: somebody waits for the front's answer.
    """
    never = [{"ErrorEquals": list(final), "MaxAttempts": 0}] if final else []
    return [*never, *([dict(BUSY)] if step else []), dict(RETRIED)]


def _named(value: Any, name: str) -> Any:
    if isinstance(value, Mapping):
        return {key: _named(inner, name) for key, inner in value.items()}
    return name if value == THIS_STATE else value
