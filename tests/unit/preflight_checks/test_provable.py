"""Could a release be proven on this service? Foreign targets, dead targets, unused groups, incomplete answers."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import pytest

from landfall.model import State, Verdict, failed
from landfall.preflight_checks import provable, second_look
from landfall.proof.observed import Look, ServiceView, TargetGroup, service_view
from landfall.settings import Limits
from landfall.smoke.case import Check
from tests.support import builders as b

STRANGER = {"ip": "10.9.9.9"}
IDLE = {"state": "unused", "reason": "Target.NotInUse"}


def with_targets(*targets: Any, **changes: Any) -> Look:
    """Return a look at a service of two tasks, and these targets."""
    return b.look(targets=targets, **changes)


OURS = (b.target(1), b.target(2))
PROBLEMS: dict[str, tuple[Look, str]] = {
    "all well": (b.look(), ""),
    "another service's healthy target": (with_targets(*OURS, b.target(3)), "FOREIGN_TARGET"),
    "one that may become healthy": (with_targets(*OURS, b.target(3, state="initial")), "FOREIGN_TARGET"),
    "one in no state": (with_targets(*OURS, b.target(3, state="")), "FOREIGN_TARGET"),
    # https://github.com/aws/amazon-ecs-agent/issues/1417: targets that ECS left behind
    "one that is dead": (with_targets(*OURS, b.target(3, state="unhealthy", reason="Target.Timeout")), ""),
    "one that is draining": (with_targets(*OURS, b.target(3, state="draining")), ""),
    "one that is unused": (with_targets(*OURS, b.target(3, **IDLE)), ""),
    "our address on another port": (with_targets(*OURS, b.target(1, port=9999)), "FOREIGN_TARGET"),
    "two ports of ours in one group": (
        with_targets(
            *OURS,
            b.target(1, port=9999),
            service=b.service(target_groups=(TargetGroup(b.GROUP, "app", b.PORT), TargetGroup(b.GROUP, "app", 9999))),
        ),
        "",
    ),
    "a task of ours that is starting": (
        with_targets(
            *OURS, b.target(3, state="initial"), tasks=(b.task(1), b.task(2), b.task(3, last_status="PENDING"))
        ),
        "",
    ),
    "ours are unhealthy": (with_targets(b.target(1, state="unhealthy"), b.target(2, state="unhealthy")), ""),
    "ours are not registered": (with_targets(), ""),
    "ours crash": (with_targets(b.target(1), tasks=(b.task(1),)), ""),
    "no load balancer": (with_targets(b.target(1, **IDLE), b.target(2, **IDLE)), "TARGET_NOT_IN_USE"),
    "a zone that is not enabled": (with_targets(b.target(1), b.target(2, **IDLE)), "TARGET_NOT_IN_USE"),
    "two tasks with one address": (
        with_targets(b.target(1), tasks=(b.task(1), b.task(2, ip="10.0.0.1"))),
        "SHARED_ADDRESS",
    ),
    "two tasks without an address": (with_targets(tasks=(b.task(1, ip=""), b.task(2, ip=""))), ""),
    "a stranger where nothing runs yet": (
        with_targets(b.target(3), tasks=(), service=b.service(desired=0)),
        "FOREIGN_TARGET",
    ),
    "a healthy stranger of another group": (with_targets(*OURS, b.target(3, group="another")), ""),
}


@pytest.mark.parametrize(("look", "code"), PROBLEMS.values(), ids=PROBLEMS.keys())
def test_problem(look: Look, code: str) -> None:
    """A state that would fail every release is refused; an unhealthy service may still be fixed by a release."""
    verdict = provable.problem(look)
    assert (verdict.code if verdict else "") == code


def dead(count: int) -> Look:
    """Return a look with so many dead targets, with the longest addresses that there are."""
    address = "2001:0db8:85a3:0000:0000:8a2e:0370:{:04x}"
    return with_targets(
        *OURS, *(b.target(9, ip=address.format(n), port=65535, state="unhealthy") for n in range(count))
    )


@pytest.mark.parametrize(
    ("count", "refused"), [(0, False), (1, False), (10, False), (20, False), (21, True), (1000, True)]
)
def test_dead_targets_are_put_up_with_as_far_as_they_fit(count: int, refused: bool) -> None:
    """They travel with the baseline: more than a kilobyte of them is refused, with a way out, and never cut short."""
    look = dead(count)
    verdict = provable.problem(look)
    assert (verdict is not None) is refused
    assert verdict is None or (verdict.code == "DEAD_TARGETS" and "deregister-targets" in verdict.reason)
    assert len(provable.dead_targets(look)) == count
    assert refused or len(json.dumps(asdict(b.baseline(dead_targets=provable.dead_targets(look))))) < 2048


def test_dead_targets_are_others_alone() -> None:
    """Ours that are unhealthy are not excused: after the update they have to be healthy."""
    look = with_targets(b.target(1), b.target(2, state="unhealthy"), b.target(3, state="unhealthy"))
    assert provable.dead_targets(look) == ("10.0.0.3:8080",)


def reply(**changes: Any) -> ServiceView:
    """Return an ACTIVE service as ECS tells of it."""
    primary = {"id": b.OLD, "status": "PRIMARY", "taskDefinition": b.OLD_REVISION}
    return service_view({"status": "ACTIVE", "desiredCount": 2, "deployments": [primary], **changes})


ANOTHER = {"id": b.OTHER, "status": "PRIMARY", "taskDefinition": b.OLD_REVISION}
WHOLE: dict[str, tuple[ServiceView, bool]] = {
    "whole": (reply(), True),
    "no deployments": (reply(deployments=[]), False),
    "half a deployment": (reply(deployments=[{"status": "PRIMARY"}]), False),
    "two PRIMARYs": (reply(deployments=[ANOTHER, {**ANOTHER, "id": b.OLD}]), False),
    "no desired count": (reply(desiredCount=None), False),
    "no status": (reply(status=None), False),
    "an odd status": (reply(status="UNKNOWN"), False),
    "nothing": (service_view({}), False),
}


@pytest.mark.parametrize(("service", "whole"), WHOLE.values(), ids=WHOLE.keys())
def test_look_that_is_not_whole(service: ServiceView, whole: bool) -> None:
    """What a reply leaves out is nothing to decide by."""
    verdict = provable.odd_status(service) or provable.unreadable(service)
    assert (verdict is None) is whole


@pytest.mark.parametrize("status", ["DRAINING", "INACTIVE"])
def test_deleted_service_is_whole(status: str) -> None:
    """That a service was deleted is refused at once, and not waited for."""
    assert provable.odd_status(reply(status=status, deployments=[])) is None


LIMITS = Limits(smoke_attempts=3, smoke_interval_seconds=7)
REFUSAL = failed("X", "x")


@pytest.mark.parametrize(("attempt", "state"), [(1, State.WAIT), (2, State.WAIT), (3, State.FAIL), (4, State.FAIL)])
def test_what_may_pass_is_waited_for(attempt: int, state: State) -> None:
    """A refusal that rests on a passing picture is one at the last look alone."""
    verdict = second_look.unless_passing(REFUSAL, attempt, LIMITS)
    assert verdict is not None
    assert (verdict.state, verdict.code) == (state, "X")
    assert state == State.FAIL or verdict.retry_after == LIMITS.smoke_interval_seconds
    assert second_look.unless_passing(None, attempt, LIMITS) is None


def check(state: str) -> Check:
    """Return a check's result."""
    return Check("liveness", state, "HTTP 200", "timed out")


UNANSWERED: dict[str, tuple[tuple[Check, ...], int, bool]] = {
    "answered": ((check("PASS"), check("FAIL"), check("SKIP")), 1, False),
    "lost": ((check("PASS"), check("RETRY")), 1, True),
    "lost at the last look": ((check("RETRY"),), 3, False),
    "nothing asked": ((), 1, False),
}


@pytest.mark.parametrize(("results", "attempt", "waits"), UNANSWERED.values(), ids=UNANSWERED.keys())
def test_lost_answers_are_asked_again(results: tuple[Check, ...], attempt: int, waits: bool) -> None:
    """A lost probe before the update must not forgive a broken baseline after it."""
    verdict: Verdict | None = second_look.unanswered(results, attempt, LIMITS)
    assert (verdict is not None) is waits
    assert verdict is None or (verdict.state == State.WAIT and "liveness: timed out" in verdict.reason)


@pytest.mark.parametrize("counts", [{"desired": 2, "running": 0}, {"desired": 0, "running": 1}])
def test_a_service_without_tasks_that_has_some_is_not_believed(counts: dict[str, int]) -> None:
    """Read as one without tasks, a failed release would scale it back to none."""
    verdict = provable.unreadable(b.service(b.ecs_deployment(**counts), desired=0))
    assert verdict is not None
    assert "its desired count is 0, and its PRIMARY deployment has" in verdict.reason
