"""Was every push followed by a deployment? Of the images tagged with a commit the newest is looked at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from landfall import build_watch
from landfall.aws.ecr import Listed
from landfall.model import Outcome
from landfall.reconcile.findings import Kind, Looked, Seen, Start
from landfall.request import SHA
from landfall.turn import TIME

KINDS = frozenset({Kind.PUSH_NOT_DEPLOYED})
STARTED_WITHIN = timedelta(days=1)
"""A push that nobody missed for longer is for a person to deploy. It may be from before there was Landfall."""
BY = "reconciler"
_SKEW = timedelta(hours=1)


def commit_of(image: Listed) -> str:
    """Return the commit that an image is tagged with; empty where there is none."""
    return min((tag for tag in image.tags if SHA.fullmatch(tag)), default="")


def newest(images: Iterable[Listed]) -> Listed | None:
    """Return the image of a commit that was pushed last."""
    return max(filter(commit_of, images), key=lambda image: (image.pushed_at, image.digest), default=None)


def requests_since(image: Listed) -> str:
    """Return what the ids of requests that were made after a push begin with, or are greater than."""
    return (datetime.fromisoformat(image.pushed_at) - _SKEW).strftime(TIME)


def assess(
    service: str,
    image: Listed,
    since: Iterable[Mapping[str, Any]],
    now: datetime,
    grace: timedelta,
    *,
    deployed_before: bool,
) -> Seen | None:
    """Say what is wrong with a push that no record tells of, and how it is mended; None within the grace.

    `since` are the records of the service that may be of requests made after the push. Where there is one, starting
    this push would put what is older over what somebody asked for later. A service that Landfall never deployed to,
    `deployed_before` says, has images from before there was Landfall.
    """
    pushed = datetime.fromisoformat(image.pushed_at)
    if now - pushed < grace:
        return None
    sha = commit_of(image)
    what = f"commit {sha} ({image.digest}) was pushed at {image.pushed_at}, and no deployment of it was ever recorded"
    newer = [r for r in since if _requested_at(r) > image.pushed_at and r.get("outcome") != Outcome.REJECTED]
    if newer:
        return Seen(
            Kind.PUSH_NOT_DEPLOYED,
            image.digest,
            f"{what}; not started, since {newer[-1]['deployment_id']} was asked for later",
        )
    if now - pushed > STARTED_WITHIN:
        return Seen(Kind.PUSH_NOT_DEPLOYED, image.digest, f"{what}; not started, since that was over a day ago")
    if not deployed_before:
        return Seen(Kind.PUSH_NOT_DEPLOYED, image.digest, f"{what}; not started, since no deployment of {service} was")
    why = f"no deployment of this image began within {grace.total_seconds():.0f} s of its push"
    start = Start(
        *build_watch.request_of_push(service, sha, image.digest, pushed_at=image.pushed_at, by=BY, why=why),
    )
    return Seen(Kind.PUSH_NOT_DEPLOYED, image.digest, what, start)


def looked(seen: Seen | None) -> Looked:
    """Return the look."""
    return Looked(KINDS, (seen,) if seen else ())


def _requested_at(record: Mapping[str, Any]) -> str:
    """In whole seconds, as the push's time is: Step Functions tells more, and sorts after it all the same."""
    return str(record.get("requested_at", ""))[: len("2026-01-01T00:00:00")] + "Z"
