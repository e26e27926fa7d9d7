"""Continues a service deployment from the gate of Landfall that was judged, and from no other."""

from __future__ import annotations

from landfall.change import update_result
from landfall.errors import AwsCallFailed
from landfall.gates.gate_state import GateState
from landfall.judging import Judged
from landfall.model import Kind, Verdict, wait
from landfall.proof import stages
from landfall.runtime.world import World
from landfall.steps.shifting import gate_noting, shift_look

CONTINUED, LEFT = "GATE_CONTINUED", "GATE_LEFT"


def go_on(event: Judged, judged: GateState | None, world: World) -> Verdict:
    """Continue it. Raises AwsCallFailed if ECS refused and the hook still waits: the step is tried again.

    The hook says whether ECS accepted the call, never the error. A hook that no longer waits was continued by an
    earlier try whose reply was lost, or by somebody else; the next look sees the result.
    """
    release, poll = event.release, event.release.limits.stability_poll_seconds
    service = world.ecs(release.service).service()
    if service is None:
        raise AwsCallFailed("ServiceMissing", "ECS knows no such service at this look")
    found = shift_look.read(event, service, world).found
    gate = stages.gate_of(found, world.service(release.service).strategy, service.shifting.name)
    if found is None or gate is None:
        return wait(LEFT, "the deployment does not wait at a gate of Landfall any more", poll)
    hook = stages.pausing(found)[0].id
    forward = event.deployment.kind == Kind.RELEASE
    if forward and (judged is None or (judged.service_deployment, judged.hook) != (found.arn, hook)):
        return wait(LEFT, f"the deployment waits at another gate now ({hook}), which was not judged yet", poll)
    if not world.holds_lock(release):
        return update_result.lock_lost()
    reader = world.service_deployments(release.service)
    if forward:
        gate_noting.asked(release, found.arn, hook, world)
    try:
        reader.go_on(found.arn, hook)
    except AwsCallFailed:
        after = next(iter(reader.described([found.arn])), None)
        if after is None or any(each.id == hook for each in after.waiting):
            raise
    return wait(CONTINUED, f"Landfall continued {found.arn} from {found.stage} ({hook})", poll)
