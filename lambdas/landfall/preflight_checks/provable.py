"""Could a good release be proven on this service? If not, it is refused before anything is touched.

Faults of the service's own tasks are no reason to refuse: a new release is how to fix such a service.
Source: Elastic Load Balancing API reference, TargetHealth (states and reasons).
"""

from __future__ import annotations

from collections import Counter

from landfall.change.update_result import OVER
from landfall.model import Verdict, failed
from landfall.proof.observed import UNREADABLE, Look, ServiceView, TargetGroup, TargetView

MOST_DEAD = 20
"""How many unhealthy targets of others are tolerated. They are part of the baseline, and a step's answer has at most
8 KB: 20 targets take 1 KB. The number doesn't depend on the size of the service."""
NOT_IN_USE = "Target.NotInUse"


def unreadable(service: ServiceView) -> Verdict | None:
    """Return a refusal if ECS's answer about an ACTIVE service is incomplete. Missing values are never assumed."""
    primaries = [d for d in service.deployments if d.status == "PRIMARY"]
    gap = ""
    if service.desired == UNREADABLE:
        gap = "it has no desired count"
    elif len(primaries) != 1 or not primaries[0].id:
        gap = f"{len(primaries)} of its {len(service.deployments)} deployments are PRIMARY"
    elif service.desired == 0 and (tasks := max(primaries[0].desired, primaries[0].running)) > 0:
        # read as a service without tasks, a failed release would scale it back to none
        gap = f"its desired count is 0, and its PRIMARY deployment has {tasks} tasks"
    return _not_whole(gap) if gap else None


def odd_status(service: ServiceView) -> Verdict | None:
    """Return a refusal if the service's status is one that ECS doesn't define, so the answer can't be used."""
    return None if service.status in ("ACTIVE", *OVER) else _not_whole(f"its status is {service.status!r}")


def dead_targets(look: Look) -> tuple[str, ...]:
    """Return the unhealthy targets, as ip:port, that don't belong to tasks of the service."""
    groups = look.service.target_groups if look.service else ()
    found = (t for group in groups for t in _strangers(look, group))
    return tuple(dict.fromkeys(t.place for t in found if t.state == "unhealthy"))


def problem(look: Look) -> Verdict | None:
    """Return why no release could be proven with these tasks and targets, or None."""
    shared = _shared_address(look)
    if shared and look.service and look.service.target_groups:  # a worker's tasks may share their host's addresses
        return failed("SHARED_ADDRESS", f"several tasks of the service have the address {shared}")
    for group in look.service.target_groups if look.service else ():
        wrong = _foreign(look, group) or _not_in_use(look, group)
        if wrong:
            return wrong
    dead = dead_targets(look)
    if len(dead) > MOST_DEAD:
        what = f"{len(dead)} unhealthy targets do not belong to tasks of the service, such as {dead[0]}"
        way_out = "deregister them (aws elbv2 deregister-targets)"
        return failed("DEAD_TARGETS", f"{what}; at most {MOST_DEAD} are allowed; {way_out}, then try again")
    return None


def _not_whole(gap: str) -> Verdict:
    return failed("SERVICE_UNREADABLE", f"ECS's answer about the service is incomplete: {gap}")


def _foreign(look: Look, group: TargetGroup) -> Verdict | None:
    living = [t for t in _strangers(look, group) if t.state != "unhealthy"]
    if not living:
        return None
    first = f"{living[0].place} ({living[0].state or 'in no state'})"
    more = f" and {len(living) - 1} more" if len(living) > 1 else ""
    return failed(
        "FOREIGN_TARGET",
        f"{first}{more} in {group.arn} does not belong to a task of the service, but gets requests, which the release"
        " would not answer; give the service its own target group, or deregister the target",
    )


def _not_in_use(look: Look, group: TargetGroup) -> Verdict | None:
    places = _places(look, group)
    idle = [t for t in look.targets if t.group == group.arn and t.place in places and t.reason == NOT_IN_USE]
    if not idle:
        return None
    return failed(
        "TARGET_NOT_IN_USE",
        f"{idle[0].place} in {group.arn} gets no requests ({NOT_IN_USE}): no load balancer forwards to the group, or"
        " the target's Availability Zone is not enabled; add a listener rule, or add that zone's subnet to the load"
        " balancer",
    )


def _shared_address(look: Look) -> str:
    counted = Counter(address for task in look.tasks if task.serves for address in task.addresses)
    return next((address for address, times in counted.items() if times > 1), "")


def _places(look: Look, group: TargetGroup) -> frozenset[str]:
    """Return the service's tasks in a group as ip:port, including starting tasks."""
    groups = look.service.target_groups if look.service else ()
    ports = {g.port for g in groups if g.arn == group.arn}
    return frozenset(f"{address}:{port}" for task in look.tasks for address in task.addresses for port in ports)


def _strangers(look: Look, group: TargetGroup) -> tuple[TargetView, ...]:
    """Return the targets that may get requests and don't belong to the service. Draining targets get none."""
    known = _places(look, group)
    return tuple(t for t in look.targets if t.group == group.arn and t.in_service and t.place not in known)
