"""Has the deployment of a push already begun, under another tag of the same image?

ECR sends an event for each tag: a push of `v1.2.3` and `sha-abc1234` is two events. If both were deployed, a bad
release would be rolled back twice. A second event of the same tag is allowed: it is a replay, which ends in NO_CHANGE,
or a new try.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from landfall import commit
from landfall.intake.request import BY_PUSH
from landfall.model import UNTOUCHED, Release
from landfall.naming import TIME

WITHIN = timedelta(minutes=10)
"""The most seconds between the tags of one push: a client pushes them in turn, and a job may tag in a later step."""


def since(mine: Release) -> str:
    """Return the lowest id that a deployment of the same push can have."""
    return (datetime.fromisoformat(mine.requested_at) - WITHIN).strftime(TIME)


def begun(mine: Release, records: Iterable[Mapping[str, Any]]) -> str:
    """Return which deployment belongs to the same push; empty if there is none.

    It must be the last one requested: if an image gets a new tag after another release, it is meant to replace that
    release.
    """
    # if a deployment changed nothing, the next tag may deploy the image
    others = [r for r in records if r["deployment_id"] != mine.deployment_id and r.get("outcome") not in UNTOUCHED]
    last = max(others, key=lambda r: (str(r["requested_at"]), str(r["deployment_id"])), default=None)
    # a deployment that the build watch or the reconciler started for a lost push has no tag of its own
    if last is None or last.get("requested_by") != BY_PUSH or last.get("image_digest") != mine.image_digest:
        return ""
    apart = datetime.fromisoformat(mine.requested_at) - datetime.fromisoformat(str(last["requested_at"]))
    if abs(apart) > WITHIN or last.get("reason") == mine.reason or not commit.same(str(last["git_sha"]), mine.git_sha):
        return ""
    return f"{mine.reason} is of image {mine.image_digest}, whose deployment {last['deployment_id']} has begun"
