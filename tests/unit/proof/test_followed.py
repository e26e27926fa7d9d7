"""The service deployment that is followed: what its state means for the release, and for the way back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from landfall.model import Deployment
from landfall.proof import followed as ways
from landfall.proof.followed import Followed
from landfall.proof.live_traffic import Live
from landfall.proof.observed import EcsDeployment, TargetGroup
from landfall.proof.service_deployment import Brief, ServiceDeployment, Weight
from landfall.proof.service_revision import ServiceRevision
from landfall.proof.stability import OLDER
from landfall.proof.strategy import Balanced, StrategyView
from tests.support import builders as b

BLUE, GREEN = "blue", "green"
SD = "arn:sd/1"
KNOWN = {
    "new": ServiceRevision("new", b.REVISION, frozenset({GREEN})),
    "old": ServiceRevision("old", b.OLD_REVISION, frozenset({BLUE})),
}
PAIR = Balanced(BLUE, "app", b.PORT, alternate=GREEN, production_rule="rule")
SERVICE = b.service(shifting=StrategyView("BLUE_GREEN", balanced=(PAIR,)))
BACK = b.way_back(id=SD)
TO_NONE = b.way_back(id="ecs-svc/none", desired_count=0)
UPDATED = datetime.fromisoformat(TO_NONE.updated_at)


def deployed(status: str, target: str = "new", *sources: str, back: bool = False) -> ServiceDeployment:
    """Return a service deployment to a revision, away from others."""
    weights = tuple(Weight(each, None, None) for each in (*sources, target))
    return ServiceDeployment(SD, status, target_revision=target, weights=weights, went_back=back)


def of(status: str, target: str = "new", *sources: str, back: bool = False) -> Followed:
    """Return what is known of it."""
    return ways.of(deployed(status, target, *sources, back=back), KNOWN)


@pytest.mark.parametrize(
    ("seen", "under_way", "done"),
    [
        (Followed(), True, False),
        (of("PENDING"), True, False),
        (of("IN_PROGRESS"), True, False),
        (of(""), True, False),
        (of("SUCCESSFUL"), False, True),
        (of("SUCCESSFUL", back=True), False, False),
        (of("ROLLBACK_SUCCESSFUL", back=True), False, False),
        (of("STOP_REQUESTED"), False, False),
        (of("STOPPED"), False, False),
    ],
    ids=["none yet", "pending", "in progress", "no state", "done", "taken back", "rolled back", "stopping", "stopped"],
)
def test_what_goes_on_and_what_is_done(seen: Followed, under_way: bool, done: bool) -> None:
    """Law 1: what ECS took back is not done, whatever its state says; what is not listed yet may still come."""
    assert (seen.is_under_way, seen.is_done) == (under_way, done)


@pytest.mark.parametrize(
    ("status", "takes"),
    [
        ("PENDING", True),
        ("IN_PROGRESS", True),
        ("STOP_REQUESTED", True),
        ("ROLLBACK_REQUESTED", True),
        ("ROLLBACK_IN_PROGRESS", False),
        ("ROLLBACK_SUCCESSFUL", False),
        ("ROLLBACK_FAILED", False),
        ("STOPPED", False),
        ("SUCCESSFUL", False),
    ],
)
def test_when_ecs_takes_an_order_to_roll_back(status: str, takes: bool) -> None:
    """An order that ECS would refuse is not given; one that it would take is not left out."""
    assert (status in ways.TO_STOP) is takes


def test_what_it_shifts_between() -> None:
    """Traffic goes to the target's groups and leaves those of the other revisions. A group of both is not left."""
    found = of("IN_PROGRESS", "new", "old")
    assert (found.runs, found.groups, found.left) == (b.REVISION, frozenset({GREEN}), frozenset({BLUE}))
    shared = {**KNOWN, "old": replace(KNOWN["old"], groups=frozenset({BLUE, GREEN}))}
    assert ways.of(deployed("IN_PROGRESS", "new", "old"), shared).left == frozenset({BLUE})
    assert of("IN_PROGRESS", "new", "nobody").left == frozenset()


def test_what_nobody_described_is_not_guessed() -> None:
    """A revision that ECS does not describe runs nothing that is known, so nothing is proven of it."""
    found = of("SUCCESSFUL", "nobody", "old")
    assert (found.found, found.runs, found.groups) == (deployed("SUCCESSFUL", "nobody", "old"), "", frozenset())
    assert ways.of(None, KNOWN, b.OTHER_REVISION) == Followed(newer=b.OTHER_REVISION)
    assert ways.of(deployed("SUCCESSFUL"), KNOWN, b.OTHER_REVISION).newer == b.OTHER_REVISION


def brief(n: int, revision: str = "new", seconds: int | None = 0) -> Brief:
    """Return an entry of the list."""
    return Brief(f"sd/{n}", "IN_PROGRESS", None if seconds is None else b.NOW + timedelta(seconds=seconds), revision)


@pytest.mark.parametrize(
    ("listed", "newest"),
    [
        ((), None),
        ((brief(1, seconds=None),), None),
        ((brief(1, seconds=5), brief(2)), "sd/1"),
        ((brief(2), brief(1, seconds=5), brief(3, seconds=None)), "sd/1"),
        ((brief(1), brief(1)), "sd/1"),
    ],
    ids=["none", "no time", "in any order", "one without a time among them", "listed twice"],
)
def test_the_newest_began_last(listed: tuple[Brief, ...], newest: str | None) -> None:
    """The order of a list says nothing; what has no time can't be called newer."""
    found = ways.newest_of(listed)
    assert (found.arn if found else None) == newest


RUNS = {"new": b.REVISION, "old": b.OLD_REVISION, "again": b.REVISION}
OURS = brief(1)


@pytest.mark.parametrize(
    ("listed", "mine", "newer"),
    [
        ((OURS,), OURS, ""),
        ((OURS, brief(2, "old", 9)), OURS, b.OLD_REVISION),
        ((OURS, brief(2, "old", -9)), OURS, ""),
        ((OURS, brief(2, "again", 9)), OURS, ""),
        ((OURS, brief(2, "nobody", 9)), OURS, ""),
        ((brief(2, "old"),), None, b.OLD_REVISION),
        ((), None, ""),
    ],
    ids=["ours alone", "another is newer", "another is older", "of our revision", "not described", "ours gone", "none"],
)
def test_who_deployed_over_us(listed: tuple[Brief, ...], mine: Brief | None, newer: str) -> None:
    """SUPERSEDED needs a newer service deployment that runs something else: our own second one is not somebody's."""
    assert ways.newest_other(listed, RUNS, mine, b.REVISION) == newer


RELEASE = b.deployment(id=SD)
ELSEWHERE = b.way_back(id="arn:sd/2")


@pytest.mark.parametrize(
    ("seen", "deployment", "state"),
    [
        (Followed(), RELEASE, "IN_PROGRESS"),
        (of("PENDING"), RELEASE, "IN_PROGRESS"),
        (of(""), RELEASE, "IN_PROGRESS"),
        (of("SUCCESSFUL"), RELEASE, "COMPLETED"),
        (of("SUCCESSFUL", back=True), RELEASE, "FAILED"),
        (of("ROLLBACK_SUCCESSFUL"), RELEASE, "FAILED"),
        (of("ROLLBACK_IN_PROGRESS"), RELEASE, "FAILED"),
        (of("IN_PROGRESS"), BACK, "IN_PROGRESS"),
        (of("STOP_REQUESTED"), BACK, "IN_PROGRESS"),
        (of("ROLLBACK_REQUESTED"), BACK, "IN_PROGRESS"),
        (of("ROLLBACK_IN_PROGRESS"), BACK, "IN_PROGRESS"),
        (of("ROLLBACK_SUCCESSFUL"), BACK, "COMPLETED"),
        (of("STOPPED"), BACK, "COMPLETED"),
        (of("ROLLBACK_FAILED"), BACK, "FAILED"),
        (of("SUCCESSFUL"), BACK, "FAILED"),
        (of("ROLLBACK_SUCCESSFUL"), ELSEWHERE, "IN_PROGRESS"),
        (of("SUCCESSFUL", "old"), ELSEWHERE, "COMPLETED"),
        (of("STOPPED", "old"), ELSEWHERE, "FAILED"),
    ],
)
def test_its_state_in_words_of_a_rolling_deployment(seen: Followed, deployment: Deployment, state: str) -> None:
    """A release that ECS rolled back failed; on the way back that is what was wanted, once it is over."""
    assert ways.state(seen, deployment) == state


def listed(**changes: object) -> EcsDeployment:
    """Return the service's own entry of a way back to no tasks: there before our update, by more than the margin."""
    before = UPDATED - OLDER - timedelta(seconds=1)
    known = {"id": TO_NONE.id, "task_definition": b.OLD_REVISION, "created_at": before}
    return b.ecs_deployment(**{**known, **changes})


NONE_LEFT: dict[str, tuple[Followed, Deployment, EcsDeployment | None, str]] = {
    "it was there before": (of("ROLLBACK_SUCCESSFUL"), TO_NONE, listed(), "COMPLETED"),
    "whatever became of the release's": (of("ROLLBACK_FAILED"), TO_NONE, listed(), "COMPLETED"),
    "ECS still goes back": (of("ROLLBACK_IN_PROGRESS"), TO_NONE, listed(), "IN_PROGRESS"),
    "our update made it": (of("ROLLBACK_SUCCESSFUL"), TO_NONE, listed(created_at=UPDATED), "IN_PROGRESS"),
    "two clocks may differ so much": (
        of("ROLLBACK_SUCCESSFUL"),
        TO_NONE,
        listed(created_at=UPDATED - OLDER),
        "IN_PROGRESS",
    ),
    "ECS does not say when": (of("ROLLBACK_SUCCESSFUL"), TO_NONE, listed(created_at=None), "IN_PROGRESS"),
    "another entry": (of("ROLLBACK_SUCCESSFUL"), TO_NONE, listed(id=b.OTHER), "IN_PROGRESS"),
    "no entry": (of("ROLLBACK_SUCCESSFUL"), TO_NONE, None, "IN_PROGRESS"),
    "back to tasks": (
        of("ROLLBACK_SUCCESSFUL"),
        replace(TO_NONE, desired_count=2),
        listed(),
        "IN_PROGRESS",
    ),
}


@pytest.mark.parametrize(("seen", "deployment", "told", "state"), NONE_LEFT.values(), ids=NONE_LEFT)
def test_back_to_no_tasks_no_deployment_of_ours_is_waited_for(
    seen: Followed, deployment: Deployment, told: EcsDeployment | None, state: str
) -> None:
    """An update of the count alone begins no service deployment: to wait for one would end in ROLLBACK_FAILED."""
    assert ways.state(seen, deployment, told) == state


def test_it_is_judged_as_a_rolling_deployment() -> None:
    """Law 1 is judged by one code: ours is the one PRIMARY deployment, in the target groups that it ends in."""
    entry = b.ecs_deployment(id="ecs-svc/9", status="ACTIVE", running=1, rollout_state="IN_PROGRESS")
    other = b.ecs_deployment(id=b.OLD, task_definition=b.OLD_REVISION)
    failed_by = ways.of(replace(deployed("SUCCESSFUL", "new", "old"), reason="because"), KNOWN)
    seen = ways.as_rolling(replace(SERVICE, deployments=(other, entry)), failed_by, RELEASE)
    reason = "service deployment SUCCESSFUL: because"
    made = replace(entry, id=SD, status="PRIMARY", rollout_state="COMPLETED", rollout_reason=reason)
    assert seen.deployments == (made,)
    assert seen.target_groups == (TargetGroup(GREEN, "app", b.PORT),)


def test_a_deployment_that_ecs_does_not_list_runs_nothing_yet() -> None:
    """No task counts for a deployment that nobody has seen: none is running, pending or failed."""
    other = b.ecs_deployment(id=b.OLD, task_definition=b.OLD_REVISION)
    seen = ways.as_rolling(replace(SERVICE, deployments=(other,)), Followed(), RELEASE)
    assert seen.deployments == (EcsDeployment(SD, "PRIMARY", b.REVISION, 2, 0, 0, 0, "IN_PROGRESS", ""),)
    assert seen.target_groups == ()


def test_the_service_s_own_entry_tells_of_the_way_back_to_no_tasks() -> None:
    """Its creation time decides whether an own service deployment is waited for."""
    seen = ways.as_rolling(replace(SERVICE, deployments=(listed(),)), of("ROLLBACK_SUCCESSFUL"), TO_NONE)
    assert [each.rollout_state for each in seen.deployments] == ["COMPLETED"]


def test_a_target_group_has_its_own_container_and_port() -> None:
    """Of two pairs each group keeps its own: a target is looked for at the port of its own container."""
    two = Balanced("api-blue", "api", 9090, alternate="api-green", production_rule="api")
    service = replace(SERVICE, shifting=StrategyView("BLUE_GREEN", balanced=(PAIR, two)))
    wanted = (TargetGroup(GREEN, "app", b.PORT), TargetGroup("api-green", "api", 9090))
    assert ways.of_groups(service, frozenset({GREEN, "api-green", "stranger"})) == wanted
    assert ways.of_groups(service, frozenset()) == ()


LIVE: Live = {"rule": {BLUE: 100, GREEN: 0, "stranger": 5}}
ENDS: dict[str, tuple[Followed, Deployment, set[str]]] = {
    "the release": (of("SUCCESSFUL", "new", "old"), RELEASE, {GREEN}),
    "a way back of its own": (of("SUCCESSFUL", "old", "new"), ELSEWHERE, {BLUE}),
    "ECS's rollback, to what it came from": (of("ROLLBACK_SUCCESSFUL", "new", "old"), BACK, {BLUE}),
    "ECS does not say whence: the other of two": (of("ROLLBACK_SUCCESSFUL", "new"), BACK, {BLUE}),
    "nothing is said: where traffic is": (Followed(runs=b.REVISION, live=LIVE), BACK, {BLUE}),
    "nothing is said, nothing was read": (Followed(runs=b.REVISION), BACK, set()),
    "the other of two, wherever traffic is": (
        replace(of("ROLLBACK_SUCCESSFUL", "new"), live={"rule": {GREEN: 100}}),
        BACK,
        {BLUE},
    ),
}


@pytest.mark.parametrize(("seen", "deployment", "groups"), ENDS.values(), ids=ENDS)
def test_where_all_traffic_should_be_in_the_end(seen: Followed, deployment: Deployment, groups: set[str]) -> None:
    """Law 1 asks for the target's own group alone; on ECS's way back for the group that what ran before was in."""
    assert ways.ending(SERVICE, seen, deployment) == frozenset(groups)
    assert {each.arn for each in ways.wanted(SERVICE, seen, deployment)} == groups


@pytest.mark.parametrize(
    ("seen", "deployment", "undone"),
    [
        (of("ROLLBACK_SUCCESSFUL"), BACK, True),
        (of("SUCCESSFUL", "old"), BACK, False),
        (of("SUCCESSFUL"), replace(RELEASE, undoes=b.REVISION), False),
        (Followed(), replace(BACK, undoes=""), False),
    ],
    ids=["the release's own, on the way back", "a new one", "on the way forward", "nothing is known"],
)
def test_whose_rollback_it_is(seen: Followed, deployment: Deployment, undone: bool) -> None:
    """Only the release's own service deployment can be undone by its rollback."""
    assert ways.is_undone(seen, deployment) is undone


def test_tasks_of_our_revision_are_ours() -> None:
    """ECS starts them under an id that it gives no other place; tasks of other revisions stay somebody else's."""
    mine, other = b.task(1, started_by="ecs-svc/1"), b.task(2, started_by=b.OLD, task_definition=b.OLD_REVISION)
    assert ways.as_ours((mine, other), RELEASE) == (replace(mine, started_by=SD), other)
