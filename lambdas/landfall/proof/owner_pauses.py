"""A rollout that the owner of the service has paused is not stuck: the stability clock stops while the pause lasts.

ECS pauses a deployment at a hook of type PAUSE until somebody continues it, rolls it back, or the hook's time is over
(ECS Developer Guide, "Pause hooks for Amazon ECS service deployments"). A failed read is neither a
pause nor the end of one. docs/decisions/0112-a-pause-by-the-owner-stops-the-clock.md
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from landfall.judging import Counted, Judged, Pause
from landfall.model import Deployment, Verdict, failed, wait
from landfall.proof import stability
from landfall.proof.observed import ServiceView
from landfall.proof.service_deployment import ONGOING, Hook, ServiceDeployment, why
from landfall.settings import Limits, paused_looks

PAUSED, TOO_LONG = "PAUSED_BY_OWNER", "OWNER_PAUSE_TIMEOUT"
_NAMED = 2
"""How many hooks a reason names; hooks of one stage wait side by side."""
_ACTIONS = {"ROLLBACK": "ECS rolls back", "CONTINUE": "ECS continues"}


def before(judged: Judged) -> Pause | None:
    """Return this deployment's pauses as the previous look knew them."""
    counted = judged.counted
    return counted.pause if counted and counted.deployment == judged.deployment.id else None


def may_be(service: ServiceView, deployment: Deployment, known: Pause | None) -> bool:
    """Say whether our rollout goes on and can be paused, so that its service deployment has something to say."""
    return stability.is_under_way(service, deployment) and (service.may_pause or known is not None)


def since(service: ServiceView, deployment: Deployment) -> datetime:
    """Return the earliest moment at which our service deployment can have begun, with a margin for two clocks.

    An update whose reply was lost is made again, so ECS's own time of our deployment counts too.
    """
    ours, updated = service.deployment(deployment.id), datetime.fromisoformat(deployment.updated_at)
    made = ours.created_at if ours and ours.created_at and ours.created_at.tzinfo else updated
    return min(made, updated) - stability.OLDER


def seen(known: Pause | None, found: ServiceDeployment | None, began: datetime, now: datetime) -> Pause:
    """Return the pauses after a successful look. `found` is our service deployment, None while ECS lists none.

    The time since the previous look counts as paused if the rollout was paused then. If it was not, a pause counts from
    its own beginning, as far as that is known.
    """
    paused = bool(found and found.waiting)
    spent = _spent(known, now)
    if found and paused and not (known and known.paused):
        last = datetime.fromisoformat(known.looked_at) if known else began
        spent += _seconds(max(found.paused_since or now, last), now)
    arn = found.arn if found else known.service_deployment if known else ""
    return Pause(arn, spent, now.isoformat(), paused, _said(found) if found else "", _until(found))


def unread(known: Pause | None, now: datetime) -> Pause | None:
    """Return the pauses after a failed look: a pause goes on, and none begins or ends."""
    if known is None or not known.paused:
        return known
    return replace(known, seconds=_spent(known, now), looked_at=now.isoformat())


def kept(judged: Judged, counted: Counted | None, pause: Pause | None) -> Counted | None:
    """Return the pauses for the next look. A look that does not list our deployment must not lose its pauses."""
    if pause is None:
        return counted
    left = counted or judged.counted
    return replace(left, pause=pause) if left else None


def extended(deployment: Deployment, pause: Pause | None) -> Deployment:
    """Return the deployment with its deadline extended by the time of its pauses."""
    if pause is None or not pause.seconds or not deployment.deadline:
        return deployment
    deadline = datetime.fromisoformat(deployment.deadline) + timedelta(seconds=pause.seconds)
    return replace(deployment, deadline=deadline.isoformat())


def assess(rolling: Verdict, pause: Pause | None, limits: Limits, now: datetime) -> Verdict:
    """Return the verdict on a rollout under way: paused, paused for too long, or the given verdict."""
    if pause is None or rolling.code != stability.ROLLING:
        return rolling
    if not pause.paused:
        return replace(rolling, reason=f"{pause.said}; {rolling.reason}") if pause.said else rolling
    bound = limits.owner_pause_seconds
    if pause.seconds >= bound:
        told = f"its owner paused this deployment for {pause.seconds} seconds in all"
        return failed(TOO_LONG, f"{told}, and owner_pause_seconds allows {bound}: {pause.said}")
    left = _seconds(now, datetime.fromisoformat(pause.until)) if pause.until else 0
    ends = [left + 1] if left else []
    pace = min(paused_looks.wait(pause.seconds, limits.stability_poll_seconds), bound - pause.seconds, *ends)
    return wait(PAUSED, f"{pause.said}; {rolling.reason}", pace)


def told(found: ServiceDeployment) -> str:
    """Say where a deployment is paused, until when, what happens then, and which command continues it."""
    hooks = found.waiting
    first = next((hook for hook in hooks if hook.expires_at), hooks[0])
    others = f" and {len(hooks) - _NAMED} more" if len(hooks) > _NAMED else ""
    named = ", ".join(hook.id or "without an id" for hook in hooks[:_NAMED])
    which = f"{'hook' if len(hooks) == 1 else 'hooks'} {named}{others}"
    command = f"aws ecs continue-service-deployment --service-deployment-arn {found.arn} --hook-id {hooks[0].id}"
    return (
        f"paused by its owner at {found.stage or 'a stage that ECS does not name'} {_end(first)} ({which});"
        f" to continue: {command} --action CONTINUE"
    )


def _said(found: ServiceDeployment) -> str:
    if found.waiting:
        return told(found)
    return "" if found.status in (*ONGOING, "SUCCESSFUL", "") else why(found)


def _end(hook: Hook) -> str:
    action = _ACTIONS.get(hook.then, f"ECS's action is {hook.then or 'not named'}")
    if hook.expires_at is None:
        return f"until somebody acts, or until its time is over; then {action}"
    return f"until {hook.expires_at.astimezone(UTC).isoformat(timespec='seconds')}, then {action}"


def _until(found: ServiceDeployment | None) -> str:
    ends = [hook.expires_at for hook in (found.waiting if found else ()) if hook.expires_at]
    return min(ends).astimezone(UTC).isoformat() if ends else ""


def _spent(known: Pause | None, now: datetime) -> int:
    if known is None:
        return 0
    return known.seconds + (_seconds(datetime.fromisoformat(known.looked_at), now) if known.paused else 0)


def _seconds(start: datetime, end: datetime) -> int:
    return max(0, round((end - start).total_seconds()))
