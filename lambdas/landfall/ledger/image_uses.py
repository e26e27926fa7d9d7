"""Who needs which images: what runs, what is under way, where a rollback may go, and what others use. Pure.

A revision that an image is kept for is one that a service or a task uses, one that Landfall did not register, or one of
Landfall's own for the last proven releases. Landfall registered a revision if a record says so: tags can be copied.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from landfall.images import image_name
from landfall.images.removable import NEEDED, Standing, Use
from landfall.images.stored import Listed

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Definition:
    """A revision: the images of all its containers, and the deployment that its tags name."""

    arn: str
    active: bool
    images: tuple[str, ...]
    deployment: str = ""

    @property
    def name(self) -> str:
        """Return family and number."""
        return self.arn.rpartition("/")[2]


@dataclass(frozen=True)
class User:
    """A service or a task that uses a revision. `digests` is what its containers report, if it is a task."""

    who: str
    revision: str
    ours: bool
    digests: tuple[str, ...] = ()


@dataclass(frozen=True)
class Account:
    """What the account has in one region: ACTIVE revisions, those in use, and their users."""

    definitions: Mapping[str, Definition]
    users: tuple[User, ...]


@dataclass(frozen=True)
class Known:
    """What the ledger knows: open records, the last proven releases, and the records that revisions name."""

    open: tuple[Record, ...]
    proven: tuple[Record, ...]
    named: Mapping[str, Record] = field(default_factory=dict)


def registered_by(record: Record) -> Iterator[str]:
    """Yield the revisions that a deployment registered, or could have: its release's, and its copy of the baseline."""
    yield str(record.get("task_definition") or "")
    yield str(record.get("restored_to") or "")
    try:
        baseline = json.loads(str(record.get("ended") or "{}")).get("baseline") or {}
        yield str(baseline.get("restore_to") or "")
    except (ValueError, AttributeError):
        return  # a record that can't be read names none, so the revision counts as somebody else's


def is_own(definition: Definition, known: Known) -> bool:
    """Say whether Landfall registered a revision, as the record says that its tag names."""
    record = known.named.get(definition.deployment)
    return record is not None and ("outcome" not in record or definition.arn in registered_by(record))


def obsolete(account: Account, known: Known) -> tuple[Definition, ...]:
    """Return Landfall's own ACTIVE revisions that nobody uses, and that no proven release to keep names."""
    kept = {*_revisions_kept(known), *(user.revision for user in account.users)}
    return tuple(
        d for arn, d in sorted(account.definitions.items()) if d.active and arn not in kept and _ended(d, known)
    )


def uses(account: Account, known: Known, images: Collection[Listed], uri: str) -> dict[str, Use]:
    """Return the use of each image that somebody needs, the strongest one. `uri` is the repository's."""
    tags = {tag: image.digest for image in images for tag in image.tags}
    repository = image_name.read(uri).repository
    found: dict[str, Use] = {}
    for digest, use in _all(account, known, lambda image: _digest(image, repository, tags)):
        before = found.get(digest)
        if digest and (before is None or NEEDED.index(use.standing) < NEEDED.index(before.standing)):
            found[digest] = use
    return found


def _all(account: Account, known: Known, digest: Any) -> Iterator[tuple[str, Use]]:
    for user in account.users:
        standing = Standing.LIVE if user.ours else Standing.IN_USE
        yield from ((each, Use(standing, user.who)) for each in user.digests)
        yield from _of(account.definitions.get(user.revision), Use(standing, user.who), digest)
    for record in known.open:
        use = Use(Standing.UNDER_WAY, str(record["deployment_id"]))
        yield str(record.get("image_digest", "")), use
        for arn in (*registered_by(record), str(record.get("baseline_task_definition") or "")):
            yield from _of(account.definitions.get(arn), use, digest)
    for record in known.proven:
        use = Use(Standing.WAY_BACK, f"proven by {record['deployment_id']}")
        yield str(record["image_digest"]), use
        yield from _of(account.definitions.get(str(record.get("task_definition"))), use, digest)
    gone = {definition.arn for definition in obsolete(account, known)}
    for arn, definition in account.definitions.items():
        if definition.active and arn not in gone:
            own = is_own(definition, known)
            use = Use(Standing.WAY_BACK if own else Standing.IN_USE, f"revision {definition.name}")
            yield from _of(definition, use, digest)


def _of(definition: Definition | None, use: Use, digest: Any) -> Iterable[tuple[str, Use]]:
    return [(digest(image), use) for image in definition.images] if definition else []


def _digest(image: str, repository: str, tags: Mapping[str, str]) -> str:
    """Return the digest that an image's name means now; empty if it is of another repository.

    A digest counts whatever the registry's name: the same image may be pulled by another name.
    """
    named = image_name.read(image)
    if named.digest:
        return named.digest
    return tags.get(named.tag, "") if named.repository == repository else ""


def _revisions_kept(known: Known) -> Iterator[str]:
    yield from (str(record.get("task_definition")) for record in known.proven)
    for record in known.open:
        yield from registered_by(record)


def _ended(definition: Definition, known: Known) -> bool:
    """Say whether a revision is Landfall's own, of a deployment that is over."""
    return is_own(definition, known) and "outcome" in known.named[definition.deployment]
