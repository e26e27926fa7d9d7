"""ECS service deployments as plain values. Reading them never raises: a missing or odd field becomes an empty one.

A *service deployment* is ECS's record of one change of a service. It knows more than the entry in DescribeServices'
`deployments`: the lifecycle stage, the hooks that wait, and why ECS rolled back.
Sources: ECS API reference, ServiceDeployment, ServiceDeploymentBrief, DeploymentLifecycleHookDetail and
DeploymentLifecycleHook; Developer Guide, "Pause hooks for Amazon ECS service deployments".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from landfall.proof.aws_reply import Reply, each, moments, number, sub, text

PAUSE = "PAUSE"
WAITS = "AWAITING_ACTION"
IN_PROGRESS = "IN_PROGRESS"
ONGOING = ("PENDING", IN_PROGRESS)
"""The states in which a hook can wait, or come to wait."""
DEFAULT_MINUTES = 1440
"""How long ECS waits at a pause hook that does not say it (DeploymentLifecycleHookTimeoutConfiguration)."""
_TRIGGERED = "TRIGGERED"


@dataclass(frozen=True)
class Hook:
    """One entry of `lifecycleHookDetails`. It has no stage of its own: the deployment's stage is the one it waits at.

    `then` is what ECS does at `expires_at`: ROLLBACK or CONTINUE.
    """

    id: str
    kind: str
    status: str
    expires_at: datetime | None
    then: str


@dataclass(frozen=True)
class Weight:
    """The traffic that ECS asked for, in percent: a snapshot, never what the load balancer does now."""

    revision: str
    test: float | None
    production: float | None


@dataclass(frozen=True)
class Brief:
    """One entry of ListServiceDeployments."""

    arn: str
    status: str
    created_at: datetime | None
    target_revision: str


@dataclass(frozen=True)
class ServiceDeployment:
    """One look at a service deployment. `stage` is text, since AWS's own list of stages is not complete.

    `alarms` are those that fired; `broken` says whether the circuit breaker did. `pauses` are the minutes that pause
    hooks of the stage wait. `went_back`: ECS has rolled it back, or begun to.
    """

    arn: str
    status: str
    reason: str = ""
    stage: str = ""
    created_at: datetime | None = None
    target_revision: str = ""
    hooks: tuple[Hook, ...] = ()
    alarms: tuple[str, ...] = ()
    broken: bool = False
    rollback_reason: str = ""
    weights: tuple[Weight, ...] = ()
    pauses: tuple[int, ...] = ()
    went_back: bool = False

    @property
    def waiting(self) -> tuple[Hook, ...]:
        """Return the hooks that wait for a person. Only a deployment in progress can be continued."""
        return tuple(hook for hook in self.hooks if hook.status == WAITS) if self.status == IN_PROGRESS else ()

    @property
    def paused_since(self) -> datetime | None:
        """Return when the hooks that wait began to: their end less the time that they wait. None if that isn't known.

        AWS tells only when a hook ends.
        """
        ends = [hook.expires_at for hook in self.waiting if hook.expires_at]
        if not ends or len(set(self.pauses)) != 1:
            return None
        return min(ends) - timedelta(minutes=self.pauses[0])


def may_pause(config: Reply) -> bool:
    """Say whether a service's `deploymentConfiguration` has a pause hook.

    A hook without a target is a pause, since every other kind has one; so is what can't be read as a hook.
    """
    hooks = config.get("lifecycleHooks")
    if not isinstance(hooks, list):
        return bool(hooks)
    return any(not isinstance(hook, Mapping) or _pauses(hook) for hook in hooks)


def watched(config: Reply) -> tuple[str, ...]:
    """Return the names of the alarms that ECS watches, from a service's `deploymentConfiguration.alarms`."""
    return _names(config.get("alarmNames")) if config.get("enable") else ()


def service_deployment(reply: Reply) -> ServiceDeployment:
    """Read one entry of DescribeServiceDeployments' `serviceDeployments`."""
    target, stage = sub(reply, "targetServiceRevision"), text(reply, "lifecycleStage")
    return ServiceDeployment(
        arn=text(reply, "serviceDeploymentArn"),
        status=text(reply, "status"),
        reason=text(reply, "statusReason"),
        stage=stage,
        created_at=max(moments(reply, "createdAt"), default=None),
        target_revision=text(target, "arn"),
        hooks=tuple(_hook(hook) for hook in each(reply, "lifecycleHookDetails")),
        alarms=_names(sub(reply, "alarms").get("triggeredAlarmNames")),
        broken=text(sub(reply, "deploymentCircuitBreaker"), "status") == _TRIGGERED,
        rollback_reason=text(sub(reply, "rollback"), "reason"),
        weights=tuple(_weight(r) for r in (*each(reply, "sourceServiceRevisions"), target) if r),
        pauses=_minutes(sub(reply, "deploymentConfiguration"), stage),
        went_back=_went_back(sub(reply, "rollback")),
    )


def brief(reply: Reply) -> Brief:
    """Read one entry of ListServiceDeployments' `serviceDeployments`."""
    return Brief(
        arn=text(reply, "serviceDeploymentArn"),
        status=text(reply, "status"),
        created_at=max(moments(reply, "createdAt"), default=None),
        target_revision=text(reply, "targetServiceRevisionArn"),
    )


def ours(found: Iterable[Brief], runs: Mapping[str, str], task_definition: str, since: datetime) -> Brief | None:
    """Return our service deployment: the newest one since our update whose revision has our task definition.

    `runs` maps a service revision to its task definition. Going back reuses a service revision, so an older service
    deployment may carry it too; that one is never ours (alchemy-run/alchemy#1650). If one update makes two, the older
    one ends as STOPPED and the newer one is followed (kayac/ecspresso#899). ECS forgets after about three months: none
    is no error.
    """
    mine = [
        (each.created_at, each.arn, each)
        for each in found
        if each.created_at
        and each.created_at >= since
        and task_definition
        and runs.get(each.target_revision) == task_definition
    ]
    return max(mine, default=(None, "", None))[2] if mine else None


def why(seen: ServiceDeployment) -> str:
    """Say what ECS tells of the end of a service deployment: the alarm, the breaker, the hook, the stage."""
    told = [f"alarm {name!r} fired" for name in seen.alarms]
    told += ["the deployment circuit breaker fired"] if seen.broken else []
    told += [f"hook {hook.id} ended as {hook.status}" for hook in seen.hooks if hook.status in ("FAILED", "TIMED_OUT")]
    told += [text for text in dict.fromkeys((seen.rollback_reason, seen.reason)) if text]
    at = f" at {seen.stage}" if seen.stage else ""
    return f"service deployment {seen.status or 'in no state'}{at}{': ' if told else ''}{'; '.join(told)}"


def _went_back(rollback: Reply) -> bool:
    """Say whether a rollback began. ECS's page calls the field options, so that it is there proves nothing."""
    return bool(moments(rollback, "startedAt") or text(rollback, "reason"))


def _pauses(hook: Reply) -> bool:
    return text(hook, "targetType") == PAUSE or not text(hook, "hookTargetArn")


def _minutes(config: Reply, stage: str) -> tuple[int, ...]:
    hooks = (
        hook
        for hook in each(config, "lifecycleHooks")
        if _pauses(hook) and stage in _names(hook.get("lifecycleStages"))
    )
    return tuple(number(sub(hook, "timeoutConfiguration"), "timeoutInMinutes", DEFAULT_MINUTES) for hook in hooks)


def _hook(reply: Reply) -> Hook:
    return Hook(
        id=text(reply, "hookId"),
        kind=text(reply, "targetType"),
        status=text(reply, "status"),
        expires_at=max(moments(reply, "expiresAt"), default=None),
        then=text(reply, "timeoutAction"),
    )


def _weight(reply: Reply) -> Weight:
    return Weight(
        text(reply, "arn"),
        _percent(reply.get("requestedTestTrafficWeight")),
        _percent(reply.get("requestedProductionTrafficWeight")),
    )


def _percent(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _names(value: Any) -> tuple[str, ...]:
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()
