"""What differs between two deployments of a service: the earlier is `before`, the later `after`.

It compares what was recorded and what AWS still has. What is not known is said in `unknown`, and is no difference.
Values of environment variables and secrets are in no part of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from landfall.chain import Record
from landfall.change import revision_difference
from landfall.change.revision_difference import Field, Revision
from landfall.images.commit_details import NOTHING, WHOLE, Told
from landfall.images.stored import Manifest
from landfall.ledger.deployment_record import seconds
from landfall.model import UNKNOWN
from landfall.redaction import redacted

Relation = Literal["same", "ahead", "behind", "apart", "unknown"]
"""How `after`'s commit stands to `before`'s; `apart` if neither contains the other."""


@dataclass(frozen=True)
class Known:
    """What is known of one deployment: its record, and what could be read besides. None for what could not."""

    record: Record
    said: Told = NOTHING
    manifest: Manifest | None = None
    revision: Revision | None = None
    report: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Side:
    """One of the two deployments."""

    deployment_id: str
    outcome: str
    git_sha: str
    subject: str
    image_digest: str
    task_definition: str
    ended_at: str
    seconds: int | None


@dataclass(frozen=True)
class Commits:
    """The commits that `after` adds and removes, newest first, as far as the builds list them."""

    relation: Relation
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Image:
    """Compressed bytes and layers of both images, and the part of `after` that `before` does not have.

    None where ECR no longer has a manifest of both. Of an index it is the platform's that ran, where that is known.
    """

    bytes_before: int
    bytes_after: int
    layers_before: int
    layers_after: int
    new_layers: int
    new_bytes: int


@dataclass(frozen=True)
class Pair:
    """A thing that both may have: a check's state, a setting, a state's seconds. None where one does not have it."""

    name: str
    before: str | int | float | None
    after: str | int | float | None


@dataclass(frozen=True)
class Difference:
    """What differs. Lists hold only what differs, but for `durations`, which holds every state."""

    service: str
    before: Side
    after: Side
    commits: Commits
    same_image: bool
    image: Image | None
    task_definition: tuple[Field, ...]
    settings: tuple[Pair, ...]
    checks: tuple[Pair, ...]
    durations: tuple[Pair, ...]
    unknown: tuple[str, ...]


def difference_of(before: Known, after: Known) -> Difference:
    """Return what differs between two deployments of one service."""
    one, other = _side(before), _side(after)
    same_image = one.image_digest == other.image_digest != UNKNOWN
    image = None if same_image else _image(before.manifest, after.manifest)
    revisions = before.revision and after.revision
    return Difference(
        service=str(after.record["service"]),
        before=one,
        after=other,
        commits=commits(before.said, after.said, one.git_sha, other.git_sha),
        same_image=same_image,
        image=image,
        task_definition=_task_definition(before.revision, after.revision),
        settings=_pairs(_settings(before.record), _settings(after.record)),
        checks=_pairs(_checks(before.record), _checks(after.record)),
        durations=_both(_durations(before.report), _durations(after.report)),
        unknown=tuple(
            what
            for what, is_known in (
                ("the commits between them: the builds do not list them", before.said.sha and after.said.sha),
                ("the images' layers: ECR has no manifest of both, or the platform is not known", same_image or image),
                ("the task definitions: a revision is missing", revisions),
                ("the durations of the states: a report is missing", before.report and after.report),
            )
            if not is_known
        ),
    )


def commits(before: Told, after: Told, sha_before: str, sha_after: str) -> Commits:
    """Return the commits between two, by what their builds list. A list may be cut: what is missing is not told."""
    if sha_before == sha_after != UNKNOWN:
        return Commits("same")
    if not (before.sha and after.sha):
        return Commits("unknown")
    old, new = (before.sha, *before.ancestors), (after.sha, *after.ancestors)
    added, removed = _without(new, old), _without(old, new)
    if before.sha in new:
        return Commits("ahead", added)
    if after.sha in old:
        return Commits("behind", (), removed)
    if before.history == after.history == WHOLE:
        return Commits("apart", added, removed)
    return Commits("unknown")


def _without(several: Sequence[str], others: Iterable[str]) -> tuple[str, ...]:
    known = set(others)
    return tuple(each for each in several if each not in known)


def _side(known: Known) -> Side:
    record = known.record

    def of(name: str) -> str:
        return str(record.get(name) or UNKNOWN)

    return Side(
        deployment_id=of("deployment_id"),
        outcome=str(record.get("outcome") or "OPEN"),
        git_sha=of("git_sha"),
        subject=redacted(str(record.get("commit_subject") or known.said.subject)),
        image_digest=of("image_digest"),
        task_definition=of("task_definition"),
        ended_at=of("ended_at"),
        seconds=seconds(record) if record.get("ended_at") else None,
    )


def _image(before: Manifest | None, after: Manifest | None) -> Image | None:
    old, new = _layers(before), _layers(after)
    if old is None or new is None:
        return None
    known = {digest for digest, _ in old}
    fresh = [(digest, size) for digest, size in new if digest not in known]
    return Image(
        bytes_before=sum(size for _, size in old),
        bytes_after=sum(size for _, size in new),
        layers_before=len(old),
        layers_after=len(new),
        new_layers=len(fresh),
        new_bytes=sum(size for _, size in fresh),
    )


def _layers(manifest: Manifest | None) -> list[tuple[str, int]] | None:
    """Return the digest and the compressed size of each layer (OCI image specification, image manifest)."""
    try:
        return [(str(each["digest"]), int(each["size"])) for each in (manifest or {})["layers"]]
    except (KeyError, TypeError, ValueError):
        return None


def _task_definition(before: Revision | None, after: Revision | None) -> tuple[Field, ...]:
    if before is None or after is None:
        return ()
    return revision_difference.without_secrets(revision_difference.between(before, after))


def _settings(record: Record) -> dict[str, Any]:
    """Return how a deployment was to be judged, and how many tasks it asked for."""
    limits = _json(record, "release").get("limits")
    deployment = _json(record, "ended").get("deployment")
    desired = deployment.get("desired_count") if isinstance(deployment, Mapping) else None
    known = {str(k): v for k, v in limits.items()} if isinstance(limits, Mapping) else {}
    return {**known, **({"desired_count": desired} if desired is not None else {})}


def _checks(record: Record) -> dict[str, Any]:
    found = _json(record, "ended").get("checks")
    told = [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []
    return {str(each.get("name")): str(each.get("state")) for each in told}


def _durations(report: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the seconds of each state of the machine, all its looks and the waits between them together."""
    found: dict[str, Any] = {}
    entries = (report or {}).get("timeline")
    for entry in entries if isinstance(entries, list) else ():
        took = entry.get("seconds") if isinstance(entry, Mapping) else None
        if isinstance(took, int | float):
            state = str(entry.get("state"))
            found[state] = round(found.get(state, 0.0) + took, 3)
    return found


def _pairs(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Pair, ...]:
    return tuple(pair for pair in _both(before, after) if pair.before != pair.after)


def _both(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Pair, ...]:
    names = dict.fromkeys([*before, *after])
    return tuple(Pair(name, before.get(name), after.get(name)) for name in names)


def _json(record: Record, name: str) -> Mapping[str, Any]:
    """Return a field that holds JSON; nothing for one that can't be read."""
    try:
        found = json.loads(record[name])
    except (KeyError, TypeError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, Mapping) else {}
