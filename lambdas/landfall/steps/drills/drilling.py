"""Reads the conditions of a drill, and starts its two deployments."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from landfall import naming
from landfall.aws.dynamodb.ledger import Ledger
from landfall.aws.dynamodb.ledger_chain import WALKED
from landfall.chain import Record
from landfall.intake import document, freeze
from landfall.ledger import drills
from landfall.ledger.drills import BACK, FORWARD, Refusal
from landfall.model import Release, Verdict, failed
from landfall.reconcile import under_way
from landfall.runtime.world import World
from landfall.settings import Service

BY = "drill"
NEWEST = 10
"""The newest records are read consistently: the index may not have one that was opened this moment."""


def began(service: Service, world: World, requested_by: str = BY) -> Refusal | str:
    """Start the way back of a drill. Return the execution's name, or why it did not start."""
    proven = list(islice(world.ledger.proven(service.name), WALKED))
    frozen = [str(each) for each in freeze.holding(world.freezes.of(service.name), world.now())]
    last = world.ledger.last_change(service.name)
    refusal = drills.refusal(service.drill, last, proven, frozen, world.now())
    target = drills.way_back(proven)
    if refusal or target is None:
        return refusal or Refusal("NOTHING_BEFORE", "nothing was proven before")
    if busy(world.ledger, service.name):
        return Refusal("UNDER_WAY", "a deployment of the service is under way")
    name = naming.drill_back(world.now(), service.name)
    world.executions.start(world.machine_arn, name, asked(service, target, BACK, requested_by))
    return name


def went_forward(service: Service, world: World) -> bool:
    """Start the way forward of a drill whose way back is proven. False if there is none, or it was started before."""
    last = world.ledger.last_change(service.name)
    if not drills.is_half_way(last) or last is None or busy(world.ledger, service.name):
        return False
    target = drills.way_forward(last, list(islice(world.ledger.proven(service.name), 2)))
    if target is None:
        return False
    name = naming.drill_forward(str(last["ended_at"]), service.name)
    return world.executions.start(world.machine_arn, name, asked(service, target, FORWARD, BY))


def asked(service: Service, target: Record, way: str, requested_by: str) -> document.Document:
    """Return the input that asks for one of the two deployments of a drill."""
    reason = f"drill: the way {way}"
    digest, proven_by = str(target["image_digest"]), str(target["deployment_id"])
    return document.of_rollback(service.name, digest, proven_by, requested_by=requested_by, reason=reason, drill=way)


def refused(release: Release, service: Service, world: World) -> Verdict | None:
    """Refuse a drill under the lock: its conditions may have changed since it was requested."""
    proven: Sequence[Record] = list(islice(world.ledger.proven(service.name), WALKED))
    last = world.ledger.last_change(service.name)
    if release.drill == BACK:
        frozen = [str(each) for each in freeze.holding(world.freezes.of(service.name), world.now())]
        if refusal := drills.refusal(service.drill, last, proven, frozen, world.now()):
            return failed(refusal.code, refusal.why)
    why = drills.overtaken(release.drill, release.image_digest, last, proven)
    return failed("DRILL_OVERTAKEN", why) if why else None


def by_hand(release: Release, live: str, world: World) -> Verdict | None:
    """Refuse a drill if the live revision is not the one that the last deployment left."""
    refusal = drills.by_hand(world.ledger.last_change(release.service), live)
    return failed(refusal.code, refusal.why) if refusal else None


def busy(ledger: Ledger, service: str) -> bool:
    """Say whether a deployment of the service is under way."""
    newest = islice(ledger.newest_first(service, NEWEST), NEWEST)
    return under_way.any_open((*ledger.unfinished(service), *newest))
