"""What a lifecycle policy of ECR takes: which rule is about which image, and when it is due."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from landfall.errors import StepError
from landfall.images import lifecycle
from landfall.images.removable import Standing, Use
from landfall.images.stored import Listed
from landfall.reconcile import expiring_images
from landfall.reconcile.expiring_images import Needed
from tests.unit.images.lifecycles import COUNT, NOW, image, policy, rule

LIVE, BACK = Use(Standing.LIVE, "revision shop:7"), Use(Standing.WAY_BACK, "proven by one")


def taken(*rules: dict[str, Any], images: tuple[Listed, ...], parts: Any = None) -> dict[str, int]:
    """Return which rule takes which image, sooner or later."""
    found = lifecycle.doomed(lifecycle.read(policy(*rules)), images, parts or {})
    return {each.digest: each.rule.priority for each in found}


def test_an_image_is_left_to_the_first_rule_that_its_tags_fit() -> None:
    """Also where that rule spares it: a rule with a greater number never takes it."""
    releases = rule(1, "imageCountMoreThan", 99, tagStatus="tagged", tagPrefixList=["v"])
    images = (image("a", 400, "v1"), image("b", 400, "pr-1"))
    assert taken(rule(9), releases, images=images) == {"a": 1, "b": 9}


@pytest.mark.parametrize(
    ("more", "tags", "fits"),
    [
        ({"tagStatus": "any"}, (), True),
        ({"tagStatus": "untagged"}, (), True),
        ({"tagStatus": "untagged"}, ("v1",), False),
        ({"tagStatus": "tagged", "tagPrefixList": ["v"]}, ("v1",), True),
        ({"tagStatus": "tagged", "tagPrefixList": ["v"]}, (), False),
        ({"tagStatus": "tagged", "tagPrefixList": ["v", "prod"]}, ("v1",), False),
        ({"tagStatus": "tagged", "tagPrefixList": ["v", "prod"]}, ("v1", "prod-1"), True),
        ({"tagStatus": "tagged", "tagPatternList": ["*-sha-*"]}, ("main-sha-1",), True),
        ({"tagStatus": "tagged", "tagPatternList": ["prod"]}, ("prod-1",), False),
        ({"tagStatus": "tagged", "tagPatternList": ["*"]}, ("x",), True),
    ],
)
def test_which_images_a_rule_is_about(more: dict[str, Any], tags: tuple[str, ...], fits: bool) -> None:
    """By tag status, and by every prefix or pattern of the list."""
    assert bool(taken(rule(1, **more), images=(image("a", 1, *tags),))) is fits


def test_what_an_index_names_stays_with_it_and_a_signature_is_left_out() -> None:
    """ECR takes neither before the image that they belong to."""
    images = (image("index", 9, index=True), image("part", 9), image("of", 9, artifact=True, subject="index"))
    assert taken(rule(1), images=images, parts={"index": ("part",)}) == {"index": 1}
    assert taken(rule(1), images=images[1:], parts={"index": ("part",)}) == {"part": 1}


def test_a_rule_counts_from_the_newest_and_counts_what_others_take() -> None:
    """The images of a rule with a smaller number count, although it does not take them."""
    images = tuple(image(name, n, *(("v1",) if name == "b" else ())) for n, name in enumerate("abcd"))
    rules = lifecycle.read(
        policy(rule(1, "imageCountMoreThan", 9, tagStatus="tagged", tagPrefixList=["v"]), rule(2, COUNT, 2))
    )
    found = {each.digest: each.pushes for each in lifecycle.doomed(rules, images, {}) if each.rule.priority == 2}
    assert found == {"a": 2, "c": 0, "d": 0}


def test_archiving_counts_from_the_last_pull_or_else_from_the_push() -> None:
    """And a rule for archived images is about no others."""
    pulled = (NOW - timedelta(days=1)).isoformat()
    images = (image("a", 90, pulled_at=pulled), image("b", 90), image("c", 400, archived_at=pulled))
    archive = rule(1, "sinceImagePulled", 30, action="transition")
    delete = rule(2, "sinceImageTransitioned", 365, storageClass="archive")
    found = lifecycle.doomed(lifecycle.read(policy(archive, delete)), images, {})
    due = {each.digest: ((each.due or NOW) - NOW).days for each in found}
    assert due == {"a": 29, "b": -60, "c": 364}


@pytest.mark.parametrize("text", ["{", "[]", policy({"rulePriority": 1}), policy(rule(1, "sinceFullMoon"))])
def test_a_policy_that_is_not_understood_is_an_error(text: str) -> None:
    """It may delete anything: nobody may say that all is well."""
    with pytest.raises(StepError, match="lifecycle policy"):
        lifecycle.read(text)


def seen(*rules: dict[str, Any], images: tuple[Listed, ...], uses: dict[str, Use], parts: Any = None) -> list[str]:
    """Return what the look sees."""
    needed = Needed(policy(*rules), images, parts or {}, uses)
    return [each.what for each in expiring_images.assess(needed, "shop", NOW).seen]


def test_the_live_image_that_a_rule_by_age_deletes_in_two_days() -> None:
    """A rule of seven days, an image of five days, no newer push: said now, with rule, image and date."""
    (what,) = seen(rule(3), images=(image("sha256:live", 5, "v1"),), uses={"sha256:live": LIVE})
    assert "rule 3" in what
    assert "sha256:live (live: revision shop:7) on 2026-06-03" in what
    (what,) = seen(rule(3), images=(image("sha256:live", 9, "v1"),), uses={"sha256:live": LIVE})
    assert "already due" in what


@pytest.mark.parametrize(
    ("number", "days", "use", "alarm"),
    [(7, 5, LIVE, True), (365, 5, LIVE, False), (90, 85, BACK, True), (90, 60, BACK, False), (90, 65, LIVE, True)],
)
def test_how_long_ahead_is_looked(number: int, days: int, use: Use, alarm: bool) -> None:
    """A month for what runs, a week for the way back: a rule of a year is no alarm on the first day."""
    assert bool(seen(rule(1, number=number), images=(image("a", days),), uses={"a": use})) is alarm


def test_a_rule_that_counts_is_an_alarm_before_the_live_image_is_the_last() -> None:
    """Three pushes that never go live are soon made; the way back moves on with each release."""
    images = tuple(image(name, n) for n, name in enumerate("abcdef"))
    (what,) = seen(rule(1, COUNT, 5), images=images, uses={"d": LIVE, "e": BACK})
    assert "d (live: revision shop:7) after 2 more pushes" in what
    assert "e (" not in what
    assert seen(rule(1, COUNT, 99), images=images, uses={"a": LIVE, "f": BACK}) == []


def test_the_index_of_a_part_that_a_task_reports_is_needed() -> None:
    """A new task pulls the index by its digest: the part alone starts nothing."""
    images = (image("index", 6, index=True), image("part", 6))
    (what,) = seen(rule(1), images=images, uses={"part": LIVE}, parts={"index": ("part",)})
    assert "index (live" in what


def test_a_needed_image_in_the_archive_is_said() -> None:
    """It can't be pulled from there, whatever the policy says."""
    (what,) = seen(images=(image("a", 9, archived_at=NOW.isoformat()),), uses={"a": LIVE})
    assert "is archived since 2026-06-01" in what
