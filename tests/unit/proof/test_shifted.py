"""The last word on a service whose traffic ECS shifts: whose deployment it is, how it ended, and where traffic goes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from landfall.judging import Judged
from landfall.model import Deployment, State, Verdict
from landfall.proof import followed as ways
from landfall.proof import shifted
from landfall.proof.followed import Followed
from landfall.proof.observed import Look, ServiceView
from landfall.proof.service_deployment import ServiceDeployment, Weight
from landfall.proof.service_revision import ServiceRevision
from landfall.proof.strategy import Balanced, StrategyView
from landfall.settings import Limits
from tests.support import builders as b

SD = "arn:sd/1"
PAIR = Balanced("blue", "app", b.PORT, alternate="green", production_rule="rule")
SERVICE = b.service(current=SD, shifting=StrategyView("BLUE_GREEN", balanced=(PAIR,)))
KNOWN = {
    "new": ServiceRevision("new", b.REVISION, frozenset({"green"})),
    "old": ServiceRevision("old", b.OLD_REVISION, frozenset({"blue"})),
    "lost": ServiceRevision("lost", b.REVISION),
}
ON_GREEN, ON_BLUE = {"rule": {"green": 100, "blue": 0}}, {"rule": {"green": 0, "blue": 100}}
LIMITS = Limits(stability_poll_seconds=7, target_health_interval_seconds=31)
RELEASE, BACK = b.deployment(id=SD), b.way_back(id=SD)


def of(
    status: str = "SUCCESSFUL", target: str = "new", *, back: bool = False, reason: str = "", rollback: str = ""
) -> Followed:
    """Return a service deployment from the old revision, with traffic on green."""
    weights = (Weight("old", None, 0.0), Weight(target, None, 100.0))
    found = ServiceDeployment(SD, status, reason, target_revision=target, weights=weights, went_back=back)
    return replace(ways.of(replace(found, rollback_reason=rollback), KNOWN), live=ON_GREEN)


def judged(deployment: Deployment = RELEASE, previous: str = "") -> Judged:
    """Return what is to be judged."""
    return b.judged(release=b.release(limits=LIMITS), deployment=deployment, previous=previous)


def look(seen: Followed, deployment: Deployment = RELEASE, service: ServiceView = SERVICE) -> Look:
    """Return a look at a service whose tasks and targets are as the deployment wants them."""
    view = ways.as_rolling(service, seen, deployment)
    digest = next(iter(deployment.digests.values()))[0]
    runs = {"task_definition": deployment.task_definition, "containers": (b.container(image_digest=digest),)}
    tasks = ways.as_ours(tuple(b.task(n, **runs) for n in (1, 2)), deployment)
    targets = tuple(b.target(n, group=each.arn) for each in view.target_groups for n in (1, 2))
    return Look(view, tasks, targets)


def law1(
    seen: Followed, deployment: Deployment = RELEASE, previous: str = "", service: ServiceView = SERVICE
) -> Verdict:
    """Return the last word."""
    return shifted.law1(look(seen, deployment, service), seen, judged(deployment, previous), b.NOW)


PROVEN: dict[str, tuple[Followed, Deployment]] = {
    "the release": (of(), RELEASE),
    "a way back of its own": (replace(of(target="old"), live=ON_BLUE), BACK),
    "the release's rollback by ECS": (replace(of("ROLLBACK_SUCCESSFUL", back=True), live=ON_BLUE), BACK),
}


@pytest.mark.parametrize(("seen", "deployment"), PROVEN.values(), ids=PROVEN)
def test_what_is_live_is_proven(seen: Followed, deployment: Deployment) -> None:
    """A proof that never comes would roll good releases back, and call a good way back ROLLBACK_FAILED."""
    verdict = law1(seen, deployment)
    assert (verdict.state, verdict.code) == (State.PASS, "HEALTHY")


def test_the_reason_names_where_the_traffic_goes() -> None:
    """Who reads that a rollout is complete learns which target group answers users."""
    verdict = shifted.assess(look(of()), of(), judged(), b.NOW)
    assert verdict.state == State.PASS
    assert verdict.reason.endswith("rollout COMPLETED; all production traffic goes to green")


WAITED_FOR: dict[str, tuple[Followed, Deployment, ServiceView, str, str]] = {
    "ECS names another as current": (
        of(),
        RELEASE,
        replace(SERVICE, current="arn:sd/2"),
        "NOT_CURRENT",
        f"the service's current deployment is arn:sd/2, not {SD}",
    ),
    "ECS names none as current": (
        of(),
        RELEASE,
        replace(SERVICE, current=""),
        "NOT_CURRENT",
        f"the service's current deployment is none, not {SD}",
    ),
    "ECS does not say in which group": (
        of(target="lost"),
        RELEASE,
        SERVICE,
        "TARGET_GROUP_UNKNOWN",
        "ECS does not say which target group lost is in",
    ),
    "traffic stays on blue": (
        replace(of(), live=ON_BLUE),
        RELEASE,
        SERVICE,
        "TRAFFIC_ELSEWHERE",
        "service deployment SUCCESSFUL, and rule sends 0 % to the target group that should have all",
    ),
    "no rule was read": (replace(of(), live=None), RELEASE, SERVICE, "TRAFFIC_ELSEWHERE", "no production rule"),
    "traffic stays on the release": (
        of("ROLLBACK_SUCCESSFUL", back=True),
        BACK,
        SERVICE,
        "TRAFFIC_ELSEWHERE",
        "rule sends 0 % to the target group that should have all",
    ),
    "it goes on": (of("IN_PROGRESS"), RELEASE, SERVICE, "ROLLING", "rollout IN_PROGRESS"),
}


@pytest.mark.parametrize(("seen", "deployment", "service", "code", "said"), WAITED_FOR.values(), ids=WAITED_FOR)
def test_what_is_not_live_is_waited_for(
    seen: Followed, deployment: Deployment, service: ServiceView, code: str, said: str
) -> None:
    """Law 1: a SUCCESSFUL deployment that is not current, or has not all live traffic, is no success."""
    verdict = law1(seen, deployment, service=service)
    assert (verdict.state, verdict.code, verdict.retry_after) == (State.WAIT, code, 31)
    assert said in verdict.reason
    assert shifted.assess(look(seen, deployment, service), seen, judged(deployment), b.NOW).retry_after == 7


def test_a_deployment_that_ecs_does_not_list_is_not_proven() -> None:
    """A service that looks complete, and of which ECS lists no service deployment of ours, may be somebody else's."""
    verdict = shifted.law1(look(of()), Followed(live=ON_GREEN), judged(), b.NOW)
    assert (verdict.state, verdict.code, verdict.retry_after) == (State.WAIT, "NOT_CURRENT", 31)
    assert verdict.reason == "ECS lists no service deployment of ours at this look"
    assert shifted.assess(look(of()), Followed(live=ON_GREEN), judged(), b.NOW).retry_after == 7


def test_targets_are_judged_in_the_new_group() -> None:
    """A shifted release whose target is not healthy there is not proven, however healthy the old group is."""
    seen = look(of())
    sick = (b.target(1, group="green"), b.target(2, group="green", state="unhealthy"), b.target(2, group="blue"))
    verdict = shifted.law1(replace(seen, targets=sick), of(), judged(), b.NOW)
    assert (verdict.state, verdict.code) == (State.WAIT, "TARGET_UNHEALTHY")


NO_TASKS = b.way_back(id=SD, desired_count=0)


def test_back_to_no_tasks_no_traffic_is_asked_for() -> None:
    """Nothing ran before the first release, so no target group can have traffic; no task may run."""
    seen, empty = replace(of("ROLLBACK_SUCCESSFUL", back=True), live={"rule": {}}), replace(SERVICE, desired=0)
    none = b.ecs_deployment(running=0, task_definition=b.OLD_REVISION)
    nobody = replace(look(seen, NO_TASKS, replace(empty, deployments=(none,))), tasks=(), targets=())
    verdict = shifted.assess(nobody, seen, judged(NO_TASKS), b.NOW)
    assert (verdict.state, verdict.code) == (State.PASS, "STABLE")


FAILED: dict[str, tuple[Followed, Deployment, str, str]] = {
    "rolled back": (of("ROLLBACK_SUCCESSFUL", back=True), RELEASE, "ROLLED_BACK_BY_ECS", "ROLLBACK_SUCCESSFUL"),
    "taken back, and called SUCCESSFUL": (of(back=True, rollback="alarm"), RELEASE, "ROLLED_BACK_BY_ECS", "ala"),
    "by the breaker": (of("ROLLBACK_FAILED", reason="circuit breaker"), RELEASE, "BREAKER_FIRED", "circuit breaker"),
    "a way back of its own": (of("ROLLBACK_FAILED", "old"), BACK, "ROLLED_BACK_BY_ECS", "ROLLBACK_FAILED"),
    "ECS could not": (
        of("ROLLBACK_FAILED", reason="no room"),
        BACK,
        "ECS_ROLLBACK_FAILED",
        "ECS could not roll the release back: service deployment ROLLBACK_FAILED: no room",
    ),
}


@pytest.mark.parametrize(("seen", "deployment", "code", "said"), FAILED.values(), ids=FAILED)
def test_what_ended_badly_fails_with_its_cause(seen: Followed, deployment: Deployment, code: str, said: str) -> None:
    """A rollback that ECS could not do is told apart from a release that it rolled back: somebody must act."""
    verdict = law1(seen, deployment)
    assert (verdict.state, verdict.code) == (State.FAIL, code)
    assert said in verdict.reason


def test_a_stop_must_be_seen_twice() -> None:
    """Of two service deployments of one update the first ends as STOPPED, and the second may be listed late."""
    once = law1(of("STOPPED"))
    assert (once.state, once.code, once.retry_after) == (State.WAIT, "STOPPED_BY_HAND_SEEN_ONCE", 7)
    twice = law1(of("STOPPED"), previous=once.code)
    assert (twice.state, twice.code) == (State.FAIL, "STOPPED_BY_HAND")
    assert "service deployment STOPPED" in twice.reason


def test_a_failure_without_a_service_deployment_keeps_its_code() -> None:
    """Where ECS lists none of ours, no cause of its end is made up."""
    seen = look(of("ROLLBACK_SUCCESSFUL", back=True))
    verdict = shifted.assess(seen, Followed(), judged(), b.NOW)
    assert (verdict.state, verdict.code) == (State.FAIL, "ROLLOUT_FAILED")


TAKEN: dict[str, tuple[str, Deployment, str, str]] = {
    "another release": (
        b.OTHER_REVISION,
        RELEASE,
        "SUPERSEDED",
        f"somebody deployed {b.OTHER_REVISION} over this deployment",
    ),
    "the baseline": (
        b.OLD_REVISION,
        RELEASE,
        "ROLLED_BACK_BY_ECS",
        f"somebody deployed the baseline's revision {b.OLD_REVISION} over this release",
    ),
    "the baseline's copy": (
        f"{b.FAMILY}:9",
        RELEASE,
        "ROLLED_BACK_BY_ECS",
        f"somebody deployed the baseline's revision {b.FAMILY}:9 over this release",
    ),
    "the baseline, on the way back": (
        b.OLD_REVISION,
        BACK,
        "SUPERSEDED",
        f"somebody deployed {b.OLD_REVISION} over this deployment",
    ),
}


@pytest.mark.parametrize(("newer", "deployment", "code", "said"), TAKEN.values(), ids=TAKEN)
def test_who_deployed_over_it_is_believed_at_the_second_look(
    newer: str, deployment: Deployment, code: str, said: str
) -> None:
    """Landfall stops changing a service that somebody took over, and never calls that a success."""
    seen, base = replace(of(), newer=newer), b.baseline(restore_to=f"{b.FAMILY}:9")
    once, twice = (
        shifted.law1(look(seen, deployment), seen, replace(judged(deployment, previous), baseline=base), b.NOW)
        for previous in ("", f"{code}_SEEN_ONCE")
    )
    assert (once.state, once.code, once.retry_after) == (State.WAIT, f"{code}_SEEN_ONCE", 7)
    assert (twice.state, twice.code, twice.reason) == (State.FAIL, code, said)
