"""Does ECS wait at a pause that no deployment of Landfall will continue?

Landfall continues its own deployment at its own gates, and nothing else: a deployment that somebody else began, or a
pause that the owner of the service put at another stage, waits for a person until ECS ends it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from landfall.proof import stages
from landfall.proof.service_deployment import Hook, ServiceDeployment
from landfall.reconcile.findings import Kind, Looked, Seen
from landfall.settings import Service

KINDS = frozenset({Kind.DEPLOYMENT_WAITS})
ENDS = {
    "HOOK_SUCCEEDED": "somebody continued it (CloudTrail has who: ContinueServiceDeployment)",
    "HOOK_FAILED": "it was answered with ROLLBACK, or it failed: ECS goes back",
    "HOOK_TIMED_OUT": "its time is over, and ECS did what its hook says",
}
"""How a pause ended, by the event's name (ECS Developer Guide, ECS hook state change events)."""
_THEN = {"ROLLBACK": "rolls back", "CONTINUE": "continues"}


def revisions_of(record: Mapping[str, Any] | None) -> frozenset[str]:
    """Return the revisions that Landfall's deployment under way may roll out; none without a deployment.

    Raises nothing: if the record can't be read, the finding is raised.
    """
    if record is None or "outcome" in record:
        return frozenset()
    try:
        progress = json.loads(record["progress"])
        deployment, baseline = progress["deployment"], progress["baseline"]
        known = (deployment["task_definition"], baseline["task_definition"], baseline["restore_to"])
    except (LookupError, TypeError, ValueError, RecursionError):
        return frozenset()
    return frozenset(name for name in known if isinstance(name, str) and name)


@dataclass(frozen=True)
class Waiting:
    """A service deployment that waits, the task definition of its target, and whether that is Landfall's own."""

    found: ServiceDeployment
    runs: str
    is_own: bool


def assess(service: Service, strategy: str, waiting: Iterable[Waiting], because: Mapping[str, str]) -> Looked:
    """Return the look. `strategy` is the service's by ECS's own configuration."""
    seen = [
        _seen(each, hook)
        for each in waiting
        for hook in stages.pausing(each.found)
        if not (each.is_own and stages.gate_of(each.found, service.strategy, strategy))
    ]
    return Looked(KINDS, tuple(seen), because)


def _seen(waiting: Waiting, hook: Hook) -> Seen:
    found = waiting.found
    name = waiting.runs.rpartition("/")[2] or "a revision that ECS does not name"
    whose = "Landfall's deployment" if waiting.is_own else "A deployment that is not Landfall's"
    then = f"then ECS {_THEN.get(hook.then, 'does what its hook says')}"
    until = hook.expires_at.astimezone(UTC).isoformat(timespec="seconds") if hook.expires_at else "its time is over"
    command = f"aws ecs continue-service-deployment --service-deployment-arn {found.arn} --hook-id {hook.id}"
    what = (
        f"{whose} of {name} is paused at {found.stage or 'a stage that ECS does not name'} until {until}; {then}. "
        f"Landfall does not continue it. To continue: {command} --action CONTINUE; to go back: --action ROLLBACK"
    )
    return Seen(Kind.DEPLOYMENT_WAITS, hook.id, what)
