"""The reconciler's reads for its looks at one service. Each look is independent: a failing look hides no other.

A look reads ECS or ECR first and then the ledger, and between two reads of the lock (reconcile/under_way.py).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import islice

from landfall.aws.ecs import DESCRIBE_TASKS_LIMIT
from landfall.change import task_definition
from landfall.ledger import drills, needed_images
from landfall.proof.observed import TaskView
from landfall.reconcile import drills_overdue as reconcile_drills
from landfall.reconcile import expiring_images as reconcile_expiring
from landfall.reconcile import live_revision as reconcile_live
from landfall.reconcile import pushes as reconcile_pushes
from landfall.reconcile import stopping_tasks as reconcile_dying
from landfall.reconcile import untagged_images as reconcile_unread
from landfall.reconcile.findings import Kind, Looked
from landfall.settings import Limits, Service
from landfall.steps.reconciling import reconcile_pauses, reconcile_record_reads
from landfall.steps.reconciling.reconcile_shared import Shared

Look = Callable[[], Looked]


def of_service(service: Service, shared: Shared) -> Mapping[str, Look]:
    """Return the looks at a configured service, by their names."""
    return {
        "pushes": partial(pushes, service, shared),
        "how long images are kept": partial(expiring, service, shared),
        "what is live": partial(live, service, shared),
        "what died": partial(dying, service, shared),
        "what waits": lambda: reconcile_pauses.looked(service, shared.view(), shared.world, {}),
        **({"drills": partial(drilled, service, shared)} if service.drill else {}),
        **of_records(service.limits, shared),
    }


def of_records(limits: Limits, shared: Shared) -> Mapping[str, Look]:
    """Return the look at records, the only one for requests to services that are not configured."""
    return {"records": partial(reconcile_record_reads.records, limits, shared)}


def pushes(service: Service, shared: Shared) -> Looked:
    """Look at the newest release, and at later pushes. The list of images is read first."""
    world = shared.world
    pushed = reconcile_pushes.read(shared.images(service.repository), service.tags)
    grace = timedelta(seconds=world.settings.reconciler.push_grace_seconds)
    unread = reconcile_unread.assess(pushed, service.tags, service.name, world.now(), grace)
    last = reconcile_pushes.newest(pushed)
    if last is None or _deployed(last.image.digest, shared):
        return reconcile_pushes.looked(unread)
    since = world.ledger.since(service.name, reconcile_pushes.requests_since(last.image))
    before = world.ledger.head(service.name) is not None
    seen = reconcile_pushes.assess(service.name, last, since, world.now(), grace, deployed_before=before)
    return reconcile_pushes.looked(seen, unread)


def expiring(service: Service, shared: Shared) -> Looked:
    """Look at the repository's lifecycle policy, at the running image, and at the images for a rollback.

    If the policy takes nothing soon, this makes one call. It reads the tasks if the live revision names an image by its
    tag.
    """
    world = shared.world
    policy, view = world.registry(service.repository).lifecycle_policy(), shared.view()
    if policy is None:
        return Looked(frozenset())  # the look at pushes reports that
    images = shared.images(service.repository)
    if view is None or view.primary is None or not reconcile_expiring.takes_any(policy, images, world.now()):
        return Looked(reconcile_expiring.KINDS)
    template, _ = world.ecs(service.name).task_definition(view.primary.task_definition)
    running = tuple[TaskView, ...]()
    if task_definition.unpinned(template):
        running = world.ecs(service.name).tasks("RUNNING")
        shared.pacing.owe(2 * math.ceil(len(running) / DESCRIBE_TASKS_LIMIT))
    proven = needed_images.kept(world.ledger.proven(service.name), service.keep_releases)
    uses = needed_images.of_service(template, running, shared.unfinished, proven)
    needed = reconcile_expiring.Needed(policy, images, {}, uses)
    looked = reconcile_expiring.assess(needed, service.repository, world.now())
    if looked.seen or running:  # an index holds its parts, and a task may report a part of one
        needed = replace(needed, parts=world.registry(service.repository).parts(images))
        looked = reconcile_expiring.assess(needed, service.repository, world.now())
    return looked


def live(service: Service, shared: Shared) -> Looked:
    """Look at the PRIMARY deployment in ECS, then at the ledger."""
    view = shared.view()
    missing = reconcile_live.missing(view, service)
    if missing or view is None:
        return missing or Looked(reconcile_live.MISSING)
    undecided = Looked(reconcile_live.MISSING)
    if shared.under_way():
        return undecided
    name = view.primary.task_definition if view.primary else ""
    template, tags = shared.world.ecs(service.name).task_definition(name) if name else ({}, {})
    looked = reconcile_live.assess(view, template, tags, shared.last_change)
    return looked if shared.undisturbed() else undecided


def dying(service: Service, shared: Shared) -> Looked:
    """Look at the stopped tasks of a service without a deployment under way."""
    view, undecided = shared.view(), Looked(frozenset())
    if view is None or shared.under_way():
        return undecided
    stopped = shared.world.ecs(service.name).tasks("STOPPED", most=reconcile_dying.MOST_READ)
    shared.pacing.owe(2 * math.ceil(len(stopped) / DESCRIBE_TASKS_LIMIT))
    revision = view.primary.task_definition if view.primary else ""
    raised = any(f.open and (f.kind, f.subject) == (Kind.RELEASE_DYING, revision) for f in shared.known)
    looked = reconcile_dying.assess(view, stopped, shared.last_change, shared.world.now(), raised=raised)
    return looked if shared.undisturbed() else undecided


def drilled(service: Service, shared: Shared) -> Looked:
    """Look at the last drill of a service that has drills."""
    newest = list(islice(shared.world.ledger.newest_first(service.name, drills.NEWEST), drills.NEWEST))
    return reconcile_drills.assess(service, newest, shared.last_change, shared.world.now())


def _deployed(digest: str, shared: Shared) -> bool:
    """Say whether an image was ever deployed. It searches the latest deployments first."""
    if any(record.get("image_digest") == digest for record in shared.newest):
        return True
    return shared.world.ledger.any_of_image(shared.service, digest) is not None
