"""What the reconciler reads for its looks at one service. Each look stands alone: one that fails hides no other.

A look reads the ledger last, and consistently: what a deployment did before is then told by its record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import islice

from landfall import chain
from landfall.chain import Record
from landfall.ledger import service_standing
from landfall.ledger.service_standing import SEARCHED
from landfall.reconcile import LOOK_EVERY
from landfall.reconcile import live_revision as reconcile_live
from landfall.reconcile import pushes as reconcile_pushes
from landfall.reconcile import record_checks as reconcile_records
from landfall.reconcile import stopping_tasks as reconcile_dying
from landfall.reconcile import untagged_images as reconcile_unread
from landfall.reconcile.findings import Finding, Kind, Looked, Seen, State
from landfall.reconcile.record_checks import OF_RECORD, RECENT
from landfall.runtime.world import World
from landfall.settings import Limits, Service

Look = Callable[[], Looked]
Unfinished = Callable[[], Iterable[Record]]
GONE = "its record is gone from the ledger; `landfall verify-evidence` says whether somebody removed it"


def in_turn(services: Sequence[Service], now: datetime) -> Sequence[Service]:
    """Return the services, another one first at each look: the last are not always those that no time is left for."""
    first = int(now.timestamp() // LOOK_EVERY.total_seconds()) % max(1, len(services))
    return [*services[first:], *services[:first]]


def of_service(service: Service, world: World, known: Iterable[Finding], unfinished: Unfinished) -> Mapping[str, Look]:
    """Return the looks at a configured service, by their names."""
    known = tuple(known)
    return {
        "pushes": partial(pushes, service, world),
        "what is live": partial(live, service, world, unfinished),
        "what died": partial(dying, service, world, known, unfinished),
        **of_records(service.name, service.limits, world, known, unfinished),
    }


def of_records(
    service: str, limits: Limits, world: World, known: Iterable[Finding], unfinished: Unfinished
) -> Mapping[str, Look]:
    """Return the look at records alone: all there is of requests for services that are not configured."""
    return {"records": partial(records, service, limits, world, tuple(known), unfinished)}


def pushes(service: Service, world: World) -> Looked:
    """Look at the newest release, and at what was pushed after it."""
    pushed = reconcile_pushes.read(world.ecr(service.repository).images(), service.tags)
    grace = timedelta(seconds=world.settings.reconciler.push_grace_seconds)
    unread = reconcile_unread.assess(pushed, service.tags, service.name, world.now(), grace)
    last = reconcile_pushes.newest(pushed)
    if last is None or world.ledger.any_of_image(service.name, last.image.digest):
        return reconcile_pushes.looked(unread)
    since = world.ledger.since(service.name, reconcile_pushes.requests_since(last.image))
    before = world.ledger.head(service.name) is not None
    seen = reconcile_pushes.assess(service.name, last, since, world.now(), grace, deployed_before=before)
    return reconcile_pushes.looked(seen, unread)


def live(service: Service, world: World, unfinished: Unfinished) -> Looked:
    """Look at what ECS works towards, then at the ledger."""
    ecs = world.ecs(service.name)
    view = ecs.service()
    missing = reconcile_live.missing(view, service)
    if missing or view is None:
        return missing or Looked(reconcile_live.MISSING)
    template, tags = ecs.task_definition(view.primary.task_definition) if view.primary else ({}, {})
    if _under_way(service.name, world, unfinished):
        return Looked(reconcile_live.MISSING)
    return reconcile_live.assess(view, template, tags, world.ledger.last_change(service.name))


def dying(service: Service, world: World, known: Iterable[Finding], unfinished: Unfinished) -> Looked:
    """Look at the tasks that stopped, of a service that nobody deploys to."""
    ecs = world.ecs(service.name)
    view = ecs.service()
    if view is None or _under_way(service.name, world, unfinished):
        return Looked(frozenset())
    stopped = ecs.tasks("STOPPED", most=reconcile_dying.MOST_READ)
    last = world.ledger.last_change(service.name)
    revision = view.primary.task_definition if view.primary else ""
    raised = any(f.open and (f.kind, f.subject) == (Kind.RELEASE_DYING, revision) for f in known)
    return reconcile_dying.assess(view, stopped, last, world.now(), raised=raised)


def _under_way(service: str, world: World, unfinished: Unfinished) -> bool:
    """Say whether a deployment has no outcome yet. The index of these may lag, the newest records are read as well."""
    of_service = (record for record in unfinished() if record["service"] == service)
    newest = islice(world.ledger.newest_first(service), SEARCHED)
    return any("outcome" not in record for record in (*newest, *of_service))


def records(service: str, limits: Limits, world: World, known: Iterable[Finding], unfinished: Unfinished) -> Looked:
    """Look at the newest records, at those that are unfinished, and at those that something was found about."""
    newest = service_standing.recent(world.ledger.newest_first(service))
    found = {str(r["deployment_id"]): r for r in (*unfinished(), *newest[:RECENT]) if r["service"] == service}
    because = {}
    for subject in {f.subject for f in known if f.kind in OF_RECORD and f.state != State.CLEARED} - found.keys():
        record = world.ledger.record(service, subject)
        if record:
            found[subject] = record
        else:
            because[subject] = GONE
    seen = [s for record in found.values() if (s := _judged(record, limits, world))]
    seen += reconcile_records.too_fast(newest, limits)
    seen += _not_anchored(service, world)
    return Looked(reconcile_records.KINDS, tuple(seen), because)


def _judged(record: Record, limits: Limits, world: World) -> Seen | None:
    now = world.now()
    if "outcome" not in record:
        arns = [str(record[name]) for name in ("execution_arn", "recovered_by") if record.get(name)]
        return reconcile_records.overdue(record, [world.executions.execution(arn) for arn in arns], limits, now)
    there = "reported" in record and world.reports.holds(str(record["reported"]))
    return reconcile_records.unreported(record, now, there=there)


def _not_anchored(service: str, world: World) -> list[Seen]:
    """Compare HEAD with the bucket. One that moved meanwhile is for the next look."""
    head = world.ledger.head(service)
    if head is None or world.reports.has(chain.anchor_of(head).key) or world.ledger.head(service) != head:
        return []
    return [reconcile_records.not_anchored(head)]
