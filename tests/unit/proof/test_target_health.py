"""Target health: our tasks, all of them, healthy, and nobody else in service."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from landfall.judging import Judged
from landfall.model import Kind, State
from landfall.proof import law1, target_health
from landfall.proof.observed import Look, TargetGroup, TargetView, target_view, task_view
from tests.support import builders as b

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
    "ours draining": (targets(b.target(1), b.target(2, state="draining")), "WAIT NOT_IN_SERVICE"),
    "ours unused": (targets(b.target(1), b.target(2, state="unused")), "WAIT NOT_IN_SERVICE"),
    "ours draining under an old record, and healthy": (
        targets(b.target(1), b.target(2, state="draining"), b.target(2)),
        "PASS HEALTHY",
    ),
    "a group that two ports are registered in": (
        b.look(
            service=b.service(target_groups=(TargetGroup(b.GROUP, "app", b.PORT), TargetGroup(b.GROUP, "agent", 9090))),
            targets=(*(b.target(n) for n in (1, 2)), *(b.target(n, port=9090) for n in (1, 2))),
        ),
        "PASS HEALTHY",
    ),
    "a task that does not run, sent requests": (
        b.look(tasks=(b.task(1), b.task(2, last_status="PENDING")), service=b.service(desired=1)),
        "WAIT TASKS_MISSING",
    ),
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
    verdict = law1.assess(seen, b.judged(), b.NOW)
    assert (verdict.state, verdict.retry_after) == (State.WAIT, 30)


def test_a_zone_that_is_not_enabled_is_told() -> None:
    """A registered target is never reported as missing: the load balancer's reason says why it gets no requests."""
    unused = b.target(
        2,
        state="unused",
        reason="Target.NotInUse",
        description="Target is in an Availability Zone that is not enabled for the load balancer",
    )
    verdict = target_health.assess(targets(b.target(1), unused), b.judged())
    assert "10.0.0.2:8080 is unused" in verdict.reason
    assert "Availability Zone that is not enabled" in verdict.reason


DEAD = "10.9.9.9:8080"


@pytest.mark.parametrize("judged", [b.judged(), b.judged(deployment=b.way_back())], ids=["there", "back"])
@pytest.mark.parametrize(
    ("state", "dead", "ours", "expected"),
    [
        ("unhealthy", (DEAD,), "healthy", "HEALTHY"),
        ("unhealthy", (), "healthy", "FOREIGN_TARGET"),
        ("unhealthy", ("10.9.9.9:1", "10.9.9.8:8080"), "healthy", "FOREIGN_TARGET"),
        ("healthy", (DEAD,), "healthy", "FOREIGN_TARGET"),
        ("initial", (DEAD,), "healthy", "FOREIGN_TARGET"),
        ("unavailable", (DEAD,), "healthy", "FOREIGN_TARGET"),
        ("unhealthy", (DEAD,), "unhealthy", "TARGET_UNHEALTHY"),
    ],
)
def test_strangers_that_were_dead_before(
    judged: Judged, state: str, dead: tuple[str, ...], ours: str, expected: str
) -> None:
    """A target that ECS left behind gets no requests while others are healthy; a new one, or one that came alive, does.

    Source: aws/amazon-ecs-agent#1417.
    """
    of = {"task_definition": b.OLD_REVISION} if judged.deployment.kind == Kind.ROLLBACK else {}
    seen = b.look(
        tasks=tuple(b.task(n, **of) for n in (1, 2)),
        targets=(*(b.target(n, state=ours) for n in (1, 2)), b.target(**STRANGER, state=state)),
    )
    assert target_health.assess(seen, replace(judged, baseline=b.baseline(dead_targets=dead))).code == expected


def test_the_dead_are_of_one_group() -> None:
    """In a group without a healthy target of ours, the dead stranger is sent requests: no excuse there."""
    seen = second()
    dead = b.target(ip="10.9.9.9", group=SECOND, port=9090, state="unhealthy")
    judged = b.judged(baseline=b.baseline(dead_targets=("10.9.9.9:9090",)))
    assert target_health.assess(replace(seen, targets=(*seen.targets, dead)), judged).code == "HEALTHY"
    none = tuple(t for t in seen.targets if t.group != SECOND)
    assert target_health.assess(replace(seen, targets=(*none, dead)), judged).state == State.WAIT


def test_with_no_task_of_ours_nobody_is_excused() -> None:
    """A load balancer without a healthy target sends requests to every one, the dead stranger too."""
    seen = b.look(service=b.service(desired=0), tasks=(), targets=(b.target(**STRANGER, state="unhealthy"),))
    judged = b.judged(baseline=b.baseline(dead_targets=(DEAD,)))
    assert target_health.assess(seen, judged).code == "FOREIGN_TARGET"


def raw_dual(n: int) -> Any:
    """Return a task of a dual-stack network, as DescribeTasks has it (ECS API reference, Attachment)."""
    details = [
        {"name": "privateIPv4Address", "value": f"10.0.0.{n}"},
        {"name": "ipv6Address", "value": f"2001:db8:0:0::{n}"},
    ]
    return {
        "taskArn": f"arn:aws:ecs:us-east-1:123456789012:task/c/{n}",
        "taskDefinitionArn": b.REVISION,
        "startedBy": b.OURS,
        "lastStatus": "RUNNING",
        "desiredStatus": "RUNNING",
        "attachments": [{"type": "ElasticNetworkInterface", "details": details}],
    }


def raw_target(address: str, state: str = "healthy") -> TargetView:
    """Return a target as DescribeTargetHealth has it."""
    return target_view(b.GROUP, {"Target": {"Id": address, "Port": b.PORT}, "TargetHealth": {"State": state}})


IPV6 = {
    "as ECS writes them": (("2001:db8:0:0::1", "2001:db8:0:0::2"), "HEALTHY"),
    "short": (("2001:db8::1", "2001:db8::2"), "HEALTHY"),
    "long": (("2001:0db8:0000:0000:0000:0000:0000:0001", "2001:DB8::2"), "HEALTHY"),
    "IPv4": (("10.0.0.1", "10.0.0.2"), "HEALTHY"),
    "one missing": (("2001:db8::1",), "NOT_REGISTERED"),
    "a stranger": (("2001:db8::1", "2001:db8::2", "2001:db8::3"), "FOREIGN_TARGET"),
}


@pytest.mark.parametrize(("addresses", "expected"), IPV6.values(), ids=IPV6.keys())
def test_ipv6(addresses: tuple[str, ...], expected: str) -> None:
    """A target group of IPv6 addresses holds our tasks, in whatever form an address is written."""
    seen = b.look(tasks=tuple(task_view(raw_dual(n)) for n in (1, 2)), targets=tuple(map(raw_target, addresses)))
    assert target_health.assess(seen, b.judged()).code == expected


def test_dual_stack() -> None:
    """A service in a group of IPv4 and in one of IPv6 addresses has each task once in both."""
    groups = (TargetGroup(b.GROUP, "app", b.PORT), TargetGroup(SECOND, "app", b.PORT))
    tasks = tuple(task_view(raw_dual(n)) for n in (1, 2))
    v6 = tuple(replace(raw_target(f"2001:db8::{n}"), group=SECOND) for n in (1, 2))
    seen = b.look(service=b.service(target_groups=groups), tasks=tasks, targets=(b.target(1), b.target(2), *v6))
    assert target_health.assess(seen, b.judged()).code == "HEALTHY"
    sick = (b.target(1), b.target(2), v6[0], replace(v6[1], state="unhealthy"))
    assert target_health.assess(replace(seen, targets=sick), b.judged()).code == "TARGET_UNHEALTHY"


def many(desired: int, *late: TargetView | None, pending: int = 0) -> Look:
    """Return a look at so many tasks: some are on their way, then some have the given target or none."""
    tasks = tuple(b.task(n, last_status="PENDING" if n < pending else "RUNNING") for n in range(desired))
    healthy = tuple(b.target(n) for n in range(pending + len(late), desired))
    return b.look(service=b.service(desired=desired), tasks=tasks, targets=(*healthy, *(t for t in late if t)))


@pytest.mark.parametrize(("desired", "spare"), [(1, 0), (10, 0), (49, 0), (50, 1), (100, 2), (1000, 20)])
def test_some_of_many_are_not_healthy_yet(desired: int, spare: int) -> None:
    """Of fifty tasks or more one in fifty may be late: starting, not registered, or in its first checks."""
    initial = [b.target(n, state="initial") for n in range(spare + 1)]
    for seen in (many(desired, *initial[:spare]), many(desired, *[None] * spare), many(desired, pending=spare)):
        assert target_health.assess(seen, b.judged()).code == "HEALTHY"
    for seen in (many(desired, *initial), many(desired, *[None] * (spare + 1)), many(desired, pending=spare + 1)):
        assert target_health.assess(seen, b.judged()).state == State.WAIT


@pytest.mark.parametrize("state", ["unhealthy", "unavailable", "draining", "unused", ""])
def test_none_of_many_is_worse_than_late(state: str) -> None:
    """One of a hundred may be new; none may be sick, or be taken out of service."""
    assert target_health.assess(many(100, b.target(0, state=state)), b.judged()).state == State.WAIT


def test_late_ones_of_two_groups_are_counted_together() -> None:
    """Two tasks late in one group and a third in another are three, and one too many."""
    groups = (TargetGroup(b.GROUP, "app", b.PORT), TargetGroup(SECOND, "app", 9090))
    tasks = tuple(b.task(n) for n in range(100))
    first = tuple(b.target(n) for n in range(2, 100))
    other = tuple(b.target(n, group=SECOND, port=9090) for n in range(100) if n != 50)
    seen = b.look(service=b.service(desired=100, target_groups=groups), tasks=tasks, targets=(*first, *other))
    assert target_health.assess(seen, b.judged()).state == State.WAIT
    assert target_health.assess(replace(seen, targets=(b.target(1), *seen.targets)), b.judged()).state == State.PASS


def fifty(*changed: Any, pending: int = 0) -> Look:
    """Return a look at fifty tasks, of which one may be on its way; the first ones and their targets are changed."""
    views = {n: b.target(n) for n in range(1, 51)}
    views |= dict(enumerate(changed, 1))
    tasks = tuple(b.task(n, last_status="PENDING" if n <= pending else "RUNNING") for n in range(1, 51))
    return b.look(
        service=b.service(desired=50), tasks=tasks, targets=tuple(view for view in views.values() if view is not None)
    )


@pytest.mark.parametrize(
    ("seen", "told"),
    [
        (fifty(), "50 of 50 targets healthy, all of this deployment"),
        (fifty(b.target(1, state="initial")), "49 of 50 targets healthy, all of this deployment, 1 starting"),
        (fifty(None, pending=1), "49 of 50 targets healthy, all of this deployment, 1 starting"),
        (
            fifty(b.target(1, state="initial"), pending=1),
            "49 of 50 targets healthy, all of this deployment, 1 starting",
        ),
    ],
)
def test_how_many_are_healthy_is_told(seen: Look, told: str) -> None:
    """SUCCEEDED claims no more targets than were seen: one that is on its way is not counted."""
    assert target_health.assess(seen, b.judged()).reason == told


@pytest.mark.parametrize("state", ["healthy", "unhealthy", "unavailable"])
def test_nothing_may_be_sent_to_a_task_that_does_not_run_yet(state: str) -> None:
    """A load balancer that sends requests there has the target of somebody else, or of before."""
    verdict = target_health.assess(fifty(b.target(1, state=state), pending=1), b.judged())
    assert (verdict.state, verdict.code) == (State.WAIT, "TASKS_MISSING")


def test_one_task_too_many_excuses_nobody() -> None:
    """While ECS scales in there are more tasks than desired: that is no allowance for one that is not healthy."""
    seen = b.look(
        tasks=tuple(b.task(n) for n in (1, 2, 3)),
        targets=(b.target(1), b.target(2), b.target(3, state="initial")),
    )
    assert target_health.assess(seen, b.judged()).code == "TARGET_UNHEALTHY"


def test_two_tasks_of_one_address_prove_one_of_them() -> None:
    """One healthy target is not two healthy tasks."""
    seen = b.look(tasks=(b.task(1), b.task(2, ip="10.0.0.1")), targets=(b.target(1),))
    assert target_health.assess(seen, b.judged()).code == "SHARED_ADDRESS"


def test_three_faults_of_one_kind_are_told() -> None:
    """Targets may be unhealthy for different reasons: a person needs more than the first, and no page of them."""
    ill = [b.target(n, state="unhealthy", reason=f"Target.R{n}") for n in (1, 2, 3, 4)]
    seen = b.look(service=b.service(desired=4), tasks=tuple(b.task(n) for n in (1, 2, 3, 4)), targets=tuple(ill))
    told = target_health.assess(seen, b.judged()).reason
    assert [f"Target.R{n}" in told for n in (1, 2, 3, 4)] == [True, True, True, False]
    assert told.count("Target.R1") == 1


def test_only_faults_of_the_kind_that_is_called_are_told() -> None:
    """The code and the reason speak of the same thing."""
    mixed = targets(b.target(1, state="unhealthy"), b.target(2, state="unused"))
    verdict = target_health.assess(mixed, b.judged())
    assert verdict.code == "TARGET_UNHEALTHY"
    assert "unused" not in verdict.reason


def test_a_worker_has_no_targets_and_waits_if_it_gets_some() -> None:
    """Its settings say that nothing sends it requests; target groups contradict that, and nobody has proven them."""
    worker = b.judged(release=b.release(worker_attempts=37))
    none = target_health.assess(b.look(service=b.service(target_groups=()), targets=()), worker)
    assert (none.state, none.code) == (State.PASS, "NO_TARGETS")
    some = target_health.assess(b.look(), worker)
    assert (some.state, some.code) == (State.WAIT, "TARGET_GROUP_ADDED")
