"""What is known after an update: whether ECS took it, until when it is judged, and whether nothing was touched."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import botocore.session
import pytest

from landfall.change import update_result
from landfall.errors import AwsCallFailed
from landfall.proof.observed import ServiceView
from landfall.proof.strategy import StrategyView
from landfall.settings import Limits
from tests.support import builders as b

WANTED = b.deployment(id="", updated_at="", deadline="")
BASELINE = b.baseline(ecs_deployment=b.OLD)
LIMITS = Limits(stability_timeout_seconds=600)


def running(*deployments: Any, **changes: Any) -> ServiceView:
    """Return the service as it was before the update, unless otherwise is said."""
    known = deployments or (b.ecs_deployment(id=b.OLD, task_definition=b.OLD_REVISION),)
    return b.service(*known, **{"task_definition": b.OLD_REVISION, **changes})


def test_an_update_that_ecs_took_is_judged_by_its_id_until_its_deadline() -> None:
    """Everything after it is keyed on the id that ECS gave, and on the time of the update."""
    found = update_result.begun(WANTED, b.service(), LIMITS, b.NOW)
    assert found == replace(
        WANTED, id=b.OURS, updated_at=b.NOW.isoformat(), deadline=(b.NOW + timedelta(seconds=600)).isoformat()
    )
    assert datetime.fromisoformat(found.deadline) > b.NOW


CURRENT = "arn:aws:ecs:us-east-1:123456789012:service-deployment/c/sample/1"
GREEN, BLUE = b.ecs_deployment(status="ACTIVE"), b.ecs_deployment(id=b.OLD, task_definition=b.OLD_REVISION)


def shifting(*deployments: Any, **changes: Any) -> ServiceView:
    """Return a service with our revision while ECS shifts its traffic; the old fleet is the one called PRIMARY."""
    return b.service(BLUE, *deployments, **{"shifting": StrategyView("CANARY"), "current": CURRENT, **changes})


NOT_TAKEN = {
    "the old one is PRIMARY": (running(), b.OLD_REVISION),
    "none is PRIMARY": (b.service(b.ecs_deployment(status="ACTIVE")), "none"),
    "the old one is PRIMARY of a rolling service that has ours": (b.service(BLUE, GREEN), b.OLD_REVISION),
    "a service that shifts traffic still has the old one": (
        shifting(GREEN, task_definition=b.OLD_REVISION),
        b.OLD_REVISION,
    ),
}


@pytest.mark.parametrize(("service", "has"), NOT_TAKEN.values(), ids=NOT_TAKEN.keys())
def test_an_update_that_ecs_did_not_take_is_no_deployment(service: ServiceView, has: str) -> None:
    """Judging somebody else's deployment as ours could call it proven."""
    with pytest.raises(AwsCallFailed) as found:
        update_result.begun(WANTED, service, LIMITS, b.NOW)
    assert found.value.code == "UpdateNotTaken"
    assert f"has {has}, not {b.REVISION}" in str(found.value)


BEGUN: dict[str, tuple[ServiceView, str]] = {
    "ours is listed": (shifting(b.ecs_deployment(status="ACTIVE", id=""), GREEN), b.OURS),
    "no deployment of ours has an id": (shifting(b.ecs_deployment(status="ACTIVE", id="")), CURRENT),
    "none of ours is listed": (shifting(), CURRENT),
    "ECS names no service deployment yet": (shifting(current=""), b.REVISION),
}


@pytest.mark.parametrize(("service", "made"), BEGUN.values(), ids=BEGUN)
def test_an_update_is_taken_whichever_fleet_is_primary_while_traffic_shifts(service: ServiceView, made: str) -> None:
    """Its id is never that of the old fleet, and never empty: later looks would take no deployment for ours."""
    assert update_result.begun(WANTED, service, LIMITS, b.NOW).id == made


UNTOUCHED = {
    "what ran runs": (running(), BASELINE, True),
    "nobody noted what ran": (running(), b.baseline(ecs_deployment=""), True),
    "another deployment is PRIMARY": (
        running(b.ecs_deployment(id=b.OTHER, task_definition=b.OLD_REVISION)),
        BASELINE,
        False,
    ),
    "ours is PRIMARY": (b.service(task_definition=b.OLD_REVISION), BASELINE, False),
    "ours is listed": (
        running(b.ecs_deployment(id=b.OLD, task_definition=b.OLD_REVISION), b.ecs_deployment(status="ACTIVE")),
        BASELINE,
        False,
    ),
    "the service names ours": (running(task_definition=b.REVISION), BASELINE, False),
    "none is PRIMARY": (
        running(b.ecs_deployment(id=b.OLD, task_definition=b.OLD_REVISION, status="ACTIVE")),
        BASELINE,
        False,
    ),
    "draining": (running(b.ecs_deployment(task_definition=b.OTHER_REVISION), status="DRAINING"), BASELINE, True),
    "deleted": (running(b.ecs_deployment(task_definition=b.OTHER_REVISION), status="INACTIVE"), BASELINE, True),
    "deleted after ours": (b.service(status="INACTIVE"), BASELINE, False),
    "no look": (None, BASELINE, False),
}


@pytest.mark.parametrize(("service", "baseline", "untouched"), UNTOUCHED.values(), ids=UNTOUCHED.keys())
def test_untouched_is_only_what_a_look_shows_to_be(service: ServiceView | None, baseline: Any, untouched: bool) -> None:
    """REJECTED claims that nothing was touched: a picture that leaves it open does not show it."""
    assert update_result.is_untouched(service, baseline, WANTED) is untouched


def test_a_lost_lock_is_another_executions() -> None:
    """The one that lost it ends there: the other one goes on with the deployment."""
    assert (update_result.lock_lost().state, update_result.lock_lost().code) == ("FAIL", "LOCK_LOST")


THEIRS = {"task_definition": b.OTHER_REVISION}
CHANGED: dict[str, tuple[ServiceView, str | None]] = {
    "the baseline runs": (running(), None),
    "our update took effect, and its reply was lost": (b.service(), None),
    "somebody deployed before us": (running(b.ecs_deployment(id=b.OTHER, **THEIRS), **THEIRS), "BASELINE_CHANGED"),
    "somebody deployed over ours": (
        running(b.ecs_deployment(id=b.OTHER, **THEIRS), b.ecs_deployment(status="ACTIVE"), **THEIRS),
        "SUPERSEDED",
    ),
}


@pytest.mark.parametrize(("service", "code"), CHANGED.values(), ids=CHANGED)
def test_nobody_elses_deployment_is_overwritten(service: ServiceView, code: str | None) -> None:
    """Preflight judged what ran then; if something else runs now, nothing was judged, and nothing is touched."""
    refused = update_result.changed_meanwhile(service, BASELINE, WANTED)
    assert (refused.code if refused else None) == code
    assert refused is None or b.OTHER_REVISION in refused.reason


def test_only_these_errors_say_that_the_update_did_nothing() -> None:
    """After any other error the service may have changed, and it is looked at before anything is said of it."""
    model = botocore.session.get_session().get_service_model("ecs").operation_model("UpdateService")
    listed = {shape.name for shape in model.error_shapes}
    assert listed - {"ServerException"} == update_result.REFUSALS
