"""A service that its owner pauses: what the steps read of it, and what they make of that."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from landfall.errors import AwsBusy
from landfall.judging import Counted, Judged, Pause
from tests.steps import machine, standin
from tests.steps.gates.paused_service import HOOK, PAUSES, Changing
from tests.steps.shared.own_deployment import ours
from tests.steps.shared.preflighted import preflight


@pytest.fixture
def paused(live: str, monkeypatch: pytest.MonkeyPatch) -> Changing:
    """A rollout of `sample` that is paused before its first task."""
    service = standin.service_of()
    service.deployment_configuration = PAUSES
    service.deployments[0]["rolloutState"] = "IN_PROGRESS"
    changing = Changing("sample", live, datetime.now(UTC))
    changing.answer(monkeypatch)
    return changing


def look(judged: Judged) -> Any:
    """Check stability once, and return all of the answer."""
    return machine.invoke("check_stability", asdict(judged))


def test_a_pause_is_waited_for_beyond_the_deadline(live: str, paused: Changing) -> None:
    """The machine waits, and keeps the pause for the next look; continued, the rollout has the rest of its time."""
    past = datetime.now(UTC) - timedelta(seconds=60)
    began = (past - timedelta(seconds=600)).isoformat()
    paused.began = past - timedelta(seconds=599)
    paused.more = {
        "deploymentConfiguration": {
            "lifecycleHooks": [{**PAUSES["lifecycleHooks"][0], "timeoutConfiguration": {"timeoutInMinutes": 540}}]
        }
    }
    judged = ours(live, updated_at=began, deadline=past.isoformat())
    first = look(judged)
    assert (first["verdict"]["state"], first["verdict"]["code"]) == ("WAIT", "PAUSED_BY_OWNER")
    assert f"--hook-id {HOOK} --action CONTINUE" in first["verdict"]["reason"]
    assert first["counted"]["pause"]["seconds"] >= 600
    paused.hook = "SUCCEEDED"
    counted = Counted(**{**first["counted"], "pause": Pause(**first["counted"]["pause"])})
    second = look(replace(judged, previous="PAUSED_BY_OWNER", counted=counted))
    assert (second["verdict"]["state"], second["verdict"]["code"]) == ("WAIT", "ROLLING")


def test_the_owner_takes_too_long(live: str, paused: Changing) -> None:
    """The bound is the release's own."""
    pause = Pause(paused.arn, 3600, datetime.now(UTC).isoformat(), paused=True)
    judged = ours(live)
    counted = Counted(judged.deployment.id, 0, 0, 0, "", judged.deployment.updated_at, pause=pause)
    assert machine.judge("check_stability", replace(judged, counted=counted))["code"] == "OWNER_PAUSE_TIMEOUT"


@pytest.mark.parametrize("error", ["ThrottlingException", "AccessDeniedException"])
def test_what_can_not_be_read_decides_nothing(live: str, paused: Changing, error: str) -> None:
    """A pause goes on, and none begins, whatever AWS answers."""
    paused.error = error
    judged = ours(live)
    assert machine.judge("check_stability", judged)["code"] == "ROLLING"
    pause = Pause(paused.arn, 30, datetime.now(UTC).isoformat(), paused=True, said="paused by its owner")
    counted = Counted(judged.deployment.id, 0, 0, 0, "", judged.deployment.updated_at, pause=pause)
    assert machine.judge("check_stability", replace(judged, counted=counted))["code"] == "PAUSED_BY_OWNER"


def test_a_deadline_is_not_called_unread(live: str, paused: Changing) -> None:
    """At the deadline a throttled read might hide a pause, so the step is tried again."""
    paused.error = "ThrottlingException"
    past = datetime.now(UTC) - timedelta(seconds=1)
    with pytest.raises(AwsBusy, match="service deployment"):
        look(ours(live, updated_at=(past - timedelta(seconds=900)).isoformat(), deadline=past.isoformat()))


def test_a_failed_rollout_names_its_cause(live: str, paused: Changing) -> None:
    """Read once, for services without hooks too: DescribeServices says only that it failed."""
    service = standin.service_of()
    service.deployments[0]["rolloutState"] = "FAILED"
    service.deployment_configuration = {}
    paused.status, paused.hook = "ROLLBACK_FAILED", "TIMED_OUT"
    verdict = machine.judge("check_stability", ours(live))
    assert verdict["code"] == "ROLLOUT_FAILED"
    assert f"ROLLBACK_FAILED at PRE_SCALE_UP: hook {HOOK} ended as TIMED_OUT" in verdict["reason"]


def test_preflight_leaves_a_paused_deployment_alone(live: str, paused: Changing) -> None:
    """One that is stuck may be deployed over; one that waits for its owner may not, however old it is."""
    standin.service_of().deployments[0]["createdAt"] = datetime(2020, 1, 1, tzinfo=UTC)
    refused = preflight()["verdict"]
    assert (refused["state"], refused["code"]) == ("FAIL", "DEPLOYMENT_IN_FLIGHT")
    assert "paused by its owner at PRE_SCALE_UP" in refused["reason"]
    assert (
        f"aws ecs stop-service-deployment --service-deployment-arn {paused.arn} --stop-type ROLLBACK"
        in refused["reason"]
    )
    paused.hook = "SUCCEEDED"
    assert preflight()["verdict"]["code"] != "DEPLOYMENT_IN_FLIGHT"
