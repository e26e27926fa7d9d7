"""Trait: a change of a service is a service deployment, which hooks of type PAUSE can hold.

AWS ("API_ServiceDeployment", "API_ServiceRevision", "API_DeploymentLifecycleHook", "API_ContinueServiceDeployment",
"API_StopServiceDeployment"; Developer Guide, "Pause hooks for Amazon ECS service deployments"): each deployment of a
service is a service deployment that goes to a service revision. At a stage with a PAUSE hook it waits, each wait with a
``hookId`` of its own, until ContinueServiceDeployment says CONTINUE or ROLLBACK, or until the hook's time is over
(24 hours, then ROLLBACK, unless the hook says otherwise). All hooks of a stage must pass, and one ROLLBACK decides.
StopServiceDeployment rolls back. A newer deployment ends an older one, and its hooks with it.
Emulator: the three reads are stubs that answer with nothing; Continue and Stop are unknown.
Here: as AWS; ``local.ecs.strategies`` plays BLUE_GREEN, CANARY and LINEAR. UpdateService with a deploymentConfiguration
alone is not a deployment; with another load balancer configuration it is one. Our reading, since AWS does not say:
which stages a rolling deployment has (PRE_SCALE_UP before its first task starts, POST_SCALE_UP when all its tasks are
healthy and before an older one is stopped), which errors answer a call about a hook that does not wait or a deployment
that is over, and that a deployment which a newer one replaces is STOPPED. Events, alarms and early success are not
simulated.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from ministack.services import ecs

from local.ecs import changes
from local.ecs.scheduler import SCHEDULER

Record = dict[str, Any]

BRIEF = ("serviceDeploymentArn", "serviceArn", "clusterArn", "createdAt", "startedAt", "finishedAt", "status")
INVALID = "InvalidParameterException"


def apply() -> None:
    """Answer the five actions."""
    for name, action in (
        ("ListServiceDeployments", listed),
        ("DescribeServiceDeployments", described),
        ("DescribeServiceRevisions", revisions),
        ("ContinueServiceDeployment", continued),
        ("StopServiceDeployment", stopped),
    ):
        ecs._ACTION_MAP[name] = _alone(action)


def _alone(action: Callable[[Record], Any]) -> Callable[[Record], Any]:
    """Run an action while the scheduler waits."""

    def run(data: Record) -> Any:
        with SCHEDULER.held:
            return action(data)

    return run


def listed(data: Record) -> Any:
    """ListServiceDeployments, newest first."""
    cluster = ecs._resolve_cluster_name(data.get("cluster", "default"))
    service = ecs._services.get(f"{cluster}/{str(data.get('service', '')).rpartition('/')[2]}")
    if service is None:
        return ecs.error_response_json("ServiceNotFoundException", "Service not found.", 400)
    statuses, between = data.get("status") or [], data.get("createdAt") or {}
    after, before = _moment(between.get("after", 0)), _moment(between.get("before", 2**33))
    found = [
        {**{k: c[k] for k in BRIEF if c.get(k)}, "targetServiceRevisionArn": c["_revision"]["serviceRevisionArn"]}
        for c in service.get("_changes", [])
        if (not statuses or c["status"] in statuses) and after < _moment(c["createdAt"]) < before
    ]
    return ecs.json_response({"serviceDeployments": found})


def described(data: Record) -> Any:
    """DescribeServiceDeployments."""
    wanted = data.get("serviceDeploymentArns") or []
    known = {change["serviceDeploymentArn"]: (service, change) for service, change in changes.every()}
    missing = [{"arn": arn, "reason": "MISSING"} for arn in wanted if arn not in known]
    found = [changes.described(*known[arn]) for arn in wanted if arn in known]
    return ecs.json_response({"serviceDeployments": found, "failures": missing})


def revisions(data: Record) -> Any:
    """DescribeServiceRevisions."""
    wanted = data.get("serviceRevisionArns") or []
    known = {change["_revision"]["serviceRevisionArn"]: change["_revision"] for _, change in changes.every()}
    missing = [{"arn": arn, "reason": "MISSING"} for arn in wanted if arn not in known]
    return ecs.json_response({"serviceRevisions": [known[arn] for arn in wanted if arn in known], "failures": missing})


def continued(data: Record) -> Any:
    """ContinueServiceDeployment."""
    arn, hook = data.get("serviceDeploymentArn"), data.get("hookId")
    found = _found(arn)
    if found is None:
        return _not_found(arn)
    service, change = found
    waits = (d for d in change["lifecycleHookDetails"] if d["hookId"] == hook and d["status"] == changes.WAITS)
    detail = next(waits, None)
    if detail is None or change["status"] != changes.IN_PROGRESS:
        return ecs.error_response_json(INVALID, f"Hook {hook} does not wait for an action.", 400)
    action = data.get("action") or "CONTINUE"
    changes.act(service, change, detail, action, "SUCCEEDED" if action == "CONTINUE" else "FAILED")
    SCHEDULER.wake()
    return ecs.json_response({"serviceDeploymentArn": arn})


def stopped(data: Record) -> Any:
    """StopServiceDeployment."""
    arn = data.get("serviceDeploymentArn")
    found = _found(arn)
    if found is None:
        return _not_found(arn)
    if (data.get("stopType") or "ROLLBACK") != "ROLLBACK":
        return ecs.error_response_json(INVALID, "The only valid stop type is ROLLBACK.", 400)
    service, change = found
    over = change["status"] != changes.IN_PROGRESS
    if over or not changes.roll_back(service, change, "Service deployment was stopped."):
        return ecs.error_response_json("ConflictException", "The service deployment can't be stopped.", 400)
    SCHEDULER.wake()
    return ecs.json_response({"serviceDeploymentArn": arn})


def _found(arn: Any) -> tuple[Record, Record] | None:
    return next(((s, c) for s, c in changes.every() if c["serviceDeploymentArn"] == arn), None)


def _not_found(arn: Any) -> Any:
    return ecs.error_response_json("ServiceDeploymentNotFoundException", f"There is no service deployment {arn}.", 400)


def _moment(told: Any) -> datetime:
    """Return a time of a request (seconds) or of the emulator's records (ISO 8601)."""
    if isinstance(told, int | float):
        return datetime.fromtimestamp(told, UTC)
    return datetime.fromisoformat(str(told).replace("Z", "+00:00"))
