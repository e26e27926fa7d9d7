"""A service that its owner pauses: what the steps read of it, and what they make of that."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult
from moto.ecs.responses import EC2ContainerServiceResponse

from landfall.errors import AwsBusy
from landfall.judging import Counted, Judged, Pause
from tests.steps import machine, standin
from tests.steps.test_judging import ours
from tests.steps.test_preflight import preflight

BELOW = f"arn:aws:ecs:{standin.REGION}:123456789012"
HOOK = "ecs-pause-e7tK9G_WRJqNF_EOMjztDXfKenlJuEUVjsNStf4WLKw"
PAUSES = {"lifecycleHooks": [{"targetType": "PAUSE", "lifecycleStages": ["PRE_SCALE_UP"]}]}


class Changing:
    """The service deployments of one service, which moto lacks: the newest goes to `task_definition`."""

    def __init__(self, name: str, task_definition: str, began: datetime) -> None:
        self.began, self.task_definition = began, task_definition
        self.arn = f"{BELOW}:service-deployment/{standin.CLUSTER}/{name}/one"
        self.revision = f"{BELOW}:service-revision/{standin.CLUSTER}/{name}/1"
        self.status, self.hook, self.error = "IN_PROGRESS", "AWAITING_ACTION", ""
        self.more: dict[str, Any] = {}

    def told(self) -> dict[str, Any]:
        """Return the service deployment."""
        hook = {"hookId": HOOK, "targetType": "PAUSE", "status": self.hook, "timeoutAction": "ROLLBACK"}
        return {
            "serviceDeploymentArn": self.arn,
            "status": self.status,
            "createdAt": self.began.timestamp(),
            "lifecycleStage": "PRE_SCALE_UP",
            "targetServiceRevision": {"arn": self.revision},
            "lifecycleHookDetails": [{**hook, "expiresAt": (self.began + timedelta(hours=9)).timestamp()}],
            **self.more,
        }

    def answer(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Answer the three reads from now on."""

        def listed(_: Any) -> ActionResult:
            short = {key: self.told()[key] for key in ("serviceDeploymentArn", "status", "createdAt")}
            return self._or_error({"serviceDeployments": [{**short, "targetServiceRevisionArn": self.revision}]})

        def described(_: Any) -> ActionResult:
            return self._or_error({"serviceDeployments": [self.told()], "failures": []})

        def revisions(_: Any) -> ActionResult:
            found = {"serviceRevisionArn": self.revision, "taskDefinition": self.task_definition}
            return self._or_error({"serviceRevisions": [found], "failures": []})

        for name, method in (
            ("list_service_deployments", listed),
            ("describe_service_deployments", described),
            ("describe_service_revisions", revisions),
        ):
            monkeypatch.setattr(EC2ContainerServiceResponse, name, method, raising=False)

    def _or_error(self, reply: dict[str, Any]) -> ActionResult:
        if self.error:
            raise JsonRESTError(self.error, "told by the test")
        return ActionResult(reply)


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
