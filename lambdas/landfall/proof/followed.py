"""The service deployment that belongs to a deployment, and its state: under way, done, or rolled back, and why.

docs/decisions/0117-landfall-is-the-judge-at-the-pauses.md
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from landfall.model import Deployment, Kind
from landfall.proof import service_deployment as deployments
from landfall.proof.live_traffic import Live
from landfall.proof.observed import EcsDeployment, ServiceView, TargetGroup, TaskView
from landfall.proof.service_deployment import ONGOING, Brief, ServiceDeployment
from landfall.proof.service_revision import ServiceRevision
from landfall.proof.stability import OLDER

GOES_BACK = ("STOP_REQUESTED", "ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS")
BACK = ("ROLLBACK_SUCCESSFUL", "STOPPED")
"""The states in which ECS intends to run the old revision."""
DONE, ROLLBACK_FAILED = "SUCCESSFUL", "ROLLBACK_FAILED"
TO_STOP = (*ONGOING, "STOP_REQUESTED", "ROLLBACK_REQUESTED")
"""The states in which ECS accepts a rollback (API reference, StopServiceDeployment), and none is under way."""


@dataclass(frozen=True)
class Followed:
    """What was read. `found` is None while ECS lists none of ours.

    `runs` is the task definition of its target. `groups` are the target groups that it shifts traffic to, `left` those
    that it shifts traffic away from. `newer` is the task definition of a newer service deployment that is somebody
    else's. `live` are the weights of the production rules; None where they were not read.
    """

    found: ServiceDeployment | None = None
    runs: str = ""
    groups: frozenset[str] = frozenset()
    left: frozenset[str] = frozenset()
    newer: str = ""
    live: Live | None = None

    @property
    def is_under_way(self) -> bool:
        """Say whether ECS continues it now or will continue it."""
        return self.found is None or self.found.status in (*ONGOING, "")

    @property
    def is_done(self) -> bool:
        """Say whether it succeeded without a rollback by ECS."""
        return self.found is not None and self.found.status == DONE and not self.found.went_back


def of(found: ServiceDeployment | None, known: Mapping[str, ServiceRevision], newer: str = "") -> Followed:
    """Return what is known of a service deployment and of the revisions that it shifts between."""
    if found is None:
        return Followed(newer=newer)
    target = known.get(found.target_revision, ServiceRevision(""))
    sources = (known[w.revision] for w in found.weights if w.revision in known and w.revision != target.arn)
    left = frozenset(group for source in sources for group in source.groups) - target.groups
    return Followed(found, target.task_definition, target.groups, left, newer)


def newest_of(listed: Iterable[Brief]) -> Brief | None:
    """Return the service deployment that began last. A list may have one twice, if its pages overlap."""
    dated = {(b.created_at, b.arn): b for b in listed if b.created_at}
    return dated[max(dated)] if dated else None


def newest_other(listed: tuple[Brief, ...], runs: Mapping[str, str], mine: Brief | None, ours: str) -> str:
    """Return the task definition of the newest service deployment if it is newer than ours and runs something else."""
    newest = newest_of(listed)
    if newest is None or (mine is not None and newest.arn == mine.arn):
        return ""
    other = runs.get(newest.target_revision, "")
    return other if other and other != ours else ""


def state(followed: Followed, deployment: Deployment, told: EcsDeployment | None = None) -> str:
    """Return the state of the rollout in the words of a rolling deployment: IN_PROGRESS, COMPLETED or FAILED.

    On the way back, a release that ECS rolled back is the wanted state. If the way back is a deployment of its own, the
    state is IN_PROGRESS while ECS still lists the release's as the newest, unless ECS had already gone back by itself
    and began none. `told` is the service's own entry of the deployment.
    """
    found = followed.found
    if found is None or found.status in (*ONGOING, ""):
        return "IN_PROGRESS"
    if is_undone(followed, deployment):
        if found.status not in GOES_BACK and _is_of_before(told, deployment):
            return "COMPLETED"
        if found.arn != deployment.id or found.status in GOES_BACK:
            return "IN_PROGRESS"
        return "COMPLETED" if found.status in BACK else "FAILED"
    return "COMPLETED" if followed.is_done else "FAILED"


def _is_of_before(told: EcsDeployment | None, deployment: Deployment) -> bool:
    """Say whether the way back to no tasks is an earlier deployment: its update changed only the count."""
    if not deployment.is_to_none or told is None or told.id != deployment.id:
        return False
    return told.created_at is not None and told.created_at < datetime.fromisoformat(deployment.updated_at) - OLDER


def as_rolling(service: ServiceView, followed: Followed, deployment: Deployment) -> ServiceView:
    """Return the service as if its deployment were a rolling one, so that law 1 is judged by the same code.

    Its target groups are those that should have all traffic when the deployment is done.
    """
    told = next((d for d in service.deployments if d.task_definition == deployment.task_definition), None)
    ours = told or EcsDeployment(deployment.id, "PRIMARY", deployment.task_definition, service.desired, 0, 0, 0, "", "")
    reason = deployments.why(followed.found) if followed.found else ""
    made = replace(
        ours,
        id=deployment.id,
        status="PRIMARY",
        rollout_state=state(followed, deployment, told),
        rollout_reason=reason,
    )
    return replace(service, deployments=(made,), target_groups=wanted(service, followed, deployment))


def wanted(service: ServiceView, followed: Followed, deployment: Deployment) -> tuple[TargetGroup, ...]:
    """Return the target groups in which the deployment's tasks must be, with the service's containers and ports."""
    groups = ending(service, followed, deployment)
    return of_groups(service, groups)


def of_groups(service: ServiceView, groups: frozenset[str]) -> tuple[TargetGroup, ...]:
    """Return those of a service's target groups, of each rule's two, that are among `groups`."""
    return tuple(
        TargetGroup(group, one.container, one.port)
        for one in service.shifting.balanced
        for group in one.groups
        if group in groups
    )


def ending(service: ServiceView, followed: Followed, deployment: Deployment) -> frozenset[str]:
    """Return the target groups that should have all traffic once the deployment, or its way back, is done.

    If ECS does not say in which group the old tasks are, it is the other one of the two. If ECS says nothing at all,
    the groups that have traffic now count, since the old tasks must be in them.
    """
    if not is_undone(followed, deployment):
        return followed.groups
    if followed.left:
        return followed.left
    known = frozenset(service.shifting.groups)
    weighted = (group for weights in (followed.live or {}).values() for group, weight in weights.items() if weight)
    return known - followed.groups if followed.groups else known & frozenset(weighted)


def is_undone(followed: Followed, deployment: Deployment) -> bool:
    """Say whether the way back is the rollback of the release's own service deployment, and no new one."""
    return deployment.kind == Kind.ROLLBACK and bool(followed.runs) and followed.runs == deployment.undoes


def as_ours(tasks: tuple[TaskView, ...], deployment: Deployment) -> tuple[TaskView, ...]:
    """Return the tasks, those of our revision as started by our deployment: each deployment has its own revision."""
    return tuple(
        replace(task, started_by=deployment.id) if task.task_definition == deployment.task_definition else task
        for task in tasks
    )
