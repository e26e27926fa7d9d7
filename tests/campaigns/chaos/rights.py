"""What the steps called on the local AWS, against what their roles allow: the emulator lets everything pass."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from local.faults.planned import ASKED, ENDED, INVOKE, PUSHED
from stacks.functions.steps_table import STEPS
from tests.steps.killing import action_of

ALLOWED = {step.function_name: {action for grant in step.grants for action in grant.actions} for step in STEPS}
NOT_THE_STEP_S = (INVOKE, PUSHED, ENDED, ASKED)
"""Step Functions' and EventBridge's own calls, and requests to the service, which can go wrong here as well."""


def rights_law(calls: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Each call, given as function and operation, is one that the function's role allows."""
    for function, operation in sorted(calls):
        action = action_of(operation)
        if operation not in NOT_THE_STEP_S and action not in ALLOWED.get(function, ()):
            yield f"rights: {function} calls {action}, and its role does not allow that"
