"""Which images of a repository are needed, and which may be deleted. Pure.

An image is kept if there is a use of it (`Use`), if it is part of a kept image, if it is new, or if its tags don't name
a release, so that Landfall can't judge it. Everything else may be deleted.

Sources: Amazon ECR API reference, ImageDetail and BatchDeleteImage (a manifest that an index names can't be deleted
before the index: ImageReferencedByManifestList); OCI image and distribution specifications (index, subject).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property

from landfall.images import image_tags
from landfall.images.image_tags import TagForm
from landfall.images.stored import Listed
from landfall.text.lazy_pattern import Later

Digests = Mapping[str, Collection[str]]
_REFERRER = Later(r"sha256-(?P<digest>[0-9a-f]{64})(\..+)?")
"""The tag of a signature or attestation (cosign, "Signature Spec"; OCI, "Referrers Tag Schema")."""


class Standing(StrEnum):
    """Why an image is kept, or why nobody needs it."""

    LIVE = "live"
    UNDER_WAY = "under way"
    IN_USE = "in use, not by Landfall"
    WAY_BACK = "way back"
    PART = "part of a kept image"
    NEW = "new"
    NO_RELEASE = "names no release"
    OLD = "deployed before"
    NEVER_DEPLOYED = "never deployed"
    UNTAGGED = "untagged"
    PART_OF_OLD = "part of an old image"


NEEDED = (Standing.LIVE, Standing.UNDER_WAY, Standing.IN_USE, Standing.WAY_BACK)
"""The standings of needed images. The first one that an image has counts."""
REMOVABLE = frozenset({Standing.OLD, Standing.NEVER_DEPLOYED, Standing.UNTAGGED, Standing.PART_OF_OLD})


@dataclass(frozen=True)
class Use:
    """A use of an image: one of NEEDED, and by whom."""

    standing: Standing
    why: str


@dataclass(frozen=True)
class Repository:
    """All images of a repository. `parts` has the digests that each index names, its attestations included."""

    images: tuple[Listed, ...]
    parts: Digests = field(default_factory=dict)

    @cached_property
    def attached(self) -> Mapping[str, Collection[str]]:
        """Return the digests that belong to each image: what an index names, and signatures and attestations."""
        found: dict[str, set[str]] = {digest: set(names) - {digest} for digest, names in self.parts.items()}
        for image in self.images:
            if (subject := subject_of(image)) and subject != image.digest:
                found.setdefault(subject, set()).add(image.digest)
        return found


@dataclass(frozen=True)
class Row:
    """An image and its standing. `deployments` used it, by their ids, the greatest first."""

    digest: str
    tags: tuple[str, ...]
    pushed_at: str
    standing: Standing
    why: str
    deployments: tuple[str, ...] = ()

    @property
    def removable(self) -> bool:
        """Say whether nobody needs it."""
        return self.standing in REMOVABLE


def judge(
    repository: Repository,
    uses: Mapping[str, Use],
    deployed: Mapping[str, tuple[str, ...]],
    form: TagForm,
    newer_than: datetime,
) -> tuple[Row, ...]:
    """Return each image's standing, the newest push first. Raises StepError if a pattern of tags takes too long.

    An image that was pushed or pulled after `newer_than` is new, and so is the newest release: its deployment may be
    about to begin.
    """
    images = {image.digest: image for image in repository.images}
    kept = {**_unjudged(repository.images, form, newer_than), **uses}
    kept = _with_indexes({d: use for d, use in kept.items() if d in images}, repository.parts)
    parts = _with_parts(kept, repository)
    removed = images.keys() - kept.keys() - parts.keys()
    of_removed = {part: d for d in sorted(removed) for part in repository.attached.get(d, ())}

    def row(image: Listed) -> Row:
        use = kept.get(image.digest) or parts.get(image.digest)
        ids = deployed.get(image.digest, ())
        return Row(
            image.digest, image.tags, image.pushed_at, *(_of(use) if use else _unneeded(image, ids, of_removed)), ids
        )

    return tuple(map(row, sorted(images.values(), key=lambda image: (image.pushed_at, image.digest), reverse=True)))


def batches(rows: Iterable[Row], parts: Digests, size: int) -> list[list[str]]:
    """Return the digests that may be deleted, in the order of the calls: an index in a call before its parts."""
    going = {row.digest for row in rows if row.removable}
    depth: dict[str, int] = {}
    layer, level = going - {p for d in going for p in parts.get(d, ()) if p != d}, 0
    while layer:
        depth |= dict.fromkeys(layer, level)
        layer, level = {p for d in layer for p in parts.get(d, ()) if p in going and p != d}, level + 1
    levels = [sorted(d for d, at in depth.items() if at == n) for n in range(level)]
    return [each[at : at + size] for each in levels for at in range(0, len(each), size)]


def parts_of(digests: Collection[str], parts: Digests) -> set[str]:
    """Return all images that indexes name, directly or through other indexes."""
    found, left = set[str](), list(digests)
    while left:
        new = set(parts.get(left.pop(), ())) - found
        found |= new
        left += new
    return found


def _of(use: Use) -> tuple[Standing, str]:
    return use.standing, use.why


def _unneeded(image: Listed, ids: tuple[str, ...], of_removed: Mapping[str, str]) -> tuple[Standing, str]:
    if not image.tags and image.digest in of_removed:
        return Standing.PART_OF_OLD, f"part of {of_removed[image.digest]}"
    if image.digest in of_removed and image.artifact:
        return Standing.PART_OF_OLD, f"of {of_removed[image.digest]}"
    if ids:
        return Standing.OLD, f"last deployed by {ids[0]}"
    if image.tags:
        return Standing.NEVER_DEPLOYED, "no deployment of it is recorded"
    return Standing.UNTAGGED, "no tag, and no kept image names it"


def _unjudged(images: Collection[Listed], form: TagForm, newer_than: datetime) -> dict[str, Use]:
    """Return the images that are kept without a known use: new images, and images whose tags name no release."""
    tags = [tag for image in images for tag in image.tags]
    readable = {tag.text for tag in image_tags.read(tags, form) if tag.readable} - image_tags.ignored(tags, form)
    releases = [i for i in images if not i.artifact and readable.intersection(i.tags)]
    newest = max(releases, key=lambda image: (image.pushed_at, image.digest), default=None)
    found, there = dict[str, Use](), {image.digest for image in images}
    for image in images:
        other = [tag for tag in image.tags if tag not in readable]
        if image.artifact and subject_of(image) not in there:
            found[image.digest] = Use(Standing.NO_RELEASE, "not an image that a task runs, such as a build cache")
        elif other and not image.artifact:
            found[image.digest] = Use(Standing.NO_RELEASE, f"tag {other[0]} names no release, so others may use it")
        elif newest is image:
            found[image.digest] = Use(Standing.NEW, "the newest release in the repository")
        elif new := _new(image, newer_than):
            found[image.digest] = Use(Standing.NEW, new)
    return found


def _new(image: Listed, newer_than: datetime) -> str:
    """Say when the image was pushed or pulled, if that was lately. A signature is as old as its subject."""
    if image.artifact:
        return ""
    for what, at in (("pushed", image.pushed_at), ("pulled", image.pulled_at)):
        if at and datetime.fromisoformat(at) > newer_than:
            return f"{what} at {at}"
    return ""


def _with_indexes(kept: Mapping[str, Use], parts: Digests) -> dict[str, Use]:
    """Add the indexes that name a kept image: a task reports its platform's image, and a new task pulls the index."""
    found, left = dict(kept), True
    while left:
        new = {d: p for d, names in parts.items() if d not in found for p in names if p in found}
        found |= {d: Use(found[p].standing, f"names {p}: {found[p].why}") for d, p in new.items()}
        left = bool(new)
    return found


def _with_parts(kept: Collection[str], repository: Repository) -> dict[str, Use]:
    """Return the parts of kept images, their signatures and attestations included, and what these name."""
    found: dict[str, Use] = {}
    left = list(kept)
    while left:
        whole = left.pop()
        for part in sorted(repository.attached.get(whole, ())):
            if part not in found and part not in kept:
                found[part] = Use(Standing.PART, f"part of {whole}")
                left.append(part)
    return found


def subject_of(image: Listed) -> str:
    """Return the digest of a signature's or attestation's subject, from ECR or from its tag; else an empty text."""
    named = (match.group("digest") for tag in image.tags if (match := _REFERRER.fullmatch(tag)))
    return image.subject or next((f"sha256:{digest}" for digest in named), "")


def days_before(now: datetime, days: int) -> datetime:
    """Return the time that many days before."""
    return now - timedelta(days=days)
