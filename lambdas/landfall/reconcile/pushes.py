"""Did the newest push of a release start a deployment?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from landfall.builds import build_watch
from landfall.images import image_tags
from landfall.images.image_tags import Tag, TagForm
from landfall.images.stored import Listed
from landfall.model import Outcome
from landfall.naming import TIME, whole_seconds
from landfall.reconcile.findings import Kind, Looked, Seen, Start

KINDS = frozenset({Kind.PUSH_NOT_DEPLOYED, Kind.PUSH_NOT_READ})
STARTED_WITHIN = timedelta(days=1)
"""An older push is never started: it may be older than Landfall, so a person must decide."""
BY = "reconciler"
_SKEW = timedelta(hours=1)


@dataclass(frozen=True)
class Pushed:
    """An image with its tags that name a release, the plainest first. Without such a tag it is not a release."""

    image: Listed
    tags: tuple[Tag, ...]


def read(images: Iterable[Listed], form: TagForm) -> list[Pushed]:
    """Read the tags of a repository's images, oldest push first. Raises StepError if that takes too long."""
    listed = sorted(images, key=lambda image: (image.pushed_at, image.digest))
    tags = iter(image_tags.read([tag for image in listed for tag in image.tags], form))
    return [Pushed(image, _plainest_first([next(tags) for _ in image.tags])) for image in listed]


def newest(pushed: Iterable[Pushed]) -> Pushed | None:
    """Return the release that was pushed last. The images must be in the order of their pushes."""
    return next((each for each in reversed(list(pushed)) if each.tags), None)


def requests_since(image: Listed) -> str:
    """Return a lower bound for the ids of requests that were made after a push."""
    return (datetime.fromisoformat(image.pushed_at) - _SKEW).strftime(TIME)


def assess(
    service: str,
    pushed: Pushed,
    since: Iterable[Mapping[str, Any]],
    now: datetime,
    grace: timedelta,
    *,
    deployed_before: bool,
) -> Seen | None:
    """Return the finding for a push without a record, with the execution that would fix it; None within the grace.

    `since` are the records of requests that may have been made after the push. If there is one, the push is not
    started, since it would replace a newer request by an older image. `deployed_before` says whether Landfall has ever
    deployed to the service. If not, the images may be older than Landfall.
    """
    image, tag, since = pushed.image, pushed.tags[0], list(since)
    at = datetime.fromisoformat(image.pushed_at)
    # the index of images may lag behind these records
    if now - at < grace or any(record.get("image_digest") == image.digest for record in since):
        return None
    named = f"commit {tag.commit}" if tag.commit else f"tag {tag.text}"
    what = f"{named} ({image.digest}) was pushed at {image.pushed_at}, and no deployment of it was ever recorded"
    newer = [r for r in since if _requested_at(r) > image.pushed_at and r.get("outcome") != Outcome.REJECTED]
    if newer:
        return Seen(
            Kind.PUSH_NOT_DEPLOYED,
            image.digest,
            f"{what}; not started, since {newer[-1]['deployment_id']} was requested later",
        )
    if now - at > STARTED_WITHIN:
        return Seen(Kind.PUSH_NOT_DEPLOYED, image.digest, f"{what}; not started, since the push is more than a day old")
    if not deployed_before:
        return Seen(
            Kind.PUSH_NOT_DEPLOYED, image.digest, f"{what}; not started, since {service} was never deployed by Landfall"
        )
    why = f"no deployment of this image began within {grace.total_seconds():.0f} s of its push"
    start = Start(
        *build_watch.request_of_push(service, tag.text, image.digest, pushed_at=image.pushed_at, by=BY, why=why),
    )
    return Seen(Kind.PUSH_NOT_DEPLOYED, image.digest, what, start)


def looked(*seen: Seen | None) -> Looked:
    """Return the look with these findings."""
    return Looked(KINDS, tuple(each for each in seen if each))


def _plainest_first(tags: Iterable[Tag]) -> tuple[Tag, ...]:
    """Order the tags that name a release: first a full commit, then the longest part of one, then tags without one."""
    readable = [tag for tag in tags if tag.readable]
    return tuple(sorted(readable, key=lambda t: (not image_tags.is_full(t.text), -len(t.commit), t.text)))


def _requested_at(record: Mapping[str, Any]) -> str:
    """Return the time of a request in whole seconds, as ECR gives the time of a push."""
    return whole_seconds(str(record.get("requested_at", ""))) + "Z"
