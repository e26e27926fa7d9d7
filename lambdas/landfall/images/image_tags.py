"""Reads the tags of an image: which tags name a release, and which commit they contain.

A commit has at least 7 of its 40 hex digits in a tag, as `git rev-parse --short` and most tools write it. The service's
settings say which tags contain a commit. A tag of exactly 40 hex digits always does.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from landfall.commit import FULL, NAMED, same
from landfall.errors import StepError
from landfall.text import timed_search

TAG_LIMIT = 128
"""The most characters of a tag (OCI distribution specification, "Pulling manifests")."""
GROUP = "commit"
"""The name of the pattern's group that holds the commit. A pattern with only one group needs no name."""


@dataclass(frozen=True)
class TagForm:
    """The form of tags that name a release. `pattern` matches the whole tag; without it, only a full commit does.

    `label` is the image's annotation or label that holds the commit; with it, the pattern needs no group.
    `ignored` is the pattern of tags that intentionally are not releases.
    """

    pattern: str | None = None
    label: str | None = None
    ignored: str | None = None


@dataclass(frozen=True)
class Tag:
    """A tag that a service's form has read. `commit` is empty if the tag names a release, but not its commit.

    If the tag is not `readable`, `commit` is the text in the place of the commit.
    """

    text: str
    readable: bool
    commit: str = ""


def is_full(text: str) -> bool:
    """Say whether a text is a full commit id."""
    return FULL.fullmatch(text) is not None


def is_commit(text: str) -> bool:
    """Say whether a text is a commit id, in full or shortened to at least 7 digits."""
    return NAMED.fullmatch(text) is not None


def distinct(found: Iterable[str]) -> list[str]:
    """Return the different commits, each with the most digits found."""
    longest: list[str] = []
    for each in sorted(set(found), key=lambda text: (-len(text), text)):
        if not any(same(each, known) for known in longest):
            longest.append(each)
    return longest


def read(tags: Iterable[str], form: TagForm) -> list[Tag]:
    """Read tags by a service's form, all in one run. Raises StepError if its pattern takes too long."""
    texts = list(tags)
    unread = [text for text in texts if not is_full(text) and len(text) <= TAG_LIMIT]
    held = dict(zip(unread, _held(form.pattern, unread), strict=True))
    return [_read(text, held.get(text), labelled=bool(form.label)) for text in texts]


def of_tags(tags: Iterable[Tag]) -> list[str]:
    """Return the commits in an image's tags: only the full ones, if there are any."""
    found = distinct(tag.commit for tag in tags if tag.readable and tag.commit)
    return [each for each in found if is_full(each)] or found


def ignored(tags: Iterable[str], form: TagForm) -> frozenset[str]:
    """Return the tags that intentionally are not releases. Raises StepError like `read`."""
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
        return timed_search.full_matches(expression, texts, GROUP)
    except TimeoutError as error:
        raise StepError(
            f"can't read the tags with the pattern {expression!r}: {error}; make it simpler in services.toml"
        ) from error
