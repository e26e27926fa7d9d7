"""CheckStability for a service whose traffic ECS shifts: how far is its service deployment, and does it wait for us?"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from landfall.judging import Counted, Judged, Pause, is_seen_once
from landfall.model import Kind, Verdict
from landfall.proof import followed as ways
from landfall.proof import owner_pauses, shifted, stability, stages, task_listing
from landfall.proof.followed import Followed
from landfall.proof.observed import Look, ServiceView
from landfall.runtime.world import World
from landfall.steps.shifting import shift_look


def assess(event: Judged, service: ServiceView, world: World, now: datetime) -> tuple[Verdict, Counted | None]:
    """Look once at the service deployment, and at the tasks if that is due."""
    followed = shift_look.read(event, service, world)
    settings = world.service(event.release.service).strategy
    gate = stages.gate_of(followed.found, settings, service.shifting.name)
    before = event.counted.stages if event.counted else None
    known = stages.seen(before, followed.found, now)
    pause = _pause(event, service, followed, gate is not None, now)
    deployment = owner_pauses.extended(event.deployment, pause)
    view = ways.as_rolling(service, followed, deployment)
    counted = task_listing.count(view, deployment, event.counted, now)
    look = _look(event, view, counted, world, now)
    if look.listed:
        counted = task_listing.listed(counted, now, stability.said(look, deployment))
    if not followed.is_under_way:
        followed = replace(followed, live=shift_look.weights(service, world))
    seen = shifted.assess(look, followed, event, now)
    if seen.code == stability.ROLLING:
        seen = owner_pauses.assess(seen, pause, event.release.limits, now)
    if seen.code == stability.ROLLING:
        poll = event.release.limits.stability_poll_seconds
        seen = (
            stages.at_gate(followed.found, gate)
            if followed.found and gate
            else stages.assess(seen, followed.found, known, poll, now)
        )
    seen = stages.paced(seen, known, event.release.limits.stability_poll_seconds, now)
    allowed = stages.allowed_seconds(service.shifting, settings)
    paused = pause.seconds if pause else 0
    if event.deployment.kind == Kind.RELEASE:  # at its last gate, its after-check may have been called
        allowed += event.release.limits.after_seconds
    if seen.code != owner_pauses.PAUSED and not is_seen_once(seen):
        late = seen if known.scaled_at else stability.in_time(seen, deployment, now)
        seen = stages.in_time(late, known, allowed + paused, event.deployment.kind, now)
    left = counted or event.counted
    return seen, replace(left, pause=pause, stages=known) if left else None


def _pause(event: Judged, service: ServiceView, followed: Followed, at_gate: bool, now: datetime) -> Pause | None:
    """Return the owner's owner_pauses. A pause at a gate of Landfall is not one."""
    known, found = owner_pauses.before(event), followed.found
    if not (service.may_pause or known):
        return None
    seen = replace(found, hooks=()) if found and at_gate else found
    return owner_pauses.seen(known, seen, owner_pauses.since(service, event.deployment), now)


def _look(event: Judged, view: ServiceView, counted: Counted | None, world: World, now: datetime) -> Look:
    poll, deployment = event.release.limits.stability_poll_seconds, event.deployment
    listed = task_listing.is_due(view, deployment, counted, now, poll)
    tasks = world.ecs(event.release.service).tasks("RUNNING", "STOPPED") if listed else ()
    return Look(view, ways.as_ours(tasks, deployment), listed=listed)
