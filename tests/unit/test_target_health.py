"""Target health: our tasks, all of them, healthy, and nobody else in service."""

from __future__ import annotations

from typing import Any

import pytest

from landfall import proof, target_health
from landfall.model import State
from landfall.observed import Look, TargetGroup, TargetView
from tests import builders as b

SECOND = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/second/2"
STRANGER: dict[str, Any] = {"ip": "10.9.9.9"}


def targets(*views: TargetView) -> Look:
    """Return a look at our two tasks with these targets."""
    return b.look(targets=views)


def second(**changes: Any) -> Look:
    """Return a look at a service in two target groups, where the second group's second target is changed."""
    groups = (TargetGroup(b.GROUP, "app", b.PORT), TargetGroup(SECOND, "app", 9090))
    views = (b.target(1), b.target(2), b.target(1, group=SECOND, port=9090))
    return b.look(
        service=b.service(target_groups=groups),
        targets=(*views, b.target(2, **{"group": SECOND, "port": 9090, **changes})),
    )


CASES = {
    "all healthy": (b.look(), "PASS HEALTHY"),
    "old ones draining": (targets(b.target(1), b.target(2), b.target(9, state="draining")), "PASS HEALTHY"),
    "old ones draining and unhealthy": (
        targets(b.target(1), b.target(2), b.target(9, state="unhealthy.draining")),
        "PASS HEALTHY",
    ),
    "unused": (targets(b.target(1), b.target(2), b.target(9, state="unused")), "PASS HEALTHY"),
    "of another group": (
        targets(b.target(1), b.target(2), b.target(9, group="another", state="unhealthy")),
        "PASS HEALTHY",
    ),
    "one initial": (targets(b.target(1), b.target(2, state="initial")), "WAIT TARGET_UNHEALTHY"),
    "one unhealthy": (targets(b.target(1), b.target(2, state="unhealthy")), "WAIT TARGET_UNHEALTHY"),
    "one unavailable": (targets(b.target(1), b.target(2, state="unavailable")), "WAIT TARGET_UNHEALTHY"),
    "one without a state": (targets(b.target(1), b.target(2, state="")), "WAIT TARGET_UNHEALTHY"),
    "ours draining": (targets(b.target(1), b.target(2, state="draining")), "WAIT NOT_REGISTERED"),
    "one not registered": (targets(b.target(1)), "WAIT NOT_REGISTERED"),
    "none registered": (targets(), "WAIT NOT_REGISTERED"),
    "one at another port": (targets(b.target(1), b.target(2, port=9)), "WAIT NOT_REGISTERED"),
    "registered twice, once unhealthy": (
        targets(b.target(1), b.target(2, state="unhealthy"), b.target(2)),
        "WAIT TARGET_UNHEALTHY",
    ),
    "a healthy stranger": (targets(b.target(1), b.target(2), b.target(**STRANGER)), "WAIT FOREIGN_TARGET"),
    "an unhealthy stranger": (
        targets(b.target(1), b.target(2), b.target(**STRANGER, state="unhealthy")),
        "WAIT FOREIGN_TARGET",
    ),
    "a stranger that is unavailable": (
        targets(b.target(1), b.target(2), b.target(**STRANGER, state="unavailable")),
        "WAIT FOREIGN_TARGET",
    ),
    "a stranger in no state": (
        targets(b.target(1), b.target(2), b.target(**STRANGER, state="")),
        "WAIT FOREIGN_TARGET",
    ),
    "only strangers are healthy": (
        targets(b.target(1, state="initial"), b.target(2, state="initial"), b.target(**STRANGER)),
        "WAIT TARGET_UNHEALTHY",
    ),
    "both groups healthy": (second(), "PASS HEALTHY"),
    "second group unhealthy": (second(state="unhealthy"), "WAIT TARGET_UNHEALTHY"),
    "second group at the first one's port": (second(port=b.PORT), "WAIT NOT_REGISTERED"),
    "a task missing": (b.look(tasks=(b.task(1),)), "WAIT TASKS_MISSING"),
    "a task starting": (b.look(tasks=(b.task(1), b.task(2, last_status="PENDING"))), "WAIT TASKS_MISSING"),
    "a task of another deployment": (b.look(tasks=(b.task(1), b.task(2, started_by=b.OLD))), "WAIT TASKS_MISSING"),
    "a task and a target without an address": (
        b.look(tasks=(b.task(1), b.task(2, ip="")), targets=(b.target(1), b.target(2, ip=""))),
        "WAIT NOT_REGISTERED",
    ),
    "no target group left": (b.look(service=b.service(target_groups=()), targets=()), "WAIT NO_TARGET_GROUP"),
    "service missing": (b.look(service=None), "WAIT SERVICE_MISSING"),
}


@pytest.mark.parametrize(("seen", "expected"), CASES.values(), ids=CASES.keys())
def test_verdict(seen: Look, expected: str) -> None:
    """Health is never evidence by itself: it asks for another look until our targets, and only ours, are healthy."""
    verdict = target_health.assess(seen, b.judged())
    assert f"{verdict.state} {verdict.code}" == expected
    assert b.is_bounded(verdict)


def test_reason_names_address_and_health_reason() -> None:
    """The history of a rollback must hold the health reason code and the target it is about."""
    sick = b.target(2, state="unhealthy", reason="Target.ResponseCodeMismatch", description="codes: [503]")
    reason = target_health.assess(targets(b.target(1), sick), b.judged()).reason
    assert "10.0.0.2:8080" in reason
    assert "Target.ResponseCodeMismatch: codes: [503]" in reason


@pytest.mark.parametrize(
    "seen",
    [
        b.look(tasks=(b.task(1),)),
        b.look(targets=(b.target(1),)),
        b.look(service=b.service(b.ecs_deployment(rollout_state="IN_PROGRESS"))),
    ],
    ids=["task replaced", "target missing", "rolling"],
)
def test_every_wait_is_a_health_interval(seen: Look) -> None:
    """Ten attempts are ten intervals: a task replaced meanwhile has the full time to become healthy (law 8)."""
    verdict = proof.assess(seen, b.judged(), b.NOW)
    assert (verdict.state, verdict.retry_after) == (State.WAIT, 30)
