"""What to write so that a service has the strategy and the pauses that its settings ask for: CLI, CDK, CloudFormation.

They name the service's own values where ECS's answer has them. docs/strategies.md has them with more words.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from landfall.proof.observed import ServiceView
from landfall.proof.strategy import PAUSE, ROLLING
from landfall.settings.strategy import STAGES, Gate

MINUTES = 60
"""How long the hooks of the snippets wait before ECS rolls back."""


def hooks(service: ServiceView, gates: Sequence[Gate]) -> str:
    """Return how to set a pause for each gate. The CLI's list takes the place of all the service's hooks."""
    stages = [STAGES[gate] for gate in gates]
    value = {"lifecycleHooks": [_hook(stage) for stage in stages]}
    cdk = (
        f"lifecycle_hooks=[ecs.CfnService.DeploymentLifecycleHookProperty(target_type='{PAUSE}', lifecycle_stages=[s],"
        f" timeout_configuration=ecs.CfnService.HookTimeoutConfigProperty(timeout_in_minutes={MINUTES},"
        f" action='ROLLBACK')) for s in {stages}]"
    )
    template = {"DeploymentConfiguration": {"LifecycleHooks": [_upper(_hook(stage)) for stage in stages]}}
    return _told(f"--deployment-configuration '{_text(value)}'", cdk, _text(template), service)


def load_balancer(service: ServiceView) -> str:
    """Return how to give a service two target groups, and the rules between which ECS shifts its traffic."""
    one = service.shifting.balanced[0] if service.shifting.balanced else None
    strategy = "BLUE_GREEN" if service.shifting.name == ROLLING else service.shifting.name
    advanced = {
        "alternateTargetGroupArn": (one and one.alternate) or "ALTERNATE_GROUP_ARN",
        "productionListenerRule": (one and one.production_rule) or "PRODUCTION_RULE_ARN",
        "testListenerRule": _other_rule(one.production_rule, one.test_rule) if one else "TEST_RULE_ARN",
        "roleArn": (one and one.role) or "INFRASTRUCTURE_ROLE_ARN",
    }
    balanced = {
        "targetGroupArn": one.group if one else "TARGET_GROUP_ARN",
        "containerName": (one and one.container) or "CONTAINER",
        "containerPort": (one and one.port) or "PORT",
        "advancedConfiguration": advanced,
    }
    command = f"--deployment-configuration strategy={strategy} --load-balancers '{_text([balanced])}'"
    cdk = (
        "advanced_configuration=ecs.CfnService.AdvancedConfigurationProperty("
        + ", ".join(f"{_snake(key)}={value!r}" for key, value in advanced.items())
        + f") in its LoadBalancerProperty, and DeploymentConfigurationProperty(strategy='{strategy}')"
    )
    template = {"DeploymentConfiguration": {"Strategy": strategy}, "LoadBalancers": [_upper(balanced)]}
    return _told(command, cdk, _text(template), service)


def _other_rule(production: str, test: str) -> str:
    return test if test and test != production else "TEST_RULE_ARN"


def _told(command: str, cdk: str, template: str, service: ServiceView) -> str:
    *_, cluster, name = ("", *service.arn.split("/"))
    where = f"aws ecs update-service --cluster {cluster} --service {name}"
    return f"CLI: {where} {command}; CDK (CfnService): {cdk}; CloudFormation (AWS::ECS::Service): {template}"


def _hook(stage: str) -> dict[str, Any]:
    timeout = {"timeoutInMinutes": MINUTES, "action": "ROLLBACK"}
    return {"targetType": PAUSE, "lifecycleStages": [stage], "timeoutConfiguration": timeout}


def _text(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def _upper(value: Any) -> Any:
    """Return a value with the names of its keys as CloudFormation writes them."""
    if isinstance(value, dict):
        return {key[0].upper() + key[1:]: _upper(item) for key, item in value.items()}
    return [_upper(item) for item in value] if isinstance(value, list) else value


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
