"""Are the targets in service *our* tasks, and are they healthy?

It matches targets to tasks by address and port, and ignores draining ones. A target group reports targets of the old
release as draining for its whole deregistration delay. A load balancer without healthy targets still answers (it fails
open). So neither "a target is healthy" nor "a request succeeded" says anything about our tasks.
Source: Elastic Load Balancing user guide for Application Load Balancers, "Target group health checks".
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from landfall.judging import Judged
from landfall.model import Verdict, passed, wait
from landfall.proof import running
from landfall.proof.observed import Look, TargetGroup, TargetView, TaskView

_TOLD = 3
"""How many targets a reason tells of: they may have different faults."""


@dataclass(frozen=True)
class _Problem:
    """A fault of a target. `passing` names its task if the fault is normal for a task that just started."""

    code: str
    reason: str
    passing: str = ""


def assess(look: Look, judged: Judged) -> Verdict:
    """Judge one look at the target groups. It waits until all is well; the state machine limits the number of looks."""
    interval = judged.release.limits.target_health_interval_seconds
    if look.service is None:
        return wait("SERVICE_MISSING", "ECS knows no such service at this look", interval)
    desired = look.service.desired
    ours = tuple(t for t in running.meant(look.tasks) if running.belongs(t, judged.deployment))
    serving = sum(t.serves for t in ours)
    spare = running.replaceable(desired) - max(0, desired - serving)
    if spare < 0:
        return wait("TASKS_MISSING", f"{serving} of {desired} tasks running", interval)
    groups = look.service.target_groups
    if judged.release.is_worker:
        return _of_worker(groups, serving, desired, interval)
    if not groups:
        return wait("NO_TARGET_GROUP", "the service has no target group any more", interval)
    late: set[str] = set()
    for group in groups:
        ports = {g.port for g in groups if g.arn == group.arn}
        found = _group(group, ports, ours, [t for t in look.targets if t.group == group.arn], judged)
        late |= {p.passing for p in found if p.passing}
        problem = next((p for p in found if not p.passing or len(late) > spare), None)
        if problem:
            others = dict.fromkeys(p.reason for p in found if p.code == problem.code and p is not problem)
            return wait(problem.code, "; ".join((problem.reason, *list(others)[: _TOLD - 1])), interval)
    healthy = serving - len(late)
    tail = f", {desired - healthy} starting" if healthy < desired else ""
    return passed("HEALTHY", f"{healthy} of {desired} targets healthy, all of this deployment{tail}")


def _of_worker(groups: Collection[TargetGroup], serving: int, desired: int, interval: int) -> Verdict:
    """Judge a service without a load balancer: it has no targets, and other steps judge its health."""
    if groups:
        what = "the service has target groups now, and its settings say that it is a worker"
        return wait("TARGET_GROUP_ADDED", what, interval)
    return passed("NO_TARGETS", f"{serving} of {desired} tasks running; a worker has no targets")


def _group(
    group: TargetGroup,
    ports: Collection[int],
    ours: Collection[TaskView],
    targets: Collection[TargetView],
    judged: Judged,
) -> list[_Problem]:
    """Return the faults in one target group, in which the service may register several ports.

    A target of others that was unhealthy before the update gets no requests while another target is healthy. If no
    target is healthy, the load balancer sends requests to all.
    """
    at: dict[tuple[str, int], list[TargetView]] = {}
    for target in targets:
        at.setdefault((target.ip, target.port), []).append(target)
    found = [problem for task in ours if (problem := _unfit(task, at, group))]
    places = [(address, port) for task in ours for address in task.addresses for port in ports]
    if len(set(places)) < len(places):
        found.append(_Problem("SHARED_ADDRESS", f"{len(ours)} tasks share the same addresses"))
    known, dead = set(places), judged.baseline.dead_targets
    alive = any(t.state == "healthy" and (t.ip, t.port) in known for t in targets)
    for stranger in (t for t in targets if t.in_service and (t.ip, t.port) not in known):
        if not (alive and stranger.state == "unhealthy" and stranger.place in dead):
            found.append(
                _Problem(
                    "FOREIGN_TARGET", f"{stranger.place} is in service but does not belong to a task of this deployment"
                )
            )
    return found


def _unfit(task: TaskView, at: Mapping[tuple[str, int], Collection[TargetView]], group: TargetGroup) -> _Problem | None:
    """Return the fault of a task's targets in a group. They all have one of the task's addresses."""
    its_own = [target for address in sorted(task.addresses) for target in at.get((address, group.port), ())]
    serving = [t for t in its_own if t.in_service]
    if not task.serves:  # it counts as missing already; it must get no requests before it runs
        sent = next((t for t in serving if t.state != "initial"), None)
        return (
            _Problem("TASKS_MISSING", f"{sent.place} is {sent.state}, but its task does not run yet") if sent else None
        )
    if not its_own:
        where = f"{min(task.addresses, default='no address')}:{group.port}"
        return _Problem("NOT_REGISTERED", f"{where} is not registered in {group.arn}", task.arn)
    target = next((t for t in serving if t.state != "healthy"), None) or (None if serving else its_own[0])
    if target is None:
        return None
    told = f"{target.place} is {target.state or 'in no state'}{f' ({target.why})' if target.why else ''}"
    code = "TARGET_UNHEALTHY" if target.in_service else "NOT_IN_SERVICE"
    return _Problem(code, told, task.arn if target.state == "initial" else "")
