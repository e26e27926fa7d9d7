"""Who may have a service's lock: never two executions at once, and never a deployment that is still open."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from landfall.intake import lock
from landfall.intake.lock import Lock
from tests.support import builders as b

HELD = Lock("sample", "arn:one", "id-one", fence=3, lease_until=int(b.NOW.timestamp()))
LATER, EARLIER = b.NOW + timedelta(seconds=1), b.NOW - timedelta(seconds=1)


def test_the_lease_begins_now() -> None:
    """A lock is wanted for as long as the settings say, without a fence: DynamoDB counts that."""
    release = b.release()
    wanted = lock.wanted(release, "arn:one", b.NOW)
    lease = int(b.NOW.timestamp()) + release.limits.lease_seconds
    assert wanted == Lock(release.service, "arn:one", release.deployment_id, 0, lease)


@pytest.mark.parametrize(
    ("held", "kept"),
    [
        (None, False),
        (HELD, True),
        (replace(HELD, fence=9, lease_until=0), True),
        (replace(HELD, owner="arn:two"), False),
        (replace(HELD, deployment_id="id-two"), False),
    ],
)
def test_only_the_same_execution_keeps_its_lock(held: Lock | None, kept: bool) -> None:
    """A retry after a lost reply keeps the lock as it is; another execution of the same deployment does not."""
    assert lock.kept(replace(HELD, fence=0), held) == (held if kept else None)


@pytest.mark.parametrize(
    ("status", "now", "abandoned"),
    [
        ("RUNNING", LATER, False),
        ("SUCCEEDED", EARLIER, True),
        ("ABORTED", EARLIER, True),
        (None, EARLIER, False),
        (None, b.NOW, False),
        (None, LATER, True),
    ],
)
def test_a_lock_is_abandoned_when_its_execution_is_over(status: str | None, now: object, abandoned: bool) -> None:
    """The lease counts only where Step Functions no longer knows the execution."""
    assert lock.is_abandoned(HELD, status, now) is abandoned  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("held", "under"),
    [(None, False), (HELD, True), (replace(HELD, owner=""), False), (replace(HELD, fence=4), False)],
)
def test_a_release_is_under_its_lock_while_the_fence_is_its_own(held: Lock | None, under: bool) -> None:
    """A lock that somebody took since has a younger fence; one that was freed has no owner."""
    assert lock.is_under(held, b.release(fence=3)) is under


def test_a_recovery_holds_the_lock_of_its_deployment() -> None:
    """Whichever execution has it: what waits for a turn is the deployment."""
    release = b.release(deployment_id="id-one")
    assert lock.is_of(replace(HELD, owner="arn:recovery"), release)
    assert not lock.is_of(replace(HELD, deployment_id="id-two"), release)
    assert not lock.is_of(None, release)
