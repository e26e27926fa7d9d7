"""Lifecycle policies: images that came back from ECR's archive, and the parts of indexes in a rule that counts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from landfall.aws import ecr
from landfall.errors import StepError
from landfall.images import lifecycle
from landfall.images.lifecycle import Doomed
from landfall.images.stored import Listed
from tests.unit.images.lifecycles import COUNT, NOW, image, policy, rule


def restored(**more: Any) -> Listed:
    """Return an image that was pushed 400 days ago, archived, and restored two days ago, as ECR tells of it."""
    days = {"imagePushedAt": 400, "lastArchivedAt": 50, "lastActivatedAt": 2}
    times = {name: NOW - timedelta(days=ago) for name, ago in days.items()}
    return ecr._listed({"imageDigest": "restored", "imageTags": ["x"], "imageStatus": "ACTIVE", **times, **more})


def doomed(one: dict[str, Any], *images: Listed, parts: Any = None) -> dict[str, Doomed]:
    """Return what a policy of one rule takes, by digest."""
    return {each.digest: each for each in lifecycle.doomed(lifecycle.read(policy(one)), images, parts or {})}


def test_a_restored_image_is_as_old_as_its_restoration() -> None:
    """Else the finding would say "already due" of an image that ECR keeps for 88 days more."""
    for one in (rule(1, number=90), rule(1, "sinceImagePulled", 90, action="transition")):
        assert doomed(one, restored())["restored"].due == NOW + timedelta(days=88)
    pulled = restored(lastRecordedPullTime=NOW - timedelta(days=60))
    assert doomed(rule(1, "sinceImagePulled", 90), pulled)["restored"].due == NOW + timedelta(days=88)
    pulled = restored(lastRecordedPullTime=NOW - timedelta(days=1))
    assert doomed(rule(1, "sinceImagePulled", 90), pulled)["restored"].due == NOW + timedelta(days=89)


def test_a_restored_image_counts_as_new() -> None:
    """A rule that counts images takes those that came first."""
    found = doomed(rule(1, COUNT, 1), restored(), image("later", 90, "y"))
    assert {digest: each.pushes for digest, each in found.items()} == {"restored": 1, "later": 0}


@pytest.mark.parametrize(("status", "there"), [("ACTIVE", True), ("ARCHIVED", False), ("ACTIVATING", False)])
def test_an_image_that_is_on_its_way_back_can_not_be_pulled_yet(status: str, there: bool) -> None:
    """A restoration takes minutes (ECR user guide, "Archiving an image")."""
    assert (restored(imageStatus=status).archived_at == "") is there


def test_the_parts_of_an_index_are_not_counted() -> None:
    """With one platform and one attestation each, a rule for two images would otherwise seem to take the second."""
    images = (
        image("new", 1, "b", index=True),
        image("part of new", 1.1),
        image("old", 2, "a", index=True),
        image("part of old", 2.1),
    )
    parts = {"new": ("part of new",), "old": ("part of old",)}
    found = doomed(rule(1, COUNT, 2), *images, parts=parts)
    assert {digest: each.pushes for digest, each in found.items()} == {"new": 2, "old": 1}
    orphans = doomed(rule(1, COUNT, 1), *images[1:], parts=parts)
    assert {digest: each.pushes for digest, each in orphans.items()} == {"part of new": 1, "old": 0}


def test_a_unit_that_is_not_known_is_no_policy_that_is_understood() -> None:
    """Read as days, hours would be a finding that comes too late."""
    with pytest.raises(StepError, match="'hours' is not one of days"):
        lifecycle.read(policy(rule(1, countUnit="hours")))
    assert lifecycle.read(policy(rule(1, countUnit="days")))
