"""Where a service deployment is, whose pause it waits at, and when its time is over."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from landfall.judging import Stages
from landfall.model import Kind, State, wait
from landfall.proof import stages
from landfall.proof.service_deployment import Hook, ServiceDeployment
from landfall.proof.strategy import StrategyView
from landfall.settings.strategy import Strategy
from tests.support import builders as b

SETTINGS = Strategy(test_url="http://sample.example")
PAUSE = Hook("ecs-pause-1", "PAUSE", "AWAITING_ACTION", None, "ROLLBACK")
LAMBDA = Hook("lambda-1", "AWS_LAMBDA", "AWAITING_ACTION", None, "")
TEST, SHIFT, BAKE = "POST_TEST_TRAFFIC_SHIFT", "PRE_PRODUCTION_TRAFFIC_SHIFT", "POST_PRODUCTION_TRAFFIC_SHIFT"


def found(stage: str, *hooks: Hook, **changes: Any) -> ServiceDeployment:
    """Return a service deployment at a stage."""
    known: dict[str, Any] = {"arn": "arn:d/1", "status": "IN_PROGRESS", "stage": stage, "hooks": hooks}
    return ServiceDeployment(**known | changes)


@pytest.mark.parametrize(
    ("seen", "strategy", "gate"),
    [
        (found(TEST, PAUSE), "BLUE_GREEN", "before_traffic"),
        (found(SHIFT, PAUSE), "CANARY", "shift"),
        (found(SHIFT, PAUSE), "LINEAR", "shift"),
        (found(BAKE, PAUSE), "CANARY", "bake"),
        (found(TEST, PAUSE, LAMBDA), "CANARY", "before_traffic"),
        # no hook says whose it is: where two wait, or where no gate can be, it is the owner's
        (found(TEST, PAUSE, PAUSE), "CANARY", None),
        (found(SHIFT, PAUSE), "BLUE_GREEN", None),
        (found("PRE_SCALE_UP", PAUSE), "CANARY", None),
        (found("A_STAGE_OF_TOMORROW", PAUSE), "CANARY", None),
        (found(TEST, LAMBDA), "CANARY", None),
        (found(TEST), "CANARY", None),
        (found(TEST, PAUSE, status="ROLLBACK_IN_PROGRESS"), "CANARY", None),
        (None, "CANARY", None),
    ],
)
def test_whose_pause_it_is(seen: ServiceDeployment | None, strategy: str, gate: str | None) -> None:
    """Landfall opens its own gates and no pause of anybody else."""
    assert stages.gate_of(seen, SETTINGS, strategy) == gate
    assert stages.gate_of(seen, None, strategy) is None


def test_a_gate_that_is_not_set_is_the_owners() -> None:
    """Who leaves a gate out keeps the stage for a person."""
    assert stages.gate_of(found(TEST, PAUSE), Strategy(gates=("bake",)), "CANARY") is None


@pytest.mark.parametrize("stage", ["", "PRE_SCALE_UP", "SCALE_UP", "POST_SCALE_UP", "RECONCILE_SERVICE"])
def test_scaling_up_has_the_stability_clock(stage: str) -> None:
    """R11's 15 minutes bound scaling up, and nothing after it."""
    assert stages.seen(None, found(stage), b.NOW).scaled_at == ""
    assert stages.seen(None, found(TEST), b.NOW).scaled_at == b.NOW.isoformat()


def test_stages_go_from_look_to_look() -> None:
    """A stage's time begins once; of two pauses at one stage the second begins anew; so does another deployment."""
    first = stages.seen(None, found(SHIFT, PAUSE), b.NOW)
    later = b.NOW + timedelta(seconds=60)
    assert stages.seen(first, found(SHIFT, PAUSE), later) == first
    second = Hook("ecs-pause-2", "PAUSE", "AWAITING_ACTION", None, "")
    assert stages.seen(first, found(SHIFT, second), later).since == later.isoformat()
    assert stages.seen(first, found(SHIFT, second), later).scaled_at == first.scaled_at
    assert stages.seen(first, found("SCALE_UP", arn="arn:d/2"), later).scaled_at == ""
    assert stages.seen(first, None, later) == first


@pytest.mark.parametrize(
    ("shape", "settings", "seconds"),
    [
        (StrategyView("BLUE_GREEN", bake_minutes=5), None, 300 + 1800),
        (StrategyView("BLUE_GREEN"), SETTINGS, 1800 + 2 * 900 + 300),
        (StrategyView("CANARY"), SETTINGS, 600 + 2700 + 4 * 900 + 300),
        (StrategyView("LINEAR", step_percent=20.0), SETTINGS, 4 * 360 + 6 * 900 + 7 * 900 + 300),
        (StrategyView("LINEAR", step_percent=3.0), SETTINGS, 21600),
    ],
)
def test_clocks_follow_from_the_configuration(shape: StrategyView, settings: Strategy | None, seconds: int) -> None:
    """What ECS waits by itself, what it may take, and what each gate may take; deployment_seconds at most."""
    assert stages.allowed_seconds(shape, settings) == seconds


@pytest.mark.parametrize(("shape", "shifts"), [("BLUE_GREEN", 1), ("CANARY", 2), ("LINEAR", 34)])
def test_shifts(shape: str, shifts: int) -> None:
    """Steps of 3 % are 34 pauses; a canary has two."""
    assert StrategyView(shape, step_percent=3.0).shifts == shifts


def test_time_is_over() -> None:
    """A WAIT becomes a FAIL at the end of the time after scaling up, and not before."""
    began = b.NOW.isoformat()
    known = Stages("arn:d/1", TEST, began, began)
    verdict = wait("SHIFTING", "x", 5)
    for lasted, state in ((59, State.WAIT), (60, State.FAIL)):
        seen = stages.in_time(verdict, known, 60, Kind.RELEASE, b.NOW + timedelta(seconds=lasted))
        assert seen.state == state
    assert stages.in_time(verdict, Stages(), 60, Kind.RELEASE, b.NOW + timedelta(hours=9)) is verdict


@pytest.mark.parametrize(
    ("seen", "code"),
    [
        ({"alarms": ("a",)}, "ALARM_FIRED"),
        ({"broken": True}, "BREAKER_FIRED"),
        ({"reason": "the deployment circuit breaker was triggered"}, "BREAKER_FIRED"),
        ({"hooks": (Hook("1", "PAUSE", "TIMED_OUT", None, ""),)}, "HOOK_TIMED_OUT"),
        ({"hooks": (Hook("1", "PAUSE", "FAILED", None, ""),)}, "HOOK_FAILED"),
        ({"status": "STOPPED"}, "STOPPED_BY_HAND"),
        ({}, "ROLLED_BACK_BY_ECS"),
    ],
)
def test_each_end_has_its_own_code(seen: dict[str, Any], code: str) -> None:
    """Who reads the outcome learns whether it was an alarm, the breaker, a hook or a person."""
    assert stages.cause(found(TEST, **{"status": "ROLLBACK_SUCCESSFUL", **seen})) == code
