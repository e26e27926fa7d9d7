"""Where a service deployment is, whose pause it waits at, and when its time is over."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from landfall.judging import Stages
from landfall.model import Kind, State, Verdict, failed, wait
from landfall.proof import stages
from landfall.proof.service_deployment import Hook, ServiceDeployment, Weight
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
    assert stages.seen(first, found(SHIFT, PAUSE, second), later) == first


@pytest.mark.parametrize(
    ("shape", "settings", "seconds"),
    [
        (StrategyView("BLUE_GREEN", bake_minutes=5), None, 300 + 1800),
        (StrategyView("BLUE_GREEN"), SETTINGS, 1800 + 2 * 900 + 300),
        (StrategyView("BLUE_GREEN"), Strategy(gates=("before_traffic",)), 1800 + 900),
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
    late = b.NOW + timedelta(hours=9)
    assert stages.in_time(verdict, Stages(), 60, Kind.RELEASE, late) is verdict
    decided = failed("ALARM_FIRED", "x")
    assert stages.in_time(decided, known, 60, Kind.RELEASE, late) is decided
    for kind, way in ((Kind.RELEASE, "the deployment"), (Kind.ROLLBACK, "the way back")):
        over = stages.in_time(verdict, known, 60, kind, late)
        assert (over.code, over.reason) == (
            "SHIFT_TIMEOUT",
            f"{way} was not complete 60 s after its tasks were there: x",
        )


@pytest.mark.parametrize(
    ("seen", "code"),
    [
        ({"alarms": ("a",)}, "ALARM_FIRED"),
        ({"broken": True}, "BREAKER_FIRED"),
        ({"reason": "the deployment circuit breaker was triggered"}, "BREAKER_FIRED"),
        ({"hooks": (Hook("1", "PAUSE", "TIMED_OUT", None, ""),)}, "HOOK_TIMED_OUT"),
        ({"hooks": (Hook("1", "PAUSE", "FAILED", None, ""),)}, "HOOK_FAILED"),
        ({"status": "STOPPED"}, "STOPPED_BY_HAND"),
        ({"status": "STOP_REQUESTED"}, "STOPPED_BY_HAND"),
        ({"rollback_reason": "StopServiceDeployment API called"}, "STOPPED_BY_HAND"),
        ({}, "ROLLED_BACK_BY_ECS"),
    ],
)
def test_each_end_has_its_own_code(seen: dict[str, Any], code: str) -> None:
    """Who reads the outcome learns whether it was an alarm, the breaker, a hook or a person."""
    assert stages.cause(found(TEST, **{"status": "ROLLBACK_SUCCESSFUL", **seen})) == code


def asked_for(test: float | None, production: float | None) -> ServiceDeployment:
    """Return a service deployment for whose new tasks ECS asked for so much traffic, and for all of it for the old."""
    weights = (Weight("old", 0.0, 100.0), Weight("new", test, production))
    return found(SHIFT, target_revision="new", weights=weights)


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        (asked_for(100.0, 12.5), "ECS asked for 12.5 % of production traffic, 100 % of test traffic for the new tasks"),
        (asked_for(0.0, 0.0), "ECS asked for 0 % of production traffic, 0 % of test traffic for the new tasks"),
        (asked_for(None, 20.0), "ECS asked for 20 % of production traffic for the new tasks"),
        (asked_for(100.0, None), "ECS does not say what traffic it asked for"),
        (found(SHIFT, target_revision="new"), "ECS does not say what traffic it asked for"),
        (found(SHIFT, target_revision="nobody"), "ECS does not say what traffic it asked for"),
    ],
)
def test_what_traffic_ecs_asked_for(seen: ServiceDeployment, said: str) -> None:
    """A weight that is not told is not taken for 0 %, and the old tasks' weight is never told as the new ones'."""
    assert stages.weights(seen) == said


ROLLING = wait("ROLLING", "1 of 2 tasks running", 5)
SCALED = Stages("arn:d/1", SHIFT, b.NOW.isoformat(), b.NOW.isoformat())


def test_what_is_waited_for_is_said() -> None:
    """While the tasks come up it is their verdict with the stage; after it, the stage, its time and the traffic."""
    later = b.NOW + timedelta(seconds=90)
    none = stages.assess(ROLLING, None, SCALED, 7, later)
    assert (none.code, none.retry_after) == ("ROLLING", 5)
    assert none.reason == "ECS lists no service deployment of ours yet; 1 of 2 tasks running"
    scaling = stages.assess(ROLLING, found("SCALE_UP"), Stages("arn:d/1"), 7, later)
    assert (scaling.code, scaling.reason) == ("ROLLING", "SCALE_UP; 1 of 2 tasks running")
    begun = stages.assess(ROLLING, found(""), Stages("arn:d/1"), 7, later)
    assert begun.reason == "not begun; 1 of 2 tasks running"
    shifting = stages.assess(ROLLING, asked_for(None, 10.0), SCALED, 7, later)
    assert (shifting.state, shifting.code, shifting.retry_after) == (State.WAIT, "SHIFTING", 7)
    asked = "ECS asked for 10 % of production traffic for the new tasks"
    assert shifting.reason == f"ECS is at {SHIFT} for 90 s; {asked}; 1 of 2 tasks running"
    for now in (b.NOW, b.NOW - timedelta(seconds=9)):
        assert f"at {SHIFT} for 0 s" in stages.assess(ROLLING, found(SHIFT), SCALED, 7, now).reason


def test_a_gate_is_looked_at_at_once() -> None:
    """ECS waits there for Landfall alone, and its own clock runs."""
    verdict = stages.at_gate(asked_for(None, 10.0), "shift")
    assert (verdict.state, verdict.code, verdict.retry_after) == (State.WAIT, "AT_GATE", 1)
    asked = "ECS asked for 10 % of production traffic for the new tasks"
    assert verdict.reason == f"ECS waits at {SHIFT} for Landfall's gate 'shift'; {asked}"


@pytest.mark.parametrize(
    ("verdict", "known", "lasted", "pace"),
    [
        (wait("SHIFTING", "x", 5), SCALED, 0, 20),
        (wait("SHIFTING", "x", 5), SCALED, 3600, 900),
        (wait("SHIFTING", "x", 901), SCALED, 3600, 901),
        (wait("SHIFTING", "x", 5), Stages("arn:d/1"), 3600, 5),
        (wait("AT_GATE", "x", 1), SCALED, 3600, 1),
        (wait("STOPPED_SEEN_ONCE", "x", 5), SCALED, 3600, 5),
        (failed("ALARM_FIRED", "x"), SCALED, 3600, failed("ALARM_FIRED", "x").retry_after),
    ],
    ids=["at first", "an hour", "has its own pace", "scaling up", "at a gate", "seen once", "no wait"],
)
def test_looks_get_rarer(verdict: Verdict, known: Stages, lasted: int, pace: int) -> None:
    """An execution has 25,000 events; but a gate and a second look are not kept waiting."""
    told = stages.paced(verdict, known, 5, b.NOW + timedelta(seconds=lasted))
    assert told.retry_after == pace
    assert (told.state, told.code) == (verdict.state, verdict.code)
