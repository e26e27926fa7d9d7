"""What to write so that a service has the strategy and the pauses that its settings ask for: CLI, CDK, CloudFormation.

A reason has at most 1,000 characters, so ARNs are names in capitals. docs/strategies.md has the same with more words.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

from landfall.proof.observed import ServiceView
from landfall.proof.strategy import BLUE_GREEN, PAUSE, ROLLING
from landfall.settings.strategy import STAGES, Gate

MINUTES = 60
"""How long the hook of the snippet waits at least before ECS rolls back."""
_ADVANCED = {
    "alternateTargetGroupArn": "OTHER_GROUP",
    "productionListenerRule": "RULE",
    "testListenerRule": "TEST_RULE",
    "roleArn": "ROLE",
}


def hooks(service: ServiceView, gates: Sequence[Gate], longest: int = 0) -> str:
    """Return how to set the pauses of these gates. The list takes the place of all hooks that the service has.

    `longest`: how many seconds a gate may take.
    """
    stages = [STAGES[gate] for gate in gates]
    timeout = {"timeoutInMinutes": max(MINUTES, math.ceil(longest / 60)), "action": "ROLLBACK"}
    value = [{"targetType": PAUSE, "lifecycleStages": stages, "timeoutConfiguration": timeout}]
    command = f"--deployment-configuration '{_text({'lifecycleHooks': value})}'"
    return _told(service, command, "DeploymentConfiguration.LifecycleHooks", value)


def load_balancer(service: ServiceView) -> str:
    """Return how to give a service two target groups, and the rules between which ECS shifts its traffic."""
    strategy = BLUE_GREEN if service.shifting.name == ROLLING else service.shifting.name
    balanced = {
        "targetGroupArn": "GROUP",
        "containerName": "CONTAINER",
        "containerPort": "PORT",
        "advancedConfiguration": _ADVANCED,
    }
    command = f"--deployment-configuration strategy={strategy} --load-balancers '{_text([balanced])}'"
    return _told(service, command, "LoadBalancers.0.AdvancedConfiguration", _ADVANCED)


def _told(service: ServiceView, command: str, path: str, value: Any) -> str:
    """Return the three snippets. CDK's override takes CloudFormation's value, which is there once."""
    *_, cluster, name = ("", *service.arn.split("/"))
    where = f"aws ecs update-service --cluster {cluster} --service {name}"
    template = f"CDK: cfn_service.add_property_override('{path}', V); CloudFormation: {path}: V"
    return f"CLI: {where} {command}; {template}; V = {_text(_upper(value))}"


def _text(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def _upper(value: Any) -> Any:
    """Return a value with the names of its keys as CloudFormation writes them."""
    if isinstance(value, dict):
        return {key[0].upper() + key[1:]: _upper(item) for key, item in value.items()}
    return [_upper(item) for item in value] if isinstance(value, list) else value
