"""A rollout that waits for tasks of before says which they are, in what state, and what keeps them."""

from __future__ import annotations

import pytest

from landfall.model import failed
from landfall.proof import older_tasks
from tests.support import builders as b

TIMEOUT = failed("STABILITY_TIMEOUT", "not stable by then: 2 of 2 tasks running")
MANY = tuple(b.task(n, started_by=b.OLD) for n in range(3, 203))


def test_which_are_kept() -> None:
    """Those of before that ECS does not stop: neither ours, nor what drains, nor what is gone."""
    going = b.task(4, started_by=b.OLD, desired_status="STOPPED", last_status="DEPROVISIONING")
    gone = b.task(5, started_by=b.OLD, desired_status="STOPPED", last_status="STOPPED")
    assert older_tasks.kept((b.task(1), MANY[0], going, gone), b.deployment()) == [MANY[0]]
    assert older_tasks.left((b.task(1), going), b.deployment()) == (
        "; 1 older tasks are still draining (DEPROVISIONING): 4 DEPROVISIONING"
    )


@pytest.mark.parametrize("number", [1, 5, 6, 200])
def test_of_many_a_few_are_named(number: int) -> None:
    """With all of them named a reason would not fit a step's answer."""
    told = older_tasks.left(MANY[:number], b.deployment())
    assert told.count(" RUNNING") == min(number, 5)
    assert (f"and {number - 5} more" in told) == (number > 5)
    verdict = older_tasks.explained(
        TIMEOUT, MANY[:number], dict.fromkeys((t.arn for t in MANY), "2026-01-02T05:00:00Z")
    )
    assert b.is_bounded(verdict)
    assert verdict.reason.startswith("ECS kept 3 until 2026-01-02T05:00:00Z")
    assert "not stable by then" in verdict.reason


def test_what_is_not_protected_is_not_called_so() -> None:
    """If a protection is not known, the message doesn't mention it."""
    assert older_tasks.explained(TIMEOUT, MANY, {}) is TIMEOUT
