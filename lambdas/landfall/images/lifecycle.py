"""Predicts which images an ECR lifecycle policy takes, and when. Pure.

Source: Amazon ECR user guide, "Automate the cleanup of images by using lifecycle policies" and "Lifecycle policy
properties". All rules are evaluated, then applied by priority, the lowest number first. If an image matches the tags of
a rule, no rule with a greater number takes it, but those rules still count it. A rule with a list of prefixes or
patterns matches an image if each item of the list matches one of its tags. An image that an index names stays as long
as the index, and a rule that counts images leaves it out (seen in ECR's own preview:
github.com/DefangLabs/pulumi-defang/pull/466). An image that was
restored from the archive is as old as its restoration. ECR acts within 24 hours.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from landfall.errors import StepError
from landfall.images.stored import Listed

PUSHED, PULLED, ARCHIVED, COUNT = "sinceImagePushed", "sinceImagePulled", "sinceImageTransitioned", "imageCountMoreThan"
ANY, TAGGED, UNTAGGED = "any", "tagged", "untagged"
ACTIONS = {"expire": "deletes", "transition": "archives"}


@dataclass(frozen=True)
class Rule:
    """One rule. `tags` are patterns with `*`; a prefix is one that ends with `*`. `archived`: for archived images."""

    priority: int
    description: str
    status: str
    tags: tuple[str, ...]
    count: str
    number: int
    action: str
    archived: bool = False

    @cached_property
    def _patterns(self) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(".*".join(map(re.escape, tag.split("*"))), re.DOTALL) for tag in self.tags)

    def fits(self, image: Listed) -> bool:
        """Say whether the rule applies to an image."""
        if bool(image.archived_at) != self.archived:
            return False
        if self.status == UNTAGGED:
            return not image.tags
        every = all(any(each.fullmatch(tag) for tag in image.tags) for each in self._patterns)
        return self.status == ANY or (bool(image.tags) and every)


@dataclass(frozen=True)
class Doomed:
    """An image that a rule takes: at a time, or after so many more pushes of images to which the rule applies."""

    digest: str
    rule: Rule
    due: datetime | None = None
    pushes: int | None = None


def read(text: str) -> tuple[Rule, ...]:
    """Read a policy, the first rule first. Raises StepError for one that this version does not understand."""
    try:
        rules = [_rule(each) for each in json.loads(text)["rules"]] if text else []
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        why = f"{type(error).__name__}: {error}"
        raise StepError(f"can't read the repository's lifecycle policy, so it may delete any image: {why}") from error
    return tuple(sorted(rules, key=lambda rule: rule.priority))


def doomed(rules: Sequence[Rule], images: Collection[Listed], parts: Mapping[str, Collection[str]]) -> list[Doomed]:
    """Return the images that each rule will take, if nothing else is pushed or pulled. `parts` are those of indexes.

    Signatures and attestations are left out: ECR deletes them after the image that they are of.
    """
    there = {image.digest for image in images}
    held = {part for index, names in parts.items() if index in there for part in names}
    free = {image.digest for image in images if image.digest not in held and not image.subject}
    left, found = set(free), list[Doomed]()
    for rule in rules:
        about = [image for image in images if rule.fits(image)]
        counted = [image for image in about if image.digest not in held]
        found += [each for each in _taken(rule, counted) if each.digest in left]
        left -= {image.digest for image in about}
    return found


def _taken(rule: Rule, about: Iterable[Listed]) -> list[Doomed]:
    if rule.count == COUNT:
        newest = sorted(about, key=lambda image: (_came(image), image.digest), reverse=True)
        return [Doomed(image.digest, rule, pushes=max(0, rule.number - n)) for n, image in enumerate(newest)]
    after = timedelta(days=rule.number)
    return [Doomed(image.digest, rule, due=datetime.fromisoformat(_since(rule, image)) + after) for image in about]


def _since(rule: Rule, image: Listed) -> str:
    """Return the time from which a rule counts the days.

    An image that was never pulled counts from its push; one that was not pulled since it was restored, from then.
    """
    pulled = max(image.pulled_at, image.restored_at)
    at = {PUSHED: "", PULLED: pulled, ARCHIVED: image.archived_at}[rule.count]
    return at or _came(image)


def _came(image: Listed) -> str:
    """Return when an image came into the repository: its push, or its restoration from the archive."""
    return image.restored_at or image.pushed_at


def _rule(told: Mapping[str, Any]) -> Rule:
    selection, action = told["selection"], told["action"]["type"]
    status, count = selection["tagStatus"], selection["countType"]
    unit = selection.get("countUnit", "days")
    known = (
        (status, (ANY, TAGGED, UNTAGGED)),
        (count, (PUSHED, PULLED, ARCHIVED, COUNT)),
        (action, tuple(ACTIONS)),
        (unit, ("days",)),
    )
    for value, values in known:
        if value not in values:
            raise ValueError(f"{value!r} is not one of {', '.join(values)}")
    prefixes = [f"{prefix.replace('*', '')}*" for prefix in selection.get("tagPrefixList") or []]
    patterns = [*prefixes, *(selection.get("tagPatternList") or [])]
    archived = selection.get("storageClass", "standard") == "archive"
    description = str(told.get("description") or "")
    number = int(selection["countNumber"])
    return Rule(int(told["rulePriority"]), description, status, tuple(patterns), count, number, action, archived)
