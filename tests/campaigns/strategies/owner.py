"""What the owner of a service does before the releases: a first image, and ECS's pauses once it serves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from landfall.settings.strategy import SHIFT, SHIFTING, STAGES
from local.stage.landfall_stage import Stage
from tests.e2e import by_hand
from tests.e2e.stopping import eventually

Record = dict[str, Any]
GATES = {str(name): stage for name, stage in STAGES.items()}


@dataclass(frozen=True)
class Way:
    """A strategy, as the service's own stack has it. `first_weight` is green's percentage after the first shift."""

    strategy: str = "rolling"
    more: Mapping[str, Any] = field(default_factory=dict)
    first_weight: float = 100.0
    pause_minutes: int = 60

    @property
    def name(self) -> str:
        """Return the strategy in ECS's words."""
        return self.strategy.upper()

    @property
    def is_rolling(self) -> bool:
        """Say whether there are no gates."""
        return self.strategy == "rolling"

    @property
    def gates(self) -> Sequence[str]:
        """Return the gates that a deployment of this strategy comes to."""
        return [gate for gate in GATES if gate != SHIFT or self.name in SHIFTING]

    @property
    def stack(self) -> Record:
        """Return its settings in the table of the stack."""
        if self.is_rolling:
            return {}
        return {"strategy": self.strategy, "pause_minutes": self.pause_minutes, **self.more}


def given(stage: Stage, name: str, way: Way, digest: str) -> None:
    """Deploy a first image by hand, then set the pauses of a service with a strategy."""
    _first(stage, name, digest)
    if way.is_rolling:
        return
    eventually(lambda: current(stage, name)["status"] == "SUCCESSFUL" or None, f"the first image of {name} to serve")
    timeout = {"timeoutInMinutes": way.pause_minutes, "action": "ROLLBACK"}
    hooks = [
        {"targetType": "PAUSE", "lifecycleStages": [GATES[gate]], "timeoutConfiguration": timeout} for gate in way.gates
    ]
    config = {**stage.service(name)["deploymentConfiguration"], "lifecycleHooks": hooks}
    stage.ecs.update_service(cluster=f"landfall-{name}", service=name, deploymentConfiguration=config)


def current(stage: Stage, name: str) -> Record:
    """Return the service's current service deployment, described."""
    arn = stage.service(name)["currentServiceDeployment"]
    return dict(stage.ecs.describe_service_deployments(serviceDeploymentArns=[arn])["serviceDeployments"][0])


def _continue(stage: Stage, name: str) -> None:
    """Continue the first deployment where the stack's pauses hold it. It is the owner's, and Landfall never does."""
    told = current(stage, name)
    for hook in told.get("lifecycleHookDetails", []):
        if hook["status"] == "AWAITING_ACTION":
            stage.ecs.continue_service_deployment(
                serviceDeploymentArn=told["serviceDeploymentArn"], hookId=hook["hookId"], action="CONTINUE"
            )


def registered(stage: Stage, name: str, digest: str) -> str:
    """Register a revision like the service's own, of another image. Returns its ARN."""
    repository = stage.aws.client("ecr").describe_repositories(repositoryNames=[f"landfall/{name}"])["repositories"][0]
    like = stage.service(name)["taskDefinition"]
    containers = stage.ecs.describe_task_definition(taskDefinition=like)["taskDefinition"]["containerDefinitions"]
    containers[0]["image"] = f"{repository['repositoryUri']}@{digest}"
    return by_hand.registered(stage, like, containerDefinitions=containers)


def _first(stage: Stage, name: str, digest: str) -> None:
    revision = registered(stage, name, digest)
    stage.ecs.update_service(cluster=f"landfall-{name}", service=name, taskDefinition=revision, desiredCount=2)

    def is_up() -> bool | None:
        _continue(stage, name)
        return stage.service(name)["deployments"][0]["rolloutState"] == "COMPLETED" or None

    eventually(is_up, f"the first image of {name} to come up", 240)
