"""Going back: to what, how many, what will be judged, and when to leave the service alone."""

from __future__ import annotations

import pytest

from landfall import rollback
from landfall.model import Baseline, Kind, Verdict
from landfall.observed import ServiceView
from landfall.rollback import Plan
from tests import builders as b

COPY = f"{b.FAMILY}:9"
PINNED = b.baseline(restore_to=COPY)
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
    "no primary": (b.service(b.ecs_deployment(status="ACTIVE")), b.baseline(), Plan(b.OLD_REVISION, None)),
}


@pytest.mark.parametrize(("service", "baseline", "plan"), PLANS.values(), ids=PLANS.keys())
def test_plan(service: ServiceView, baseline: Baseline, plan: Plan) -> None:
    """The way back leads to the exact revision, and leaves the count to auto scaling where there were tasks."""
    assert rollback.plan(service, b.deployment(), baseline) == plan


LEFT_ALONE = {
    "somebody else deployed": (THEIRS, "SUPERSEDED", b.OTHER_REVISION),
    "service draining": (b.service(status="DRAINING"), "SERVICE_GONE", "DRAINING"),
    "service missing": (None, "SERVICE_GONE", "missing"),
}


@pytest.mark.parametrize(("service", "code", "part"), LEFT_ALONE.values(), ids=LEFT_ALONE.keys())
def test_service_that_is_not_ours_is_left_alone(service: ServiceView | None, code: str, part: str) -> None:
    """Landfall never rolls somebody else's deployment back."""
    plan = rollback.plan(service, b.deployment(), b.baseline())
    assert isinstance(plan, Verdict)
    assert (plan.state, plan.code) == ("FAIL", code)
    assert part in plan.reason


def test_way_back_is_judged_by_the_bytes_that_ran() -> None:
    """Restored means the baseline's revision, digests and SHA, and remembers what it undid."""
    back = rollback.deployment(PINNED, b.deployment(), Plan(COPY, None))
    assert (back.kind, back.id, back.task_definition) == (Kind.ROLLBACK, "", COPY)
    assert (back.digests, back.git_sha, back.desired_count) == ({"app": (b.OLD_DIGEST,)}, b.OLD_SHA, 2)
    assert back.undoes == b.REVISION
