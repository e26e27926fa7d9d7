"""Stability: keyed on our deployment, hard on wrong bytes, patient with noise."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landfall.judging import Judged
from landfall.model import Kind, State
from landfall.proof import law1, stability
from landfall.proof.observed import Container, EcsDeployment, Look, TaskView
from landfall.proof.strategy import StrategyView
from tests.support import builders as b

THEIRS = b.ecs_deployment(id=b.OTHER, task_definition=b.OTHER_REVISION)
BACK_BY_ECS = b.ecs_deployment(id=b.OTHER, task_definition=b.OLD_REVISION)
LONG_BEFORE = b.ecs_deployment(id=b.OLD, task_definition=b.OLD_REVISION, changed_at=b.NOW - timedelta(seconds=131))
OURS_ACTIVE = b.ecs_deployment(status="ACTIVE")
JUST_MADE = b.judged(deployment=b.deployment(updated_at=(b.NOW - timedelta(seconds=59)).isoformat()))
LONG_AGO = b.judged(deployment=b.deployment(updated_at=(b.NOW - timedelta(seconds=60)).isoformat()))
GOING_BACK = b.judged(deployment=b.way_back())
BACK = b.ecs_deployment(task_definition=b.OLD_REVISION)
OLD_TASKS = tuple(
    b.task(n, task_definition=b.OLD_REVISION, containers=(b.container(image_digest=b.OLD_DIGEST),)) for n in (1, 2)
)
NO_SECRET = b.stopped(
    8,
    stop_code="TaskFailedToStart",
    stopped_reason="ResourceInitializationError: unable to retrieve secret from asm: ResourceNotFoundException",
    containers=(b.container(),),
)
TIMED_OUT = tuple(
    b.stopped(
        n,
        stop_code="TaskFailedToStart",
        stopped_reason="CannotPullContainerError: pull image manifest has been retried 5 time(s): i/o timeout",
    )
    for n in (5, 6)
)
NO_INTERFACE = tuple(
    b.stopped(
        n,
        stop_code="TaskFailedToStart",
        stopped_reason="Timeout waiting for network interface provisioning to complete.",
        containers=(b.container(),),
    )
    for n in (5, 6)
)
DENIED_FILES = tuple(
    b.stopped(n, stop_code="TaskFailedToStart", stopped_reason="ResourceInitializationError: failed to mount: denied")
    for n in (5, 6)
)
LEFT = (
    b.task(7, started_by=b.OLD),
    b.task(8, started_by=b.OLD, desired_status="STOPPED", last_status="STOPPING"),
    b.task(9, started_by=b.OLD, desired_status="STOPPED", last_status="DEACTIVATING"),
)
"""Of before: one that ECS does not stop, and two that it does."""
SPOT = b.stopped(7, stop_code="SpotInterruption", stopped_reason="Your Spot Task was interrupted.")


def look(*deployments: EcsDeployment, tasks: tuple[TaskView, ...] = (b.task(1), b.task(2)), desired: int = 2) -> Look:
    """Return a look at a service with these deployments."""
    return b.look(service=b.service(*deployments, desired=desired), tasks=tasks)


def pair(**changes: object) -> tuple[TaskView, TaskView]:
    """Return a good task and one that is changed."""
    return b.task(1), b.task(2, **changes)


def checked(health: str, n: int, *others: Container) -> tuple[TaskView]:
    """Return a task whose container has a health check that says so."""
    return (b.task(n, health=health, containers=(b.container(health=health), *others)),)


CASES = {
    "all well": (look(), b.judged(), "PASS STABLE"),
    "service missing": (b.look(service=None), b.judged(), "WAIT SERVICE_MISSING"),
    "service draining": (b.look(service=b.service(status="DRAINING")), b.judged(), "WAIT SERVICE_GONE_SEEN_ONCE"),
    "not listed yet": (look(BACK_BY_ECS), JUST_MADE, "WAIT NOT_YET_LISTED"),
    "not listed after a minute": (look(THEIRS), LONG_AGO, "WAIT SUPERSEDED_SEEN_ONCE"),
    "somebody deployed over it": (look(THEIRS, OURS_ACTIVE), b.judged(), "WAIT SUPERSEDED_SEEN_ONCE"),
    "somebody deployed over it at once": (look(THEIRS, OURS_ACTIVE), JUST_MADE, "WAIT SUPERSEDED_SEEN_ONCE"),
    "a picture from before our update": (look(LONG_BEFORE), b.judged(), "WAIT NOT_YET_LISTED"),
    "a picture of an age nobody knows": (look(BACK_BY_ECS), b.judged(), "WAIT ROLLED_BACK_BY_ECS_SEEN_ONCE"),
    "the old deployment PRIMARY again, since a moment": (
        look(replace(LONG_BEFORE, changed_at=b.NOW)),
        b.judged(),
        "WAIT ROLLED_BACK_BY_ECS_SEEN_ONCE",
    ),
    "a count that can't be read": (look(desired=-1), b.judged(), "WAIT TASKS_CHANGING"),
    "ECS rolled it back": (look(BACK_BY_ECS, OURS_ACTIVE), b.judged(), "WAIT ROLLED_BACK_BY_ECS_SEEN_ONCE"),
    "ECS rolled it back, ours gone": (look(BACK_BY_ECS), b.judged(), "WAIT ROLLED_BACK_BY_ECS_SEEN_ONCE"),
    "the baseline's revision again, while going back": (look(BACK_BY_ECS), GOING_BACK, "WAIT SUPERSEDED_SEEN_ONCE"),
    "no primary": (look(OURS_ACTIVE), b.judged(), "WAIT INCOMPLETE"),
    "two primaries": (look(b.ecs_deployment(), THEIRS), b.judged(), "WAIT INCOMPLETE"),
    "no deployments": (b.look(service=replace(b.service(), deployments=())), b.judged(), "WAIT INCOMPLETE"),
    "a primary without an id": (look(b.ecs_deployment(id="")), b.judged(), "WAIT INCOMPLETE"),
    "a primary without a revision": (look(b.ecs_deployment(task_definition="")), b.judged(), "WAIT INCOMPLETE"),
    "no status": (b.look(service=b.service(status="")), b.judged(), "WAIT INCOMPLETE"),
    "a new status": (b.look(service=b.service(status="RESTING")), b.judged(), "WAIT INCOMPLETE"),
    "service deleted": (b.look(service=b.service(status="INACTIVE")), b.judged(), "WAIT SERVICE_GONE_SEEN_ONCE"),
    "our id, another revision": (
        look(b.ecs_deployment(task_definition=b.OTHER_REVISION)),
        b.judged(),
        "WAIT WRONG_REVISION_SEEN_ONCE",
    ),
    "scaled to zero": (look(desired=0, tasks=()), b.judged(), "WAIT SCALED_TO_ZERO_SEEN_ONCE"),
    "a release that wants no tasks": (
        look(desired=0, tasks=()),
        b.judged(deployment=b.deployment(desired_count=0)),
        "WAIT SCALED_TO_ZERO_SEEN_ONCE",
    ),
    "back at no tasks": (
        look(replace(BACK, running=0), desired=0, tasks=()),
        b.judged(deployment=b.way_back(desired_count=0)),
        "PASS STABLE",
    ),
    "rollout failed": (look(b.ecs_deployment(rollout_state="FAILED")), b.judged(), "FAIL ROLLOUT_FAILED"),
    "rollout in progress": (look(b.ecs_deployment(rollout_state="IN_PROGRESS")), b.judged(), "WAIT ROLLING"),
    "rollout state missing": (look(b.ecs_deployment(rollout_state="")), b.judged(), "WAIT ROLLING"),
    "one crash": (look(tasks=(*pair(), b.stopped(3))), b.judged(), "PASS STABLE"),
    "crashes from before our change": (
        look(tasks=(*pair(), *(b.stopped(n, stopped_at=b.NOW - timedelta(minutes=20)) for n in (3, 4)))),
        b.judged(),
        "PASS STABLE",
    ),
    "crashes since our change": (
        look(tasks=(*pair(), *(b.stopped(n, stopped_at=b.NOW + timedelta(seconds=n)) for n in (3, 4)))),
        b.judged(),
        "FAIL CRASH_LOOP",
    ),
    "pulls that timed out, and were made up for": (look(tasks=(*pair(), *TIMED_OUT)), b.judged(), "PASS STABLE"),
    "network interfaces that came late, and were made up for": (
        look(tasks=(*pair(), *NO_INTERFACE)),
        b.judged(),
        "PASS STABLE",
    ),
    "network interfaces that do not come": (
        look(b.ecs_deployment(rollout_state="IN_PROGRESS", running=0), tasks=NO_INTERFACE),
        b.judged(),
        "WAIT ROLLING",
    ),
    "file systems that may not be mounted": (
        look(b.ecs_deployment(rollout_state="IN_PROGRESS", running=0), tasks=DENIED_FILES),
        b.judged(),
        "FAIL CRASH_LOOP",
    ),
    "pulls that time out again and again": (
        look(b.ecs_deployment(rollout_state="IN_PROGRESS", running=0), tasks=TIMED_OUT),
        b.judged(),
        "FAIL CRASH_LOOP",
    ),
    "two crashes alike": (look(tasks=(*pair(), b.stopped(3), b.stopped(4))), b.judged(), "FAIL CRASH_LOOP"),
    "two crashes unlike": (
        look(tasks=(*pair(), b.stopped(3), b.stopped(4, containers=(b.container(exit_code=2),)))),
        b.judged(),
        "PASS STABLE",
    ),
    "two crashes of another deployment": (
        look(tasks=(*pair(), b.stopped(3, started_by=b.OLD), b.stopped(4, started_by=b.OLD))),
        b.judged(),
        "PASS STABLE",
    ),
    "spot interruptions": (look(tasks=(*pair(), SPOT, replace(SPOT, arn="8"))), b.judged(), "PASS STABLE"),
    "a task missing": (look(tasks=(b.task(1),)), b.judged(), "WAIT TASKS_CHANGING"),
    "the same task twice": (look(tasks=(b.task(1), b.task(1))), b.judged(), "WAIT TASKS_CHANGING"),
    "a task too many": (look(tasks=(*pair(), b.task(3))), b.judged(), "WAIT TASKS_CHANGING"),
    "a task starting": (look(tasks=pair(last_status="PENDING")), b.judged(), "WAIT TASKS_CHANGING"),
    "an old task stopping": (
        look(tasks=(*pair(), b.task(3, started_by=b.OLD, desired_status="STOPPED"))),
        b.judged(),
        "PASS STABLE",
    ),
    "scaled out": (look(tasks=(*pair(), b.task(3)), desired=3), b.judged(), "PASS STABLE"),
    "scaled in": (look(tasks=(b.task(1),), desired=1), b.judged(), "PASS STABLE"),
    "a task of another deployment": (look(tasks=pair(started_by=b.OLD)), b.judged(), "WAIT FOREIGN_TASK"),
    "a task of another revision": (look(tasks=pair(task_definition=b.OLD_REVISION)), b.judged(), "WAIT FOREIGN_TASK"),
    "digest not reported": (
        look(tasks=pair(containers=(b.container(image_digest=""),))),
        b.judged(),
        "WAIT DIGEST_UNREPORTED",
    ),
    "container not reported": (look(tasks=pair(containers=())), b.judged(), "WAIT DIGEST_UNREPORTED"),
    "another digest": (
        look(tasks=pair(containers=(b.container(image_digest=b.OLD_DIGEST),))),
        b.judged(),
        "FAIL WRONG_DIGEST",
    ),
    "the platform's digest of an index": (
        look(tasks=pair(containers=(b.container(image_digest=b.OTHER_DIGEST),))),
        b.judged(deployment=b.deployment(digests={"app": (b.DIGEST, b.OTHER_DIGEST)})),
        "PASS STABLE",
    ),
    "a sidecar of any digest": (
        look(tasks=pair(containers=(b.container(), b.container(name="agent", image_digest="sha256:x")))),
        b.judged(),
        "PASS STABLE",
    ),
    "back, with the old bytes": (look(BACK, tasks=OLD_TASKS), GOING_BACK, "PASS STABLE"),
    "back, with tasks that the deployment before had started": (
        look(BACK, tasks=tuple(replace(t, started_by=b.OLD) for t in OLD_TASKS)),
        GOING_BACK,
        "PASS STABLE",
    ),
    "three deaths of three kinds": (
        look(tasks=(*pair(), *(b.stopped(n, containers=(b.container(exit_code=n),)) for n in (3, 4, 5)))),
        b.judged(),
        "FAIL LIMPING",
    ),
    "a secret that is not there": (
        look(b.ecs_deployment(rollout_state="IN_PROGRESS", running=0), tasks=(NO_SECRET,)),
        b.judged(),
        "FAIL CANNOT_START",
    ),
    "a secret that two tasks found": (look(tasks=(*pair(), NO_SECRET)), b.judged(), "PASS STABLE"),
    "two crashes of two hundred": (
        look(tasks=(*(b.task(n) for n in range(200)), b.stopped(201), b.stopped(202)), desired=200),
        b.judged(),
        "PASS STABLE",
    ),
    "eleven crashes of two hundred, which is twenty by now": (
        look(tasks=(*(b.task(n) for n in range(20)), *(b.stopped(n) for n in range(20, 30))), desired=20),
        b.judged(deployment=b.deployment(desired_count=200)),
        "PASS STABLE",
    ),
    "one unhealthy": (look(tasks=pair(health="UNHEALTHY")), b.judged(), "WAIT CONTAINER_UNHEALTHY"),
    "all unhealthy": (
        look(tasks=tuple(b.task(n, health="UNHEALTHY") for n in (1, 2))),
        b.judged(),
        "WAIT CONTAINER_UNHEALTHY",
    ),
    "unhealthy as the baseline was, which is gone back to": (
        look(tasks=tuple(b.task(n, health="UNHEALTHY") for n in (1, 2))),
        b.judged(deployment=b.deployment(as_unhealthy=True)),
        "PASS STABLE",
    ),
    "the released container unhealthy, the task not yet": (
        look(tasks=pair(containers=(b.container(health="UNHEALTHY"),))),
        b.judged(),
        "WAIT CONTAINER_UNHEALTHY",
    ),
    "a sidecar unhealthy that is not essential": (
        look(tasks=(*checked("HEALTHY", 1), *checked("HEALTHY", 2, b.container(name="agent", health="UNHEALTHY")))),
        b.judged(),
        "PASS STABLE",
    ),
    "all healthy": (look(tasks=(*checked("HEALTHY", 1), *checked("HEALTHY", 2))), b.judged(), "PASS STABLE"),
    "one not judged yet": (
        look(tasks=(*checked("HEALTHY", 1), *checked("UNKNOWN", 2))),
        b.judged(),
        "WAIT TASKS_CHANGING",
    ),
    "no health check, as far as anybody knows": (
        look(tasks=(*checked("UNKNOWN", 1), *checked("UNKNOWN", 2))),
        b.judged(),
        "PASS STABLE",
    ),
    "a sidecar that is essential not judged yet": (
        look(tasks=(b.task(1, health="HEALTHY"), b.task(2, health="UNKNOWN"))),
        b.judged(),
        "WAIT TASKS_CHANGING",
    ),
    "back, with the new bytes": (
        look(BACK, tasks=tuple(replace(t, task_definition=b.OLD_REVISION) for t in pair())),
        GOING_BACK,
        "FAIL WRONG_DIGEST",
    ),
}


@pytest.mark.parametrize(("seen", "judged", "expected"), CASES.values(), ids=CASES.keys())
def test_verdict(seen: Look, judged: Judged, expected: str) -> None:
    """Each look has one verdict: success only for our bytes in our deployment, failure only on evidence."""
    verdict = stability.assess(seen, judged, b.NOW)
    assert f"{verdict.state} {verdict.code}" == expected
    assert b.is_bounded(verdict)


@pytest.mark.parametrize(
    ("seen", "parts"),
    [
        (look(tasks=(b.stopped(3), b.stopped(4))), ("'app'", "code 1", "Essential container in task exited")),
        (
            look(b.ecs_deployment(rollout_state="FAILED", rollout_reason="breaker"), tasks=(b.stopped(3),)),
            ("breaker", "'app'", "code 1"),
        ),
        (
            look(b.ecs_deployment(rollout_state="IN_PROGRESS", running=1), tasks=(b.stopped(3),)),
            ("1 of 2", "IN_PROGRESS", "'app'"),
        ),
        (look(tasks=pair(containers=(b.container(image_digest=b.OLD_DIGEST),))), ("'app'", b.OLD_DIGEST, b.DIGEST)),
        (look(THEIRS), (b.OTHER, b.OTHER_REVISION, b.OURS)),
        (
            look(b.ecs_deployment(rollout_state="IN_PROGRESS"), tasks=(*pair(), *LEFT)),
            (
                "1 older tasks still run",
                "/tasks/7/",
                "scale-in protection",
                "7 RUNNING",
                "2 older tasks are still draining (DEACTIVATING, STOPPING): 8 STOPPING, 9 DEACTIVATING",
            ),
        ),
        (
            look(b.ecs_deployment(rollout_state="IN_PROGRESS", running=0), tasks=NO_INTERFACE),
            ("2 stopped", "interface"),
        ),
        (b.look(service=replace(b.service(), deployments=())), ("incomplete", "0 deployments")),
    ],
    ids=["crash loop", "rollout failed", "rolling", "wrong digest", "superseded", "kept", "no interface", "incomplete"],
)
def test_reason_names_the_culprit(seen: Look, parts: tuple[str, ...]) -> None:
    """A reason says which container, exit code, digest or deployment: the history must tell why."""
    reason = stability.assess(seen, b.judged(), b.NOW).reason
    assert all(part in reason for part in parts), reason


@pytest.mark.parametrize("rollout", ["COMPLETED", "FAILED"])
def test_no_task_has_to_start_where_none_ran_before(rollout: str) -> None:
    """ECS's own way back from a first release starts tasks of an image that never was; Landfall goes back to none."""
    lost = b.stopped(
        8,
        task_definition=b.OLD_REVISION,
        stop_code="TaskFailedToStart",
        stopped_reason="CannotPullContainerError: pull image manifest: bootstrap: not found",
    )
    primary = b.ecs_deployment(task_definition=b.OLD_REVISION, rollout_state=rollout, desired=0, running=0)
    nothing = replace(b.judged(deployment=b.way_back(desired_count=0)), baseline=b.baseline(desired_count=0))
    seen = b.look(service=replace(b.service(primary), desired=0), tasks=(lost, lost, lost))
    assert stability.assess(seen, nothing, b.NOW).state == State.PASS
    still = replace(seen, tasks=(lost, b.task(1, task_definition=b.OLD_REVISION)))
    assert stability.assess(still, nothing, b.NOW).state == State.WAIT


def test_the_older_fleet_beside_ours_is_no_news() -> None:
    """Where ECS shifts the traffic, the older tasks are meant to run: nothing suggests that something holds them."""
    seen = look(b.ecs_deployment(rollout_state="IN_PROGRESS"), tasks=(*pair(), *LEFT))
    assert seen.service is not None
    shifting = replace(seen, service=replace(seen.service, shifting=StrategyView("BLUE_GREEN")))
    assert "older tasks" in stability.said(seen, b.deployment())
    assert "older tasks" not in stability.said(shifting, b.deployment())


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize(("seconds", "state"), [(-1, State.WAIT), (0, State.FAIL), (1, State.FAIL)])
def test_deadline_turns_waiting_into_failure(kind: Kind, seconds: int, state: State) -> None:
    """A rollout that never ends fails at its deadline, not a second before."""
    rolling = stability.assess(look(b.ecs_deployment(rollout_state="IN_PROGRESS")), b.judged(), b.NOW)
    late = b.deployment(kind=kind, deadline=(b.NOW - timedelta(seconds=seconds)).isoformat())
    verdict = stability.in_time(rolling, late, b.NOW)
    assert verdict.state == state
    assert rolling.reason in verdict.reason


@pytest.mark.parametrize(
    "seen", [look(), look(THEIRS)], ids=["stable after the deadline", "superseded after the deadline"]
)
def test_deadline_leaves_decided_verdicts_alone(seen: Look) -> None:
    """A release found stable at its last look is not failed for being late, nor one that was taken over rolled back."""
    verdict = stability.assess(seen, b.judged(), b.NOW)
    assert stability.in_time(verdict, b.deployment(deadline=b.NOW.isoformat()), b.NOW + timedelta(1)) is verdict


TWICE = {
    "superseded": (look(THEIRS), b.judged(), "SUPERSEDED"),
    "rolled back by ECS": (look(BACK_BY_ECS), b.judged(), "ROLLED_BACK_BY_ECS"),
    "superseded on the way back": (look(THEIRS), GOING_BACK, "SUPERSEDED"),
    "scaled to zero": (look(desired=0, tasks=()), b.judged(), "SCALED_TO_ZERO"),
    "deleted": (b.look(service=b.service(status="INACTIVE")), b.judged(), "SERVICE_GONE"),
    "draining": (b.look(service=b.service(status="DRAINING")), b.judged(), "SERVICE_GONE"),
    "another revision": (look(b.ecs_deployment(task_definition=b.OTHER_REVISION)), b.judged(), "WRONG_REVISION"),
}


@pytest.mark.parametrize(("seen", "judged", "code"), TWICE.values(), ids=TWICE.keys())
def test_one_odd_picture_decides_nothing(seen: Look, judged: Judged, code: str) -> None:
    """What one stale read could show is a verdict at the second look in a row, and the second look comes soon."""
    for assess in (stability.assess, law1.assess):
        first = assess(seen, judged, b.NOW)
        assert (first.state, first.code, first.retry_after) == (State.WAIT, f"{code}_SEEN_ONCE", 5)
        between = assess(seen, replace(judged, previous="ROLLING"), b.NOW)
        assert between == first
        second = assess(seen, replace(judged, previous=first.code), b.NOW)
        assert (second.state, second.code) == (State.FAIL, code)


@given(st.sampled_from([*TWICE.values()]), st.sampled_from([c for _, _, c in TWICE.values()]))
def test_two_looks_that_differ_decide_nothing(case: tuple[Look, Judged, str], before: str) -> None:
    """Two looks in a row decide only where they show the same."""
    seen, judged, code = case
    verdict = stability.assess(seen, replace(judged, previous=f"{before}_SEEN_ONCE"), b.NOW)
    assert (verdict.state == State.FAIL) is (before == code)


def spot(desired: int, pending: int, missing: int = 0, **changes: Any) -> Look:
    """Return a look at so many tasks, of which some are being replaced and some not even begun."""
    late = tuple(b.task(n, last_status="PENDING", containers=(b.container(image_digest=""),)) for n in range(pending))
    up = tuple(b.task(n) for n in range(pending, desired - missing))
    return look(tasks=(*(replace(t, **changes) for t in late), *up), desired=desired)


@pytest.mark.parametrize(("desired", "spare"), [(1, 0), (2, 0), (10, 0), (49, 0), (50, 1), (100, 2), (1000, 20)])
def test_some_of_many_are_always_being_replaced(desired: int, spare: int) -> None:
    """Of fifty tasks or more one in fifty may be on its way: at no moment all of a hundred Spot tasks run."""
    for seen in (spot(desired, spare), spot(desired, 0, spare)):
        assert stability.assess(seen, b.judged(), b.NOW).code == "STABLE"
    for seen in (spot(desired, spare + 1), spot(desired, 0, spare + 1), spot(desired, spare, 1)):
        assert stability.assess(seen, b.judged(), b.NOW).code == "TASKS_CHANGING"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"started_by": b.OLD}, "FOREIGN_TASK"),
        ({"task_definition": b.OLD_REVISION}, "FOREIGN_TASK"),
        ({"containers": (b.container(image_digest=b.OLD_DIGEST),)}, "WRONG_DIGEST"),
        ({"last_status": "RUNNING"}, "DIGEST_UNREPORTED"),
        ({"health": "UNHEALTHY"}, "CONTAINER_UNHEALTHY"),
    ],
)
def test_who_is_on_the_way_is_ours(changes: dict[str, Any], code: str) -> None:
    """One of a hundred may be late; none may be of other bytes, of somebody else, or unhealthy."""
    assert stability.assess(spot(100, 1, **changes), b.judged(), b.NOW).code == code


MADE = b.NOW - timedelta(seconds=120)
"""When our update was made."""
BEFORE = {
    "longer before our update": (timedelta(seconds=-10, milliseconds=-1), "NOT_YET_LISTED"),
    "as long before it as clocks may differ": (timedelta(seconds=-10), "ROLLED_BACK_BY_ECS_SEEN_ONCE"),
    "nearly as long": (timedelta(seconds=-9, milliseconds=-500), "ROLLED_BACK_BY_ECS_SEEN_ONCE"),
    "at our update": (timedelta(), "ROLLED_BACK_BY_ECS_SEEN_ONCE"),
    "after it": (timedelta(seconds=5), "ROLLED_BACK_BY_ECS_SEEN_ONCE"),
}


@pytest.mark.parametrize(("after", "code"), BEFORE.values(), ids=BEFORE.keys())
def test_a_picture_is_old_where_all_in_it_is_older_than_the_update(after: timedelta, code: str) -> None:
    """Ten seconds are for the call itself and for two clocks: what is younger may have come after our update."""
    back = replace(LONG_BEFORE, changed_at=MADE + after)
    assert stability.assess(look(back), b.judged(), b.NOW).code == code
    if code != "NOT_YET_LISTED":
        newer = (back, replace(LONG_BEFORE, id="ecs-svc/older", status="ACTIVE"))
        assert stability.assess(look(*newer), b.judged(), b.NOW).code == code


@pytest.mark.parametrize(
    ("after", "code"),
    [(-11, "STABLE"), (-10, "CRASH_LOOP"), (-9, "CRASH_LOOP"), (0, "CRASH_LOOP"), (5, "CRASH_LOOP")],
)
def test_stops_count_from_our_update_on(after: int, code: str) -> None:
    """What stopped before our update is of another time, but for the same ten seconds."""
    at = MADE + timedelta(seconds=after)
    seen = look(tasks=(*pair(), *(b.stopped(n, stopped_at=at) for n in (3, 4))))
    assert stability.assess(seen, b.judged(), b.NOW).code == code


@pytest.mark.parametrize(
    ("desired", "code"), [(0, "STABLE"), (1, "SCALED_TO_ZERO_SEEN_ONCE"), (2, "SCALED_TO_ZERO_SEEN_ONCE")]
)
def test_going_back_to_no_tasks_is_only_where_none_ran(desired: int, code: str) -> None:
    """Law 2: a baseline of one task is not restored while none runs."""
    back = b.judged(deployment=b.way_back(desired_count=desired))
    assert stability.assess(look(replace(BACK, running=0), desired=0, tasks=()), back, b.NOW).code == code


def test_a_crash_names_the_container_of_the_release() -> None:
    """Where several containers failed, a person should look at the one that was deployed."""
    died = tuple(
        b.stopped(n, containers=(b.container(name="agent", exit_code=2), b.container(name="worker", exit_code=3)))
        for n in (3, 4)
    )
    judged = b.judged(deployment=b.deployment(digests={"worker": (b.DIGEST,)}))
    up = tuple(b.task(n, containers=(b.container(name="worker"),)) for n in (1, 2))
    verdict = stability.assess(look(tasks=(*up, *died)), judged, b.NOW)
    assert verdict.code == "CRASH_LOOP"
    assert "'worker' exited with code 3" in verdict.reason


@pytest.mark.parametrize(
    ("ours", "theirs", "told"),
    [
        ("tasks failed to start", "rolling back", "revision: tasks failed to start;"),
        (None, "rolling back", "revision: rolling back;"),
        ("", "rolling back", "revision;"),
        (None, "", "revision;"),
    ],
)
def test_why_ecs_went_back_is_told(ours: str | None, theirs: str, told: str) -> None:
    """ECS says it of our deployment while it lists it, and of the one after it when it does not any more."""
    listed = () if ours is None else (replace(OURS_ACTIVE, rollout_reason=ours),)
    verdict = stability.assess(look(replace(BACK_BY_ECS, rollout_reason=theirs), *listed), b.judged(), b.NOW)
    assert verdict.code == "ROLLED_BACK_BY_ECS_SEEN_ONCE"
    assert told in verdict.reason


def test_what_waits_too_long_is_called_so() -> None:
    """The runbook of the rollback mail is found by this code."""
    rolling = stability.assess(look(b.ecs_deployment(rollout_state="IN_PROGRESS")), b.judged(), b.NOW)
    late = stability.in_time(rolling, b.deployment(deadline=b.NOW.isoformat()), b.NOW)
    assert late.code == stability.TIMEOUT == "STABILITY_TIMEOUT"


def test_the_whole_proof_is_looked_at_at_its_own_pace() -> None:
    """While the proof is repeated, the next look comes as soon as the targets' next one would."""
    limits = replace(b.release().limits, stability_poll_seconds=30, target_health_interval_seconds=7)
    judged = b.judged(release=b.release(limits=limits))
    rolling = look(b.ecs_deployment(rollout_state="IN_PROGRESS"))
    assert stability.assess(rolling, judged, b.NOW).retry_after == 30
    assert law1.assess(rolling, judged, b.NOW).retry_after == 7
    assert law1.assess(look(THEIRS), judged, b.NOW).retry_after == 30


PROGRESS = {
    "begun": (b.ecs_deployment(rollout_state="IN_PROGRESS"), (True, False)),
    "before ECS says how far it is": (b.ecs_deployment(rollout_state=""), (True, False)),
    "completed": (b.ecs_deployment(), (False, True)),
    "failed": (b.ecs_deployment(rollout_state="FAILED"), (False, True)),
    "another one that goes on": (replace(THEIRS, rollout_state="IN_PROGRESS"), (False, False)),
    "another one that is completed": (THEIRS, (False, False)),
    "ours, and not PRIMARY": (OURS_ACTIVE, (False, False)),
}


@pytest.mark.parametrize(("seen", "expected"), PROGRESS.values(), ids=PROGRESS.keys())
def test_only_our_own_rollout_goes_on_or_is_over(seen: EcsDeployment, expected: tuple[bool, bool]) -> None:
    """Another deployment's pause must not stop our clock, and its end must not end our look at stopped tasks."""
    service = b.service(seen)
    assert (stability.is_under_way(service, b.deployment()), stability.is_over(service, b.deployment())) == expected


@pytest.mark.parametrize(("running", "told"), [(1, False), (2, True), (3, True)])
def test_older_tasks_are_told_once_all_of_ours_run(running: int, told: bool) -> None:
    """Before that ECS still needs them, and naming them would send people after the wrong cause."""
    seen = look(b.ecs_deployment(rollout_state="IN_PROGRESS", running=running), tasks=(*pair(), *LEFT))
    assert ("older tasks" in stability.said(seen, b.deployment())) is told
    assert stability.said(replace(seen, service=None), b.deployment()) == ""


def test_an_older_task_after_early_success_is_named() -> None:
    """ECS completes such a rollout before the older tasks are gone: the wait says which task it is for."""
    waits = stability.assess(look(b.ecs_deployment(), tasks=(*pair(), *LEFT)), b.judged(), b.NOW)
    assert (waits.state, waits.code) == (State.WAIT, "FOREIGN_TASK")
    assert "1 older tasks still run" in waits.reason
    sick = stability.assess(look(b.ecs_deployment(), tasks=pair(health="UNHEALTHY")), b.judged(), b.NOW)
    assert (sick.code, "older tasks" in sick.reason) == ("CONTAINER_UNHEALTHY", False)


def test_tasks_that_auto_scaling_starts_on_the_way_back_are_judged() -> None:
    """The way back leads to no tasks. If some are wanted again, they are judged like any others, crashes included."""
    back = b.judged(deployment=b.way_back(desired_count=0))
    assert stability.assess(look(BACK, tasks=OLD_TASKS), back, b.NOW).code == "STABLE"
    missing = stability.assess(look(BACK, tasks=()), back, b.NOW)
    assert (missing.state, missing.reason) == (State.WAIT, "0 of 2 tasks running")
    crash = tuple(b.stopped(n, task_definition=b.OLD_REVISION) for n in (5, 6))
    assert (
        stability.assess(look(replace(BACK, rollout_state="IN_PROGRESS"), tasks=crash), back, b.NOW).code
        == "CRASH_LOOP"
    )
