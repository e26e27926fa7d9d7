"""Stability: keyed on our deployment, hard on wrong bytes, patient with noise."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from landfall import stability
from landfall.judging import Judged
from landfall.model import Kind, State
from landfall.observed import EcsDeployment, Look, TaskView
from tests import builders as b

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
SPOT = b.stopped(7, stop_code="SpotInterruption", stopped_reason="Your Spot Task was interrupted.")


def look(*deployments: EcsDeployment, tasks: tuple[TaskView, ...] = (b.task(1), b.task(2)), desired: int = 2) -> Look:
    """Return a look at a service with these deployments."""
    return b.look(service=b.service(*deployments, desired=desired), tasks=tasks)


def pair(**changes: object) -> tuple[TaskView, TaskView]:
    """Return a good task and one that is changed."""
    return b.task(1), b.task(2, **changes)


CASES = {
    "all well": (look(), b.judged(), "PASS STABLE"),
    "service missing": (b.look(service=None), b.judged(), "WAIT SERVICE_MISSING"),
    "service draining": (b.look(service=b.service(status="DRAINING")), b.judged(), "FAIL SERVICE_GONE"),
    "not listed yet": (look(BACK_BY_ECS), JUST_MADE, "WAIT NOT_YET_LISTED"),
    "not listed after a minute": (look(THEIRS), LONG_AGO, "FAIL SUPERSEDED"),
    "somebody deployed over it": (look(THEIRS, OURS_ACTIVE), b.judged(), "FAIL SUPERSEDED"),
    "somebody deployed over it at once": (look(THEIRS, OURS_ACTIVE), JUST_MADE, "FAIL SUPERSEDED"),
    "a picture from before our update": (look(LONG_BEFORE), b.judged(), "WAIT NOT_YET_LISTED"),
    "a picture of an age nobody knows": (look(BACK_BY_ECS), b.judged(), "FAIL ROLLED_BACK_BY_ECS"),
    "the old deployment PRIMARY again, since a moment": (
        look(replace(LONG_BEFORE, changed_at=b.NOW)),
        b.judged(),
        "FAIL ROLLED_BACK_BY_ECS",
    ),
    "a count that can't be read": (look(desired=-1), b.judged(), "WAIT TASKS_CHANGING"),
    "ECS rolled it back": (look(BACK_BY_ECS, OURS_ACTIVE), b.judged(), "FAIL ROLLED_BACK_BY_ECS"),
    "ECS rolled it back, ours gone": (look(BACK_BY_ECS), b.judged(), "FAIL ROLLED_BACK_BY_ECS"),
    "the baseline's revision again, while going back": (look(BACK_BY_ECS), GOING_BACK, "FAIL SUPERSEDED"),
    "no primary": (look(OURS_ACTIVE), b.judged(), "FAIL SUPERSEDED"),
    "two primaries": (look(b.ecs_deployment(), THEIRS), b.judged(), "FAIL SUPERSEDED"),
    "our id, another revision": (
        look(b.ecs_deployment(task_definition=b.OTHER_REVISION)),
        b.judged(),
        "FAIL WRONG_REVISION",
    ),
    "scaled to zero": (look(desired=0, tasks=()), b.judged(), "FAIL SCALED_TO_ZERO"),
    "a release that wants no tasks": (
        look(desired=0, tasks=()),
        b.judged(deployment=b.deployment(desired_count=0)),
        "FAIL SCALED_TO_ZERO",
    ),
    "back at no tasks": (
        look(BACK, desired=0, tasks=()),
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
    "network interfaces that never come": (
        look(b.ecs_deployment(rollout_state="IN_PROGRESS", running=0), tasks=NO_INTERFACE),
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
    "a secret that is not there": (look(tasks=(*pair(), NO_SECRET)), b.judged(), "FAIL CANNOT_START"),
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
    ],
    ids=["crash loop", "rollout failed", "rolling", "wrong digest", "superseded"],
)
def test_reason_names_the_culprit(seen: Look, parts: tuple[str, ...]) -> None:
    """A reason says which container, exit code, digest or deployment: the history must tell why."""
    reason = stability.assess(seen, b.judged(), b.NOW).reason
    assert all(part in reason for part in parts), reason


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
    """A release found stable at its last look is not failed for being late."""
    verdict = stability.assess(seen, b.judged(), b.NOW)
    assert stability.in_time(verdict, b.deployment(deadline=b.NOW.isoformat()), b.NOW + timedelta(1)) is verdict
