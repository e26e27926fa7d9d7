"""A service of which ECS pauses the deployment before each part of the traffic."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult
from moto.ecs.responses import EC2ContainerServiceResponse

from tests.steps import standin

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
