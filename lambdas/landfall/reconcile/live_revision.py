"""Does the service still run what Landfall deployed, and is its commit known?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from landfall.change.task_definition import TAG_SHA
from landfall.ledger import service_standing
from landfall.proof.observed import ServiceView
from landfall.reconcile.findings import Kind, Looked, Seen
from landfall.settings import Service

OF_REVISION = frozenset({Kind.LIVE_NOT_RECORDED, Kind.LIVE_WITHOUT_SHA})
KINDS = OF_REVISION | {Kind.SERVICE_MISSING}
MISSING = frozenset({Kind.SERVICE_MISSING})


def missing(view: ServiceView | None, service: Service) -> Looked | None:
    """Return the look if the service does not exist or is not ACTIVE; None if it is."""
    if view is not None and view.status == "ACTIVE":
        return None
    state = view.status if view else "unknown to ECS"
    name = f"{service.cluster}/{service.service}"
    what = f"services.toml names {name}, which is {state}, so nothing can be deployed to it"
    return Looked(KINDS, (Seen(Kind.SERVICE_MISSING, name, what),))


def assess(
    view: ServiceView, template: Mapping[str, Any], tags: Mapping[str, str], last: dict[str, Any] | None
) -> Looked:
    """Compare the PRIMARY deployment with the `last` that changed the service, which must be read after it.

    If no task runs, the revision is not judged. Don't call it while a deployment is under way.
    """
    primary = view.primary
    if primary is None:
        return Looked(MISSING)
    if view.desired == 0 and view.running == 0:
        return Looked(KINDS)
    revision = primary.task_definition
    name, image = revision.rpartition("/")[2], _images(template)
    seen = []
    if last is None or revision not in service_standing.left_by(last):
        left = "Landfall never deployed to this service" if last is None else _left(last)
        what = f"revision {name} ({image}) is live since {primary.created_at or 'an unknown time'}; {left}"
        seen.append(Seen(Kind.LIVE_NOT_RECORDED, revision, what))
    if not tags.get(TAG_SHA):
        what = f"revision {name} ({image}) is live but has no tag {TAG_SHA}, so its commit is not known"
        seen.append(Seen(Kind.LIVE_WITHOUT_SHA, revision, what))
    return Looked(KINDS, tuple(seen))


def _left(last: dict[str, Any]) -> str:
    names = sorted(revision.rpartition("/")[2] for revision in service_standing.left_by(last))
    left = " or ".join(names) or "it to somebody else"
    return f"the last deployment, {last['deployment_id']} ({last['outcome']}), left {left}"


def _images(template: Mapping[str, Any]) -> str:
    images = [str(c.get("image")) for c in template.get("containerDefinitions", [])]
    return ", ".join(image.rpartition("/")[2] for image in images) or "no image"
