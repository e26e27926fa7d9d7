"""Going back: to what, how many, what will be judged, and when to leave the service alone."""

from __future__ import annotations

import pytest

from landfall.change import going_back
from landfall.change.going_back import Plan
from landfall.model import Baseline, Deployment, Kind, Verdict, passed, wait
from landfall.proof.observed import ServiceView
from tests.support import builders as b

COPY = f"{b.FAMILY}:9"
PINNED = b.baseline(restore_to=COPY, ecs_deployment=b.OLD)
UNTOUCHED = b.service(b.ecs_deployment(id=b.OLD, task_definition=b.OLD_REVISION))
THEIRS = b.service(b.ecs_deployment(id=b.OTHER, task_definition=b.OTHER_REVISION))

PLANS = {
    "release is live": (b.service(), b.baseline(), Plan(b.OLD_REVISION, None)),
    "baseline is pinned": (b.service(), PINNED, Plan(COPY, None)),
    "no copy was made": (b.service(), b.baseline(restore_to=None), Plan(b.OLD_REVISION, None)),
    "on the way back already": (
        b.service(b.ecs_deployment(task_definition=COPY)),
        PINNED,
        Plan(COPY, None),
    ),
    "ECS went back by itself": (
        b.service(b.ecs_deployment(task_definition=b.OLD_REVISION)),
        PINNED,
        Plan(COPY, None),
    ),
    "scaled out meanwhile": (b.service(desired=5), b.baseline(), Plan(b.OLD_REVISION, None)),
    "scaled to zero meanwhile": (b.service(desired=0), b.baseline(), Plan(b.OLD_REVISION, 2)),
    "nothing ran before": (b.service(), b.baseline(desired_count=0), Plan(b.OLD_REVISION, 0)),
    "a status that is left out": (b.service(status=""), b.baseline(), Plan(b.OLD_REVISION, None)),
    "a late read, though the update is known to have taken effect": (UNTOUCHED, PINNED, Plan(COPY, None)),
    "no primary": (b.service(b.ecs_deployment(status="ACTIVE")), b.baseline(), Plan(b.OLD_REVISION, None)),
}

UNKNOWN_EFFECT = b.deployment(id="")


def test_what_seems_untouched_is_not_replaced() -> None:
    """By one look an update of unknown effect did nothing: what ran is asked for, and nothing new."""
    plan = going_back.plan(UNTOUCHED, UNKNOWN_EFFECT, PINNED)
    assert plan == Plan(b.OLD_REVISION, None, unless_touched=True)
    assert isinstance(plan, Plan)
    assert going_back.after_all(plan, UNTOUCHED, PINNED) is None


def test_a_late_read_is_found_out_by_the_update_itself() -> None:
    """Of a service that was not touched the update back begins no deployment: one that it began tells otherwise."""
    plan = going_back.plan(UNTOUCHED, UNKNOWN_EFFECT, PINNED)
    assert isinstance(plan, Plan)
    began = b.service(b.ecs_deployment(id="ecs-svc/new", task_definition=b.OLD_REVISION))
    assert going_back.after_all(plan, began, PINNED) == Plan(COPY, None)


def test_nothing_is_asked_twice_where_both_ways_are_one() -> None:
    """A baseline that is pinned already is gone back to as it is, touched or not."""
    plan = going_back.plan(UNTOUCHED, UNKNOWN_EFFECT, b.baseline(ecs_deployment=b.OLD))
    assert plan == Plan(b.OLD_REVISION, None)


@pytest.mark.parametrize(("service", "baseline", "plan"), PLANS.values(), ids=PLANS.keys())
def test_plan(service: ServiceView, baseline: Baseline, plan: Plan) -> None:
    """The way back leads to the exact revision, and leaves the count to auto scaling where there were tasks."""
    assert going_back.plan(service, b.deployment(), baseline) == plan


LEFT_ALONE = {
    "somebody else deployed": (THEIRS, "SUPERSEDED", b.OTHER_REVISION),
    "service draining": (b.service(status="DRAINING"), "SERVICE_GONE", "DRAINING"),
    "service deleted": (b.service(status="INACTIVE"), "SERVICE_GONE", "INACTIVE"),
    "service missing": (None, "SERVICE_GONE", "missing"),
}


@pytest.mark.parametrize(("service", "code", "part"), LEFT_ALONE.values(), ids=LEFT_ALONE.keys())
def test_service_that_is_not_ours_is_left_alone(service: ServiceView | None, code: str, part: str) -> None:
    """Landfall never rolls somebody else's deployment back."""
    plan = going_back.plan(service, b.deployment(), b.baseline())
    assert isinstance(plan, Verdict)
    assert (plan.state, plan.code) == ("FAIL", code)
    assert part in plan.reason


def test_way_back_is_judged_by_the_bytes_that_ran() -> None:
    """Restored means the baseline's revision, digests and SHA, and remembers what it undid."""
    back = going_back.deployment(PINNED, b.deployment(), Plan(COPY, None))
    assert (back.kind, back.id, back.task_definition) == (Kind.ROLLBACK, "", COPY)
    assert (back.digests, back.git_sha, back.desired_count) == ({"app": (b.OLD_DIGEST,)}, b.OLD_SHA, 2)
    assert back.undoes == b.REVISION


PROVEN = b.baseline(
    restore_to=COPY,
    proven_sha=b.SHA,
    accepted={"app": (b.DIGEST, b.OTHER_DIGEST)},
    ecs_deployment=b.OLD,
    unhealthy_tasks=1,
)
"""What ran was never proven (another revision was), and one of its tasks was UNHEALTHY."""


def test_going_back_to_what_was_proven_is_judged_by_what_was_proven() -> None:
    """Law 2: every platform's digest of the last proven release counts, and its commit is served by healthy tasks."""
    back = going_back.deployment(PROVEN, b.deployment(), Plan(COPY, 2))
    assert back == Deployment(
        kind=Kind.ROLLBACK,
        id="",
        task_definition=COPY,
        desired_count=2,
        digests={"app": (b.DIGEST, b.OTHER_DIGEST)},
        git_sha=b.SHA,
        undoes=b.REVISION,
        as_unhealthy=False,
    )


def test_going_back_to_what_ran_is_judged_by_what_ran() -> None:
    """A service that was not touched keeps what ran before, which need be no better than it was."""
    back = going_back.deployment(PROVEN, b.deployment(), Plan(b.OLD_REVISION, None, unless_touched=True))
    assert (back.task_definition, back.digests, back.git_sha) == (b.OLD_REVISION, {"app": (b.OLD_DIGEST,)}, b.OLD_SHA)
    assert back.as_unhealthy


@pytest.mark.parametrize(("unhealthy", "allowed"), [(0, False), (1, True), (2, True)])
def test_only_what_was_unhealthy_may_be(unhealthy: int, allowed: bool) -> None:
    """A copy pinned to what ran is what ran: it is no proven release, and may be as unhealthy as that was."""
    back = going_back.deployment(b.baseline(restore_to=COPY, unhealthy_tasks=unhealthy), b.deployment(), Plan(COPY, 2))
    assert back.as_unhealthy is allowed
    assert (back.digests, back.git_sha) == ({"app": (b.OLD_DIGEST,)}, b.OLD_SHA)


def test_a_service_that_was_touched_after_all_gets_the_whole_plan() -> None:
    """The count goes with it; a plan that does not rest on one look, and an answer without PRIMARY, change nothing."""
    began = b.service(b.ecs_deployment(id="ecs-svc/new", task_definition=b.OLD_REVISION))
    plan = Plan(b.OLD_REVISION, 0, unless_touched=True)
    assert going_back.after_all(plan, began, PINNED) == Plan(COPY, 0)
    assert going_back.after_all(plan, began, b.baseline(restore_to=None)) == Plan(b.OLD_REVISION, 0)
    assert going_back.after_all(Plan(b.OLD_REVISION, 0), began, PINNED) is None
    assert going_back.after_all(plan, b.service(b.ecs_deployment(status="ACTIVE")), PINNED) is None


def test_the_count_of_a_service_that_was_not_touched() -> None:
    """A service that somebody scaled to zero gets its count back, whether the update took effect or not."""
    untouched = b.service(b.ecs_deployment(id=b.OLD, task_definition=b.OLD_REVISION), desired=0)
    assert going_back.plan(untouched, UNKNOWN_EFFECT, PINNED) == Plan(b.OLD_REVISION, 2, unless_touched=True)


TO_NONE = b.way_back(desired_count=0)
STABLE = passed("STABLE", "0 of 0 tasks run")
TOLD = {
    "no tasks": (STABLE, b.service(desired=0), TO_NONE, "STABLE"),
    # https://github.com/aws/containers-roadmap/issues/2626: a count below the minimum is raised at the next scale-out
    "raised again": (STABLE, b.service(desired=2), TO_NONE, "SCALED_OUT_AGAIN"),
    "still changing": (wait("ROLLING", "1 of 2", 5), b.service(desired=2), TO_NONE, "ROLLING"),
    "back to tasks": (STABLE, b.service(desired=2), b.way_back(), "STABLE"),
    "no look": (STABLE, None, TO_NONE, "STABLE"),
    "a release": (STABLE, b.service(desired=2), b.deployment(desired_count=0), "STABLE"),
    "back to one task": (STABLE, b.service(desired=2), b.way_back(desired_count=1), "STABLE"),
}


@pytest.mark.parametrize(("verdict", "service", "deployment", "code"), TOLD.values(), ids=TOLD.keys())
def test_back_to_none_is_no_tasks(
    verdict: Verdict, service: ServiceView | None, deployment: Deployment, code: str
) -> None:
    """Auto scaling may raise the count that was put back to 0: then it is not back where it was, and a person looks."""
    seen = going_back.unless_scaled_out(verdict, service, deployment)
    assert seen.code == code
    if code == "SCALED_OUT_AGAIN":
        assert seen.state == "FAIL"
        assert f"2 tasks of {b.OLD_REVISION} run" in seen.reason
