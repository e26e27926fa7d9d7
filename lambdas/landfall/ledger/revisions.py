"""The audit of a family's revisions: for each, commit, digest, when, who, outcome; what nobody knows is UNKNOWN (N3).

A revision's commit is what its tag says, else what the ledger says of it. What an image's tag or the container's
environment says is no evidence: either can be anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from landfall.change.task_definition import ROLE_RELEASE, TAG_DEPLOYMENT, TAG_ROLE, TAG_SHA
from landfall.images.stored import Listed
from landfall.migration import migration, migration_words
from landfall.model import PROVEN, UNKNOWN

KEPT = 10
"""Proven releases whose images a rollback may need: `landfall rollback` again and again goes back one by one."""
NO = "no"

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Revision:
    """A revision as ECS describes it. `image` is that of the service's container."""

    arn: str
    status: str
    image: str
    registered_at: str
    registered_by: str
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Return family and number."""
        return self.arn.rpartition("/")[2]

    @property
    def digest(self) -> str:
        """Return the digest it names; empty for one that names a tag, which is no promise of any bytes."""
        return self.image.partition("@")[2]


@dataclass(frozen=True)
class Row:
    """What is known of a revision."""

    revision: str
    status: str
    commit: str
    digest: str
    registered_at: str
    registered_by: str
    requested_by: str
    outcome: str
    deployment_id: str
    role: str
    live: str
    in_ecr: str
    migration: str = UNKNOWN


@dataclass(frozen=True)
class Problem:
    """Something that must not be."""

    code: str
    what: str


def rows(
    revisions: Iterable[Revision], records: Iterable[Record], images: Iterable[Listed], live: str
) -> tuple[Row, ...]:
    """Return what is known of each revision. `records` are newest first, `live` is the revision that is."""
    known, there = list(records), {image.digest for image in images}
    return tuple(_row(revision, known, there, live) for revision in revisions)


def _row(revision: Revision, known: list[Record], there: set[str], live: str) -> Row:
    released, tags = _released(revision, known), _own_tags(revision, known)
    record = released or _by_id(tags.get(TAG_DEPLOYMENT), known) or {}
    digest = revision.digest or str((released or {}).get("image_digest") or "")
    return Row(
        revision=revision.name,
        status=revision.status,
        commit=tags.get(TAG_SHA) or str((released or {}).get("git_sha") or UNKNOWN),
        digest=digest or UNKNOWN,
        registered_at=revision.registered_at or UNKNOWN,
        registered_by=revision.registered_by or UNKNOWN,
        requested_by=str(record.get("asked_by") or record.get("requested_by") or UNKNOWN),
        outcome=_outcome(record),
        deployment_id=str(record.get("deployment_id") or tags.get(TAG_DEPLOYMENT) or UNKNOWN),
        role=tags.get(TAG_ROLE) or UNKNOWN,
        live="yes" if revision.arn == live else NO,
        in_ecr=UNKNOWN if not digest else "yes" if digest in there else NO,
        migration=migration_words.short(migration.read(record)) if record else UNKNOWN,
    )


def _released(revision: Revision, known: list[Record]) -> Record | None:
    """Return the record of the release that it is of: the first to name it, since a later one only proved it again."""
    return next((r for r in reversed(known) if r.get("task_definition") == revision.arn), None)


def _by_id(deployment_id: str | None, known: list[Record]) -> Record | None:
    return next((r for r in known if deployment_id and r.get("deployment_id") == deployment_id), None)


def _own_tags(revision: Revision, known: list[Record]) -> Mapping[str, str]:
    """Return its tags, unless they were copied from another revision: a release's deployment knows which is its own."""
    record = _by_id(revision.tags.get(TAG_DEPLOYMENT), known) or {}
    own = record.get("task_definition") or revision.arn
    is_copy = revision.tags.get(TAG_ROLE) == ROLE_RELEASE and own != revision.arn
    return {} if is_copy else revision.tags


def _outcome(record: Record) -> str:
    return str(record.get("outcome") or "OPEN") if record else UNKNOWN


def needed(records: Iterable[Record], live_digest: str) -> dict[str, str]:
    """Return the digests of images a rollback may need, each with what for: what runs, and the last proven releases."""
    found = {live_digest: "it runs now"} if live_digest else {}
    for record in records:
        if record.get("outcome") not in PROVEN:
            continue
        if len(found) == KEPT:
            break
        found.setdefault(str(record["image_digest"]), f"proven by {record['deployment_id']}")
    return found


def problems(records: Iterable[Record], images: Iterable[Listed], live_digest: str) -> tuple[Problem, ...]:
    """Find tags of commits that moved, and images that a rollback needs and that are gone, or will go."""
    known, listed = list(records), {image.digest: image for image in images}
    tags = {tag: image.digest for image in listed.values() for tag in image.tags}
    found = []
    for sha, digest in {str(r.get("git_sha")): str(r.get("image_digest")) for r in known if _built(r)}.items():
        if tags.get(sha, digest) != digest:
            what = f"tag {sha} is {tags[sha]} in ECR now; the ledger recorded {digest}"
            found.append(Problem("TAG_MOVED", what))
    for digest, why in needed(known, live_digest).items():
        if digest not in listed:
            found.append(Problem("IMAGE_MISSING", f"{digest} is not in ECR, and a rollback may need it: {why}"))
        elif not listed[digest].tags:
            what = f"{digest} has no tag any more, so the lifecycle policy lets it expire: {why}; tag it again"
            found.append(Problem("IMAGE_UNTAGGED", what))
    return tuple(found)


def _built(record: Record) -> bool:
    return UNKNOWN not in (record.get("git_sha", UNKNOWN), record.get("image_digest", UNKNOWN))
