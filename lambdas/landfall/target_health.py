"""Are *our* tasks the targets in service, and healthy?

Matches targets to tasks by address and port, and ignores draining ones: a target group reports targets of the
old release as draining for its whole deregistration delay, and a load balancer without healthy targets still
answers (it fails open), so neither "a target is healthy" nor "a request succeeded" says anything about ours.
Source: Elastic Load Balancing user guide for Application Load Balancers, "Target group health checks".
"""

from __future__ import annotations

from landfall.judging import Judged
from landfall.model import Verdict, passed, wait
from landfall.observed import Look, TargetGroup, TargetView, TaskView
from landfall.stability import belongs


def assess(look: Look, judged: Judged) -> Verdict:
    """Judge one look at the target groups. It asks for another look until all is well: the machine bounds those."""
    interval = judged.release.limits.target_health_interval_seconds
    if look.service is None:
        return wait("SERVICE_MISSING", "ECS knows no such service at this look", interval)
    desired = look.service.desired
    ours = tuple(t for t in look.tasks if t.serves and belongs(t, judged.deployment))
    if len(ours) < desired:
        return wait("TASKS_MISSING", f"{len(ours)} of {desired} tasks running", interval)
    if not look.service.target_groups:
        return wait("NO_TARGET_GROUP", "the service has no target group any more", interval)
    for group in look.service.target_groups:
        of_group = [t for t in look.targets if t.group == group.arn and t.in_service]
        for task in ours:
            problem = _unfit(task, of_group, group)
            if problem:
                return wait(*problem, interval)
        places = {(t.ip, group.port) for t in ours}
        if len(places) < len(ours):
            return wait("SHARED_ADDRESS", f"{len(ours)} tasks have {len(places)} addresses between them", interval)
        for stranger in (t for t in of_group if (t.ip, t.port) not in places):
            where = f"{stranger.ip}:{stranger.port}"
            return wait("FOREIGN_TARGET", f"{where} is in service but is no task of this deployment", interval)
    return passed("HEALTHY", f"{len(ours)} of {desired} targets healthy, all of this deployment")


def _unfit(task: TaskView, targets: list[TargetView], group: TargetGroup) -> tuple[str, str] | None:
    where = f"{task.ip or 'no address'}:{group.port}"
    its_own = [t for t in targets if task.ip and (t.ip, t.port) == (task.ip, group.port)]
    if not its_own:
        return "NOT_REGISTERED", f"{where} is not registered in {group.arn}"
    target = next((t for t in its_own if t.state != "healthy"), None)
    if target is None:
        return None
    why = ": ".join(text for text in (target.reason, target.description) if text)
    return "TARGET_UNHEALTHY", f"{where} is {target.state or 'in no state'}{f' ({why})' if why else ''}"
