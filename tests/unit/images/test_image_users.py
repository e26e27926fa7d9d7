"""Who needs an image, in the ways in which other clean-up tools were wrong: each case is from a public report."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import timedelta

import pytest

from landfall.images import removable
from landfall.images.image_tags import TagForm
from landfall.images.removable import Repository
from landfall.images.stored import Listed
from landfall.ledger import image_uses, needed_images
from landfall.ledger.image_uses import Account, Definition, Known, User
from tests.support import builders as b
from tests.unit.images.names import NEWEST, NOW, TAG, URI, digest, image

COPY = f"{b.FAMILY}:9"
BY_DIGEST = Definition("theirs:1", True, (f"{URI}@{digest(1)}",))


def kept(
    images: Iterable[Listed],
    *definitions: Definition,
    users: Iterable[User] = (),
    parts: Mapping[str, tuple[str, ...]] | None = None,
) -> list[bool]:
    """Say of each image whether it is kept. One more is there, the newest release."""
    known = (*images, NEWEST)
    account = Account({each.arn: each for each in definitions}, tuple(users))
    uses = image_uses.uses(account, Known((), ()), known, URI)
    rows = removable.judge(Repository(known, parts or {}), uses, {}, TagForm(), NOW - timedelta(days=14))
    gone = {row.digest: row.removable for row in rows}
    return [not gone[each.digest] for each in known[:-1]]


@pytest.mark.parametrize(
    "registry",
    [
        "123456789012.dkr.ecr.eu-west-1.amazonaws.com",
        "123456789012.dkr.ecr-fips.eu-west-1.amazonaws.com",
        "123456789012.dkr-ecr.eu-west-1.on.aws",
        "123456789012.dkr-ecr-fips.eu-west-1.on.aws",
    ],
)
def test_a_revision_without_a_service_counts_by_each_name_of_the_registry(registry: str) -> None:
    """Scheduled tasks have none (devopsbox-io/aws-ecr-cleaner#6; ECR user guide, dual-stack and FIPS endpoints)."""
    assert kept([image(1, TAG)], Definition("cron:1", True, (f"{registry}/shop:{TAG}",))) == [True]
    assert kept([image(1, TAG)], Definition("cron:1", True, (f"{registry}/other:{TAG}",))) == [False]


def test_a_digest_counts_whatever_the_tag_beside_it_means_now() -> None:
    """awslabs/ecr-cleanup-lambda#44: what was named by digest was deleted."""
    both = [image(1), image(2, TAG)]
    assert kept(both, Definition("theirs:1", True, (f"{URI}:{TAG}@{digest(1)}",))) == [True, False]


def test_an_inactive_revision_counts_while_a_service_names_it() -> None:
    """A service that is scaled to 0 goes on with it (ECS developer guide, deregistering a task definition)."""
    inactive = Definition("theirs:1", False, BY_DIGEST.images)
    assert kept([image(1, TAG)], inactive, users=[User("service c/theirs", "theirs:1", False)]) == [True]
    assert kept([image(1, TAG)], inactive) == [False]


def test_what_belongs_to_a_kept_image_is_kept_however_deep() -> None:
    """An index in an index with its platform, and the signature of a signature (snok/container-retention-policy#97)."""
    there = [image(1, TAG, index=True), image(2, index=True), image(3), *(_of(n, n - 1) for n in (11, 12))]
    there[3] = _of(11, 1)
    parts = {digest(1): (digest(2),), digest(2): (digest(3),)}
    assert kept(there, BY_DIGEST, parts=parts) == [True] * 5
    assert kept(there, parts=parts) == [False] * 5


def _of(number: int, subject: int) -> Listed:
    return image(number, artifact=True, subject=digest(subject))


@pytest.mark.parametrize("ended", ["?", "[]", '{"baseline": 3}', "{}", json.dumps({"baseline": {"restore_to": COPY}})])
def test_a_revision_of_a_record_that_can_not_be_read_counts_as_somebody_elses(ended: str) -> None:
    """The copy of the baseline is Landfall's own only where the record says so; otherwise its image stays."""
    record = {"deployment_id": "one", "outcome": "ROLLED_BACK", "task_definition": "a", "restored_to": "b"}
    known = Known((), (), {"one": {**record, "ended": ended}})
    copy, release = (Definition(arn, True, BY_DIGEST.images, "one") for arn in (COPY, "a"))
    assert list(image_uses.registered_by({**record, "ended": ended}))[:2] == ["a", "b"]
    assert image_uses.is_own(copy, known) is (COPY in ended)
    assert image_uses.is_own(release, known)


def test_drills_do_not_use_up_the_releases_to_keep() -> None:
    """Ten drills go between two images; the others of the last releases stay, too."""
    records = [{"image_digest": digest(n % 2)} for n in range(20)] + [{"image_digest": digest(n)} for n in range(2, 9)]
    assert {record["image_digest"] for record in needed_images.kept(records, 5)} == {digest(n) for n in range(5)}
