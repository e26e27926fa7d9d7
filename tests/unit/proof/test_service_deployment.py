"""Service deployments are read without raising, and the one that is ours is told from every other."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landfall.proof import service_deployment as views
from landfall.proof.observed import service_view
from landfall.proof.service_deployment import Brief, Hook, Weight
from tests.support import builders as b

ARN = "arn:aws:ecs:us-east-1:123456789012:service-deployment/c/sample"
REVISION, OLD_REVISION = "arn:rev/2", "arn:rev/1"
RUNS = {REVISION: b.REVISION, OLD_REVISION: b.OLD_REVISION}
WAITS = {"hookId": "ecs-pause-1", "targetType": "PAUSE", "status": "AWAITING_ACTION", "timeoutAction": "ROLLBACK"}
PAUSE = {"targetType": "PAUSE", "lifecycleStages": ["PRE_SCALE_UP"]}


def raw(**changes: Any) -> dict[str, Any]:
    """Return one entry of DescribeServiceDeployments: ours, paused before its first task."""
    hook = {**WAITS, "expiresAt": b.NOW + timedelta(minutes=30)}
    return {
        "serviceDeploymentArn": f"{ARN}/1",
        "status": "IN_PROGRESS",
        "lifecycleStage": "PRE_SCALE_UP",
        "createdAt": b.NOW,
        "targetServiceRevision": {"arn": REVISION, "requestedProductionTrafficWeight": 100.0},
        "sourceServiceRevisions": [{"arn": OLD_REVISION, "requestedProductionTrafficWeight": 0}],
        "lifecycleHookDetails": [hook],
        "deploymentConfiguration": {"lifecycleHooks": [{**PAUSE, "timeoutConfiguration": {"timeoutInMinutes": 45}}]},
        **changes,
    }


def test_all_of_it_is_read() -> None:
    """Every field that Landfall uses has the place that the API reference gives it."""
    alarms = {"status": "TRIGGERED", "alarmNames": ["a", "b"], "triggeredAlarmNames": ["b"]}
    found = views.service_deployment(
        raw(
            statusReason="why",
            rollback={"reason": "because"},
            alarms=alarms,
            deploymentCircuitBreaker={"status": "TRIGGERED"},
        )
    )
    assert (found.arn, found.status, found.stage, found.created_at) == (
        f"{ARN}/1",
        "IN_PROGRESS",
        "PRE_SCALE_UP",
        b.NOW,
    )
    assert found.waiting == (
        Hook("ecs-pause-1", "PAUSE", "AWAITING_ACTION", b.NOW + timedelta(minutes=30), "ROLLBACK"),
    )
    assert found.paused_since == b.NOW - timedelta(minutes=15)
    assert (found.alarms, found.broken, found.reason, found.rollback_reason) == (("b",), True, "why", "because")
    assert found.weights == (Weight(OLD_REVISION, None, 0.0), Weight(REVISION, None, 100.0))


SINCE: dict[str, tuple[dict[str, Any], datetime | None]] = {
    "no timeout is told: a day": (
        {"deploymentConfiguration": {"lifecycleHooks": [PAUSE]}},
        b.NOW + timedelta(minutes=30) - timedelta(days=1),
    ),
    "hooks of other stages don't count": (
        {"deploymentConfiguration": {"lifecycleHooks": [{**PAUSE, "lifecycleStages": ["POST_SCALE_UP"]}]}},
        None,
    ),
    "two that wait for different times": (
        {
            "deploymentConfiguration": {
                "lifecycleHooks": [PAUSE, {**PAUSE, "timeoutConfiguration": {"timeoutInMinutes": 1}}]
            }
        },
        None,
    ),
    "no end is told": ({"lifecycleHookDetails": [WAITS]}, None),
    "nothing waits": ({"lifecycleHookDetails": []}, None),
}


@pytest.mark.parametrize(("changes", "since"), SINCE.values(), ids=SINCE.keys())
def test_the_beginning_of_a_pause(changes: dict[str, Any], since: datetime | None) -> None:
    """AWS tells when a hook ends, not when it began: the beginning is known only where the wait is."""
    assert views.service_deployment(raw(**changes)).paused_since == since


@pytest.mark.parametrize(
    "status", ["SUCCESSFUL", "STOPPED", "STOP_REQUESTED", "ROLLBACK_IN_PROGRESS", "PENDING", "NEW"]
)
def test_only_a_deployment_in_progress_waits(status: str) -> None:
    """A hook dies with its deployment (Developer Guide, continue-service-deployment)."""
    assert views.service_deployment(raw(status=status)).waiting == ()


def test_an_unknown_stage_is_text() -> None:
    """The API's list of stages lacks one that its text names, so none is refused."""
    assert views.service_deployment(raw(lifecycleStage="PRE_PRODUCTION_TRAFFIC_SHIFT")).stage.startswith("PRE_PROD")


HOOKS: dict[str, tuple[Any, bool]] = {
    "none": (None, False),
    "an empty list": ([], False),
    "a pause": ([PAUSE], True),
    "a function": ([{"targetType": "AWS_LAMBDA", "hookTargetArn": "arn:aws:lambda:f"}], False),
    "a function, as older services have it": ([{"hookTargetArn": "arn:aws:lambda:f"}], False),
    "stages alone: an older SDK drops the rest of a pause": ([{"lifecycleStages": ["PRE_SCALE_UP"]}], True),
    "no object": (["?"], True),
    "no list": ("?", True),
}


@pytest.mark.parametrize(("hooks", "may"), HOOKS.values(), ids=HOOKS.keys())
def test_which_services_can_be_paused(hooks: Any, may: bool) -> None:
    """Only for these the service deployments are read; what can't be read might be a pause."""
    assert service_view({"deploymentConfiguration": {"lifecycleHooks": hooks}}).may_pause is may


def brief(n: int, revision: str = REVISION, seconds: int = 1, status: str = "IN_PROGRESS") -> Brief:
    """Return an entry of the list that was created some seconds after our update."""
    return Brief(f"{ARN}/{n}", status, b.NOW + timedelta(seconds=seconds), revision)


OURS: dict[str, tuple[list[Brief], int | None]] = {
    "an empty list": ([], None),
    "ours": ([brief(1)], 1),
    "an older one of the same revision": ([brief(1, seconds=-60, status="SUCCESSFUL")], None),
    "an older failure, then ours": ([brief(1, seconds=-60, status="ROLLBACK_FAILED"), brief(2)], 2),
    "a newer one of another revision": ([brief(1), brief(2, OLD_REVISION, 9)], 1),
    "ours stopped, a newer one of our revision": ([brief(1, status="STOPPED"), brief(2, seconds=9)], 2),
    "a revision that nobody described": ([brief(1, "arn:rev/9")], None),
    "no time": ([Brief(f"{ARN}/1", "IN_PROGRESS", None, REVISION)], None),
}


@pytest.mark.parametrize(("listed", "number"), OURS.values(), ids=OURS.keys())
@pytest.mark.parametrize("backwards", [False, True])
def test_which_one_is_ours(listed: list[Brief], number: int | None, backwards: bool) -> None:
    """It began since our update and goes to our task definition; of two the newer one, in whatever order they come."""
    found = views.ours(listed[::-1] if backwards else listed, RUNS, b.REVISION, b.NOW)
    assert (found.arn if found else None) == (f"{ARN}/{number}" if number else None)


ENDS: dict[str, tuple[dict[str, Any], str]] = {
    "an alarm": (
        {"status": "ROLLBACK_SUCCESSFUL", "alarms": {"triggeredAlarmNames": ["errors"]}},
        "alarm 'errors' fired",
    ),
    "the breaker": ({"deploymentCircuitBreaker": {"status": "TRIGGERED"}}, "circuit breaker fired"),
    "a hook": ({"lifecycleHookDetails": [{**WAITS, "status": "TIMED_OUT"}]}, "hook ecs-pause-1 ended as TIMED_OUT"),
    "ECS's own words": ({"rollback": {"reason": "so"}, "statusReason": "so"}, "at PRE_SCALE_UP: so"),
    "nothing": ({"status": "", "lifecycleStage": "", "lifecycleHookDetails": []}, "service deployment in no state"),
}


@pytest.mark.parametrize(("changes", "says"), ENDS.values(), ids=ENDS.keys())
def test_the_cause_is_named(changes: dict[str, Any], says: str) -> None:
    """A reason names the alarm, the breaker, the hook or the stage, each once."""
    told = views.why(views.service_deployment(raw(**changes)))
    assert told.endswith(says) or f"{says};" in told or says in told
    assert told.count("so") <= 1


SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.just(b.NOW)
JSON = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2))


@given(st.dictionaries(st.sampled_from(sorted(raw())), JSON))
def test_no_reply_makes_it_raise(changes: dict[str, Any]) -> None:
    """Whatever AWS leaves out or adds, reading goes on."""
    found = views.service_deployment(raw(**changes))
    assert isinstance(views.why(found), str)
    assert views.brief(raw(**changes)).arn == found.arn
