"""Which images may be deleted, over random worlds: the rule of what is needed is written a second time here."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from landfall.images import removable
from landfall.images.image_tags import TagForm
from landfall.images.removable import Repository, Row
from landfall.images.stored import Listed
from landfall.ledger import image_uses
from landfall.ledger.image_uses import Account, Definition, Known, User
from tests.unit.images.names import NOW, URI, digest

WORLDS = 1_000
ARN = "arn:aws:ecs:eu-west-1:123456789012:task-definition/shop:{}"


@dataclass
class Drawn:
    """A random world, as AWS and the ledger would tell it."""

    images: list[Listed] = field(default_factory=list)
    parts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    definitions: dict[str, Definition] = field(default_factory=dict)
    users: list[User] = field(default_factory=list)
    records: list[dict[str, Any]] = field(default_factory=list)
    keep: int = 2

    @property
    def proven(self) -> list[dict[str, Any]]:
        """Return the records of the last `keep` proven images, newest first."""
        found: list[dict[str, Any]] = []
        for record in self.records:
            if record.get("outcome") in ("SUCCEEDED", "NO_CHANGE"):
                if len({r["image_digest"] for r in found} | {record["image_digest"]}) > self.keep:
                    break
                found.append(record)
        return found

    def judged(self) -> tuple[Row, ...]:
        """Return how each image stands by the code that is tested."""
        known = Known(
            tuple(r for r in self.records if "outcome" not in r),
            tuple(self.proven),
            {r["deployment_id"]: r for r in self.records},
        )
        account = Account(self.definitions, tuple(self.users))
        uses = image_uses.uses(account, known, self.images, URI)
        repository = Repository(tuple(self.images), self.parts)
        return removable.judge(repository, uses, {}, TagForm(), NOW - timedelta(days=14))


def drawn(dice: random.Random) -> Drawn:
    """Draw a world: some indexes that share parts, records of every outcome, revisions of ours and of others."""
    world = Drawn(keep=dice.randint(2, 4))
    count = dice.randint(1, 14)
    for n in range(count):
        tags = dice.choice([(), (), (f"{n:040x}",), (f"{n:040x}",), ("latest",) if n == 3 else (), (f"cache-{n}",)])
        pushed = (NOW - timedelta(days=dice.choice([1, 20, 90, 400]), seconds=n)).isoformat()
        pulled = dice.choice(["", "", "", (NOW - timedelta(days=dice.choice([2, 50]))).isoformat()])
        subject = digest(dice.randrange(count)) if dice.random() < 0.15 else ""
        subject = "" if subject == digest(n) else subject
        is_index = not subject and n > 1 and dice.random() < 0.3
        if is_index:
            world.parts[digest(n)] = tuple(digest(dice.randrange(n)) for _ in range(dice.randint(1, 3)))
        world.images.append(
            Listed(digest(n), tags, pushed, artifact=bool(subject), index=is_index, subject=subject, pulled_at=pulled)
        )
    for n in range(dice.randint(0, 7)):
        world.records.append(_record(dice, n, count))
    for n in range(dice.randint(0, 8)):
        tag = dice.choice(world.records)["deployment_id"] if world.records and dice.random() < 0.6 else ""
        name = dice.choice([f"{URI}@{digest(dice.randrange(count))}", f"{URI}:latest", "docker.io/library/nginx:1"])
        images = (name, f"{URI}@{digest(dice.randrange(count))}") if dice.random() < 0.3 else (name,)
        world.definitions[ARN.format(n)] = Definition(ARN.format(n), dice.random() < 0.7, images, tag)
    for n in range(dice.randint(0, 3)):
        revision = dice.choice(list(world.definitions) or [ARN.format(99)])
        reported = (digest(dice.randrange(count)),) if dice.random() < 0.6 else ()
        world.users.append(User(f"user {n}", revision, ours=dice.random() < 0.5, digests=reported))
    return world


def _record(dice: random.Random, n: int, images: int) -> dict[str, Any]:
    record: dict[str, Any] = {"deployment_id": f"d{n}", "image_digest": digest(dice.randrange(images))}
    record["task_definition"] = ARN.format(dice.randrange(8))
    if dice.random() < 0.3:
        record["ended"] = json.dumps({"baseline": {"restore_to": ARN.format(dice.randrange(8))}})
    outcome = dice.choice(["SUCCEEDED", "SUCCEEDED", "ROLLED_BACK", "REJECTED", "NO_CHANGE", None])
    return record | ({"outcome": outcome} if outcome else {})


def needed(world: Drawn) -> set[str]:
    """Return what must never be proposed, by the words of the requirement and by nothing of the product's code."""
    roots = set(_named_directly(world))
    for image in world.images:
        lately = max(filter(None, (image.pushed_at, image.pulled_at))) > (NOW - timedelta(days=14)).isoformat()
        if not image.artifact and (lately or any(len(t) != 40 for t in image.tags)):
            roots.add(image.digest)
    grown = True
    while grown:  # an index with a needed part is pulled by the next task
        above = {index for index, names in world.parts.items() if roots & set(names)} - roots
        roots |= above
        grown = bool(above)
    grown = True
    while grown:  # everything that a needed image is made of, and its signatures
        below = {name for index in roots for name in world.parts.get(index, ())}
        below |= {i.digest for i in world.images if i.subject and i.subject in roots}
        grown = bool(below - roots)
        roots |= below
    return roots


def _named_directly(world: Drawn) -> Iterator[str]:
    latest = next((i.digest for i in world.images if "latest" in i.tags), "")
    ids = {r["deployment_id"]: r for r in world.records}
    wanted = [*(r["task_definition"] for r in world.proven), *(user.revision for user in world.users)]
    for record in world.records:
        if "outcome" not in record:
            yield record["image_digest"]
            wanted.append(record["task_definition"])
    yield from (record["image_digest"] for record in world.proven)
    yield from (each for user in world.users for each in user.digests)
    for arn, definition in world.definitions.items():
        ours = False
        if (by := ids.get(definition.deployment)) is not None and "outcome" in by:
            copy = json.loads(by.get("ended", '{"baseline": {}}'))["baseline"].get("restore_to")
            ours = arn in (by["task_definition"], copy)
        if arn in wanted or (definition.active and not ours):
            for image in definition.images:
                yield image.partition("@")[2] or (latest if image == f"{URI}:latest" else "")


def test_no_needed_image_is_ever_proposed() -> None:
    """Over a thousand random worlds; and most worlds have something to delete, so the rule is not empty."""
    dice, proposing = random.Random(20260601), 0  # noqa: S311  a seed, not a secret
    for number in range(WORLDS):
        world = drawn(dice)
        removable = {row.digest for row in world.judged() if row.removable}
        assert removable & needed(world) == set(), number
        proposing += bool(removable)
    assert proposing > WORLDS / 4


def test_an_index_is_always_deleted_before_its_parts() -> None:
    """ECR refuses to delete a manifest that an index names, so each part comes in a later call than its index."""
    dice = random.Random(7)  # noqa: S311  a seed, not a secret
    for _ in range(WORLDS // 5):
        world = drawn(dice)
        rows = world.judged()
        calls = removable.batches(rows, world.parts, 2)
        place = {digest: n for n, call in enumerate(calls) for digest in call}
        assert place.keys() == {row.digest for row in rows if row.removable}
        assert all(len(call) <= 2 for call in calls)
        assert all(place[i] < place[p] for i, names in world.parts.items() for p in names if {i, p} <= place.keys())


def test_a_revision_in_use_or_of_a_kept_release_is_never_deregistered() -> None:
    """Also not one that somebody else registered, with copied tags or without."""
    dice = random.Random(11)  # noqa: S311  a seed, not a secret
    for _ in range(WORLDS // 5):
        world = drawn(dice)
        ids = {r["deployment_id"]: r for r in world.records}
        known = Known(tuple(r for r in world.records if "outcome" not in r), tuple(world.proven), ids)
        for gone in image_uses.obsolete(Account(world.definitions, tuple(world.users)), known):
            assert gone.deployment in ids
            assert gone.arn not in [user.revision for user in world.users]
            assert gone.arn not in [record["task_definition"] for record in world.proven]
