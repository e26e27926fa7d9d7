"""For a service whose traffic ECS shifts: is the release already live, by all of law 1, as after an update?"""

from __future__ import annotations

from landfall.judging import Judged
from landfall.model import State
from landfall.proof import followed as ways
from landfall.proof import shifted, standing_revision
from landfall.proof.followed import Followed
from landfall.proof.live_traffic import Live
from landfall.proof.observed import Look, ServiceView, TaskView
from landfall.runtime.world import World


def proves(event: Judged, service: ServiceView, tasks: tuple[TaskView, ...], live: Live, world: World) -> bool:
    """Say whether law 1 holds for the running revision. `live` are the weights of the production rules."""
    followed = _followed(event, service, live, world)
    return followed is not None and _holds(event, service, tasks, followed, world)


def _followed(event: Judged, service: ServiceView, live: Live, world: World) -> Followed | None:
    reader = world.service_deployments(event.release.service)
    found = next(iter(reader.described([service.current])), None) if service.current else None
    known = reader.revisions([found.target_revision, *(w.revision for w in found.weights)]) if found else {}
    own = standing_revision.brought(found, known, service, live)
    if own is not None:
        return own
    back = standing_revision.gone_back_to(found, known, service, live)
    proven = world.ledger.last_proven(event.release.service) if back else None
    return back if proven and proven.get("task_definition") == service.task_definition else None


def _holds(event: Judged, service: ServiceView, tasks: tuple[TaskView, ...], followed: Followed, world: World) -> bool:
    seen = ways.as_rolling(service, followed, event.deployment)
    look = Look(seen, ways.as_ours(tasks, event.deployment), world.elb.targets(seen.target_groups))
    return shifted.law1(look, followed, event, world.now()).state == State.PASS
