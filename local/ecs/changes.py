"""The service deployments of a service: the stage of each, the hooks that wait, and how each ended.

The stages of a rolling deployment are our reading, as the trait ``service_deployments`` says. ``stages`` has those of
the other strategies.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from ministack.services import ecs

from local import events
from local.ecs import failures, shifting_stages, target_groups

Record = dict[str, Any]

IN_PROGRESS, WAITS = "IN_PROGRESS", "AWAITING_ACTION"
BACK = ("ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS")
DEFAULT_MINUTES = 1440
_REQUESTED = {
    "testListenerRule": "requestedTestTrafficWeight",
    "productionListenerRule": "requestedProductionTrafficWeight",
}


def of(service: Record, deployment: Record) -> Record:
    """Return the service deployment of an ECS deployment; it is made at first use."""
    known: list[Record] = service.setdefault("_changes", [])
    found = next((change for change in known if change["_deployment"] == deployment["id"]), None)
    return found or _made(service, deployment, known)


def passes(service: Record, deployment: Record, stage: str) -> bool:
    """Say whether a deployment may go on beyond a stage. It waits there for the pause hooks of the stage."""
    change = of(service, deployment)
    if change["status"] != IN_PROGRESS or stage in change["_passed"]:
        return True
    if change["lifecycleStage"] != stage:
        enter(service, change, stage)
    details = change["lifecycleHookDetails"]
    for detail in details:
        if detail["status"] == WAITS and datetime.fromisoformat(detail["expiresAt"]) <= datetime.now(UTC):
            act(service, change, detail, detail["timeoutAction"], "TIMED_OUT")
    if change["status"] != IN_PROGRESS or any(detail["status"] == WAITS for detail in details):
        return False
    change["_passed"].append(stage)
    return True


def enter(service: Record, change: Record, stage: str) -> None:
    """Begin a stage, and the waits of its pause hooks."""
    change.update(lifecycleStage=stage, updatedAt=ecs._iso())
    change["lifecycleHookDetails"] = [_detail(hook) for hook in pauses(service, stage)]
    for detail in change["lifecycleHookDetails"]:
        _tell(service, change, detail)


def act(service: Record, change: Record, detail: Record, action: str, status: str) -> None:
    """End the wait of a hook: continue, or roll the deployment back."""
    detail["status"] = status
    _tell(service, change, detail)
    if action == "ROLLBACK":
        how = "timed out" if status == "TIMED_OUT" else "was answered with ROLLBACK"
        reason = f"Lifecycle hook {detail['hookId']} {how} at {change['lifecycleStage']}."
        if not roll_back(service, change, reason) and change["_steps"]:
            _fail(service, change, reason)


def _tell(service: Record, change: Record, detail: Record) -> None:
    """Send the event of a hook (ECS Developer Guide, ECS hook state change events)."""
    told = {
        "eventType": "INFO",
        "eventName": f"HOOK_{detail['status']}",
        "hookId": detail["hookId"],
        "hookType": detail["targetType"],
        "expiresAt": detail["expiresAt"],
        "lifecycleStage": change["lifecycleStage"],
        "clusterArn": service["clusterArn"],
        "serviceArn": service["serviceArn"],
        "serviceDeploymentArn": change["serviceDeploymentArn"],
    }
    events.send("aws.ecs", "ECS Hook State Change", told, service["serviceArn"])


def roll_back(service: Record, change: Record, reason: str) -> bool:
    """Roll a deployment back to the last one that completed. Returns False if there is none."""
    deployment = next((d for d in service["deployments"] if d["id"] == change["_deployment"]), None)
    if deployment is None or not failures.go_back(service, deployment, reason):
        return False
    deployment.update(rolloutState="FAILED", rolloutStateReason=reason)
    change.update(status="ROLLBACK_IN_PROGRESS", statusReason=reason)
    change["rollback"] = {"reason": reason, "startedAt": ecs._iso(), "serviceRevisionArn": _back_to(service)}
    return True


def _fail(service: Record, change: Record, reason: str) -> None:
    """End a deployment that can't be rolled back, since none completed before it."""
    change.update(status="ROLLBACK_FAILED", statusReason=reason, finishedAt=ecs._iso())
    for deployment in service["deployments"]:
        if deployment["id"] == change["_deployment"]:
            deployment.update(rolloutState="FAILED", rolloutStateReason=reason)


def settle(service: Record) -> None:
    """Update the state of each service deployment to that of its ECS deployment."""
    primary = ecs._primary_deployment(service)
    listed = {deployment["id"]: deployment for deployment in service["deployments"]}
    if primary is None:
        return
    known, newest = service.setdefault("_changes", []), of(service, primary)
    for change in known:
        replaced = known.index(change) > known.index(newest)
        ended = _end(change, listed.get(change["_deployment"]), primary, replaced=replaced)
        if ended:
            change.update(status=ended, finishedAt=ecs._iso())


def pauses(service: Record, stage: str) -> list[Record]:
    """Return the pause hooks of a stage."""
    if stage in shifting_stages.UNHOOKED:
        return []
    hooks = (service.get("deploymentConfiguration") or {}).get("lifecycleHooks") or []
    return [h for h in hooks if h.get("targetType") == "PAUSE" and stage in (h.get("lifecycleStages") or [])]


def _end(change: Record, own: Record | None, primary: Record, *, replaced: bool) -> str:
    """Return the state in which a service deployment has just ended; empty if it goes on, or ended before."""
    if change["status"] in BACK:
        if replaced and change["_steps"]:
            return "STOPPED"
        return "ROLLBACK_SUCCESSFUL" if primary["rolloutState"] == "COMPLETED" else ""
    if change["status"] != IN_PROGRESS:
        return ""
    if own is primary:
        return {"COMPLETED": "SUCCESSFUL", "FAILED": "STOPPED"}.get(primary["rolloutState"], "")
    if replaced:
        return "STOPPED"
    breaker = {"status": "TRIGGERED"} if own and "breaker" in str(own["rolloutStateReason"]) else {}
    change.update(status=BACK[1], deploymentCircuitBreaker=breaker)
    change.setdefault("rollback", {"reason": primary["rolloutStateReason"], "startedAt": ecs._iso()})
    return ""


def _made(service: Record, deployment: Record, known: list[Record]) -> Record:
    """Make the service deployment of an ECS deployment, and the service revision that it goes to."""
    target_groups.assign(service, deployment)
    before = target_groups.source(service, deployment)
    config = service.get("deploymentConfiguration") or {}
    key = service["serviceArn"].partition(":service/")
    revision = {
        "serviceRevisionArn": f"{key[0]}:service-revision/{key[2]}/{secrets.randbelow(9 * 10**18) + 10**18}",
        "serviceArn": service["serviceArn"],
        "clusterArn": service["clusterArn"],
        "taskDefinition": deployment["taskDefinition"],
        "createdAt": deployment["createdAt"],
        "loadBalancers": service.get("loadBalancers") or [],
        "resolvedConfiguration": {"loadBalancers": target_groups.resolved(service, deployment)},
    }
    change = {
        "serviceDeploymentArn": f"{key[0]}:service-deployment/{key[2]}/{secrets.token_urlsafe(16)}",
        "serviceArn": service["serviceArn"],
        "clusterArn": service["clusterArn"],
        "createdAt": deployment["createdAt"],
        "startedAt": deployment["createdAt"],
        "status": IN_PROGRESS,
        "lifecycleStage": "",
        "lifecycleHookDetails": [],
        "_revision": revision,
        "_deployment": deployment["id"],
        "_passed": [],
        "_source": before["id"] if before else "",
        "_blue_is_empty": before is not None and not before["desiredCount"],
        "_steps": shifting_stages.steps(config) if target_groups.strategy(service) != target_groups.ROLLING else [],
        "_at": 0,
        "_entered": None,
        "_weights": {},
    }
    known.insert(0, change)
    return change


def _detail(hook: Record) -> Record:
    told = hook.get("timeoutConfiguration") or {}
    ends = datetime.now(UTC) + timedelta(minutes=int(told.get("timeoutInMinutes") or DEFAULT_MINUTES))
    return {
        "hookId": f"ecs-pause-{secrets.token_urlsafe(32)}",
        "targetType": "PAUSE",
        "status": WAITS,
        "expiresAt": ends.isoformat(),
        "timeoutAction": told.get("action") or "ROLLBACK",
    }


def _back_to(service: Record) -> str:
    primary = ecs._primary_deployment(service)
    return str(of(service, primary)["_revision"]["serviceRevisionArn"]) if primary else ""


def described(service: Record, change: Record) -> Record:
    """Return a service deployment as DescribeServiceDeployments does."""
    weights = {_REQUESTED[rule]: percent for rule, percent in change["_weights"].items()}
    rest = {name: 100.0 - percent for name, percent in weights.items()}
    before = next((c for c in service["_changes"] if c["_deployment"] == change["_source"]), None)
    told: Record = ecs._sanitize(
        {
            **change,
            "targetServiceRevision": {**summary(service, change), **weights},
            "sourceServiceRevisions": [{**summary(service, before), **rest}] if before else [],
            "deploymentConfiguration": service.get("deploymentConfiguration") or {},
        }
    )
    return {name: value for name, value in told.items() if value not in ("", {})}


def summary(service: Record, change: Record) -> Record:
    """Return the task counts of the revision that a service deployment goes to."""
    own = next((d for d in service["deployments"] if d["id"] == change["_deployment"]), None) or {}
    counts = {
        "requestedTaskCount": "desiredCount",
        "runningTaskCount": "runningCount",
        "pendingTaskCount": "pendingCount",
    }
    told = {name: own.get(counted, 0) for name, counted in counts.items()}
    return {"arn": change["_revision"]["serviceRevisionArn"], **told}


def every() -> list[tuple[Record, Record]]:
    """Return each service deployment of the account, with its service."""
    return [(service, change) for service in list(ecs._services.values()) for change in service.get("_changes", [])]
