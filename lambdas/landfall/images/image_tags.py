"""The tags of an image: which name a release, and which commit they hold.

A commit is written in at least 7 of its 40 hex digits: what `git rev-parse --short` gives, and what most tools put into
a tag. Which tags hold one a service's settings say; all 40 digits alone are always such a tag.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from landfall.commit import FULL, NAMED, same
from landfall.errors import StepError
from landfall.text import pattern

TAG_LIMIT = 128
"""Characters of a tag (OCI distribution specification, "Pulling manifests")."""
GROUP = "commit"
"""The name of the group of a tag's pattern that holds the commit. A pattern with one group needs no name for it."""


@dataclass(frozen=True)
class TagForm:
    """Which tags name a release. `pattern` is of the whole tag; without one only the 40 digits of a commit do.

    With a `label`, which is an image's annotation or label that holds the commit, the pattern needs no group for it.
    `ignored` is the pattern of tags that are no releases on purpose.
    """

    pattern: str | None = None
    label: str | None = None
    ignored: str | None = None


@dataclass(frozen=True)
class Tag:
    """A tag as a service's form reads it. `commit` is empty for one that names a release, but not its commit.

    Of a tag that is not `readable`, `commit` is the text that stands where the commit should be.
    """

    text: str
    readable: bool
    commit: str = ""


def is_full(text: str) -> bool:
    """Say whether it is a commit with all its digits."""
    return FULL.fullmatch(text) is not None


def is_commit(text: str) -> bool:
    """Say whether it is a commit, or the beginning of one that is long enough to mean it."""
    return NAMED.fullmatch(text) is not None


def distinct(found: Iterable[str]) -> list[str]:
    """Return the commits that differ, each with as many digits as it is found with."""
    longest: list[str] = []
    for each in sorted(set(found), key=lambda text: (-len(text), text)):
        if not any(same(each, known) for known in longest):
            longest.append(each)
    return longest


def read(tags: Iterable[str], form: TagForm) -> list[Tag]:
    """Read tags by a service's form, all in one go. Raises StepError where its pattern takes too long."""
    texts = list(tags)
    unread = [text for text in texts if not is_full(text) and len(text) <= TAG_LIMIT]
    held = dict(zip(unread, _held(form.pattern, unread), strict=True))
    return [_read(text, held.get(text), labelled=bool(form.label)) for text in texts]


def of_tags(tags: Iterable[Tag]) -> list[str]:
    """Return the commits that an image's tags hold: those with all their digits, where any has them."""
    found = distinct(tag.commit for tag in tags if tag.readable and tag.commit)
    return [each for each in found if is_full(each)] or found


def ignored(tags: Iterable[str], form: TagForm) -> frozenset[str]:
    """Return the tags that are no releases on purpose. Raises StepError as `read` does."""
    texts = [tag for tag in tags if len(tag) <= TAG_LIMIT]
    return frozenset(t for t, held in zip(texts, _held(form.ignored, texts), strict=True) if held is not None)


def _read(text: str, held: str | None, *, labelled: bool) -> Tag:
    if is_full(text):
        return Tag(text, readable=True, commit=text)
    if held is None:
        return Tag(text, readable=False)
    if labelled and not is_commit(held):
        return Tag(text, readable=True)
    return Tag(text, readable=is_commit(held), commit=held)


def _held(expression: str | None, texts: list[str]) -> list[str | None]:
    if not expression or not texts:
        return [None] * len(texts)
    try:
        return pattern.full_matches(expression, texts, GROUP)
    except TimeoutError as error:
        raise StepError(f"tags can't be read by {expression!r}: {error}; make it simpler in services.toml") from error
