"""ECS's service deployments in AWS's own shapes (ECS API reference, ServiceDeployment and ServiceDeploymentBrief)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.campaigns.torture.facts import PauseFact, ServiceDeploymentFact
from tests.campaigns.torture.replies import CLUSTER, ECS, SERVICE, moment
from tests.campaigns.torture.scenario import Scenario

STAGES = ("PRE_SCALE_UP", "POST_SCALE_UP")


def revision(task_definition: str) -> str:
    """Return the ARN of the service revision that runs a task definition."""
    return f"{ECS}:service-revision/{CLUSTER}/{SERVICE}/{task_definition.rpartition(':')[2]}"


def configured(scenario: Scenario) -> dict[str, Any]:
    """Return what the owner of the service configured beyond the usual."""
    config: dict[str, Any] = {}
    if scenario.pause_hooks:
        config["lifecycleHooks"] = _hooks(scenario)
    if scenario.early_success:
        criteria = {"healthyPercent": scenario.early_success, "sourceServiceRevisionCleanup": "DEFERRED"}
        config["earlySuccessCriteria"] = {"enable": True, **criteria}
    return config


def brief(fact: ServiceDeploymentFact, base: float, at: float, task_definition: str) -> dict[str, Any]:
    """Return one entry of ListServiceDeployments."""
    return {
        "serviceDeploymentArn": f"{ECS}:service-deployment/{CLUSTER}/{SERVICE}/{fact.key or fact.of}",
        "createdAt": moment(fact.start + base),
        "status": fact.status if at >= fact.ended + base else "IN_PROGRESS",
        "targetServiceRevisionArn": revision(task_definition),
    }


def described(
    fact: ServiceDeploymentFact, base: float, at: float, task_definition: str, scenario: Scenario
) -> dict[str, Any]:
    """Return one entry of DescribeServiceDeployments."""
    short = brief(fact, base, at, task_definition)
    reached = [pause for pause in fact.pauses if pause.at + base <= at]
    triggered = list(fact.alarms) if short["status"] != "IN_PROGRESS" else []
    reply: dict[str, Any] = {
        **{key: short[key] for key in ("serviceDeploymentArn", "createdAt", "status")},
        "targetServiceRevision": {"arn": short["targetServiceRevisionArn"]},
        "statusReason": fact.reason if short["status"] != "IN_PROGRESS" else "",
        "lifecycleStage": reached[-1].stage if reached else "SCALE_UP",
        "lifecycleHookDetails": [_detail(fact, number, p, base, at) for number, p in enumerate(reached)],
        "alarms": {"status": "TRIGGERED" if triggered else "MONITORING", "triggeredAlarmNames": triggered},
        "deploymentConfiguration": configured(scenario),
    }
    if fact.rollback and short["status"] != "IN_PROGRESS":
        reply["rollback"] = {"reason": fact.rollback}
    return reply


def _detail(fact: ServiceDeploymentFact, number: int, pause: PauseFact, base: float, at: float) -> dict[str, Any]:
    return {
        "hookId": f"ecs-pause-e7tK9G_WRJqNF_EOMjztDXfKenlJuEUVjsNSt{number:03}{fact.of:>7}".replace(" ", "0"),
        "targetType": "PAUSE",
        "status": "AWAITING_ACTION" if at < pause.until + base else pause.ended,
        "expiresAt": moment(pause.at + base) + timedelta(minutes=pause.minutes),
        "timeoutAction": pause.then,
    }


def _hooks(scenario: Scenario) -> list[dict[str, Any]]:
    phases = (scenario.before, scenario.release, scenario.back)
    pauses = [p for phase in phases for fact in phase.service_deployments for p in fact.pauses]
    first = next(iter(pauses), PauseFact(0))
    timeout = {"timeoutInMinutes": first.minutes, "action": first.then}
    return [{"targetType": "PAUSE", "lifecycleStages": list(STAGES), "timeoutConfiguration": timeout}]
