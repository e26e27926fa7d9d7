"""Could the proof hold for what runs now? What would keep a good release from it is said before anything is touched.

What is wrong with the service's own tasks is no reason: going forward is how such a service is mended.
Source: Elastic Load Balancing API reference, TargetHealth (states and reasons).
"""

from __future__ import annotations

from collections import Counter

from landfall.change.begun import OVER
from landfall.model import Verdict, failed
from landfall.proof.observed import UNREADABLE, Look, ServiceView, TargetGroup, TargetView

MOST_DEAD = 20
"""Dead targets of others that are put up with. They travel with the baseline, and every step's answer is small: 20 take
1 KB of its 8 at most. It does not grow with the service: targets die with what registered them, not with its size."""
NOT_IN_USE = "Target.NotInUse"


def unreadable(service: ServiceView) -> Verdict | None:
    """Return why a look at an ACTIVE service is not whole. What ECS leaves out is not assumed, in no direction."""
    primaries = [d for d in service.deployments if d.status == "PRIMARY"]
    gap = ""
    if service.desired == UNREADABLE:
        gap = "it has no desired count"
    elif len(primaries) != 1 or not primaries[0].id:
        gap = f"{len(primaries)} of its {len(service.deployments)} deployments are PRIMARY"
    elif service.desired == 0 and (tasks := max(primaries[0].desired, primaries[0].running)) > 0:
        # taken for a service without tasks, it would be put back to none by a release that fails
        gap = f"its desired count is 0, and its PRIMARY deployment has {tasks} tasks"
    return _not_whole(gap) if gap else None


def odd_status(service: ServiceView) -> Verdict | None:
    """Return why a look can't be used at all: a service that is neither there nor deleted is none that ECS knows."""
    return None if service.status in ("ACTIVE", *OVER) else _not_whole(f"its status is {service.status!r}")


def dead_targets(look: Look) -> tuple[str, ...]:
    """Return the unhealthy targets, as ip:port, that are no tasks of the service: they were there before."""
    groups = look.service.target_groups if look.service else ()
    found = (t for group in groups for t in _strangers(look, group))
    return tuple(dict.fromkeys(t.place for t in found if t.state == "unhealthy"))


def problem(look: Look) -> Verdict | None:
    """Return why no release could be proven on these tasks and targets, or None."""
    shared = _shared_address(look)
    if shared:
        return failed("SHARED_ADDRESS", f"several tasks of the service have the address {shared}")
    for group in look.service.target_groups if look.service else ():
        wrong = _foreign(look, group) or _not_in_use(look, group)
        if wrong:
            return wrong
    dead = dead_targets(look)
    if len(dead) > MOST_DEAD:
        what = f"{len(dead)} unhealthy targets are no tasks of the service, such as {dead[0]}"
        way_out = "deregister them (aws elbv2 deregister-targets)"
        return failed("DEAD_TARGETS", f"{what}; {MOST_DEAD} can be put up with; {way_out}, then try again")
    return None


def _not_whole(gap: str) -> Verdict:
    return failed("SERVICE_UNREADABLE", f"what ECS says of the service is not whole: {gap}")


def _foreign(look: Look, group: TargetGroup) -> Verdict | None:
    living = [t for t in _strangers(look, group) if t.state != "unhealthy"]
    if not living:
        return None
    first = f"{living[0].place} ({living[0].state or 'in no state'})"
    more = f" and {len(living) - 1} more" if len(living) > 1 else ""
    return failed(
        "FOREIGN_TARGET",
        f"{first}{more} in {group.arn} is no task of the service, and gets requests that would be answered by"
        " something else than the release; give the service a target group of its own, or deregister the target",
    )


def _not_in_use(look: Look, group: TargetGroup) -> Verdict | None:
    places = _places(look, group)
    idle = [t for t in look.targets if t.group == group.arn and t.place in places and t.reason == NOT_IN_USE]
    if not idle:
        return None
    return failed(
        "TARGET_NOT_IN_USE",
        f"{idle[0].place} in {group.arn} can get no requests ({NOT_IN_USE}): no load balancer forwards to the group, or"
        " none is enabled in the target's Availability Zone; add a listener rule, or that zone's subnet to the load"
        " balancer",
    )


def _shared_address(look: Look) -> str:
    counted = Counter(address for task in look.tasks if task.serves for address in task.addresses)
    return next((address for address, times in counted.items() if times > 1), "")


def _places(look: Look, group: TargetGroup) -> frozenset[str]:
    """Return where the service's tasks are in a group, as ip:port, those on their way too."""
    groups = look.service.target_groups if look.service else ()
    ports = {g.port for g in groups if g.arn == group.arn}
    return frozenset(f"{address}:{port}" for task in look.tasks for address in task.addresses for port in ports)


def _strangers(look: Look, group: TargetGroup) -> tuple[TargetView, ...]:
    """Return the targets of a group that may get requests and are no tasks of the service. Draining ones get none."""
    known = _places(look, group)
    return tuple(t for t in look.targets if t.group == group.arn and t.in_service and t.place not in known)
