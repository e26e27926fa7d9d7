"""What the steps called on the local AWS, against what their roles allow: the emulator lets everything pass."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from stacks.steps import STEPS

ALLOWED = {step.function_name: {action for grant in step.grants for action in grant.actions} for step in STEPS}
AS_IAM_SAYS = {
    # a transaction takes the rights of what it is made of (DynamoDB developer guide, transactions and IAM)
    "dynamodb:TransactWriteItems": "dynamodb:UpdateItem",
    "monitoring:DescribeAlarms": "cloudwatch:DescribeAlarms",
}
"""Where the right is not called as the operation is, under the name that its requests are signed for."""
NOT_THE_STEP_S = ("lambda:", "events:Pushed", "events:Ended")
"""Step Functions' and EventBridge's own calls, which can go wrong here as well."""


def rights_law(calls: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Each call, given as function and operation, is one that the function's role allows."""
    for function, operation in sorted(calls):
        action = AS_IAM_SAYS.get(operation, operation)
        if not operation.startswith(NOT_THE_STEP_S) and action not in ALLOWED.get(function, ()):
            yield f"rights: {function} calls {action}, and its role does not allow that"
