"""The interface of a kind of personal or secret data, and kinds with one pattern."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from landfall.redaction import aws, sought
from landfall.text.lazy_pattern import Later
from landfall.text.linear_search import Linear

MARK = "[redacted: {}]"


class Redacts(Protocol):
    """Removes a kind of data from a text."""

    def redact(self, text: str) -> str:
        """Put a mark in the place of each match."""


class Standard(Redacts, Protocol):
    """A kind of Landfall's own, which the settings can switch off."""

    def without(self, off: Collection[str]) -> Standard | None:
        """Return the rest of it without the kinds of these names; None if nothing is left."""


@dataclass(frozen=True)
class Kind:
    """One kind of data with a pattern. A group named `keep` is kept; `really` can reject a match as harmless.

    It is searched only if one of the words that it `needs` is in the text, in lower case. If every match begins with a
    word, only the beginnings of words are tried: `begins` are the first letters of these words (`sought.letters`). A
    kind that recognises data only by its form `spares` AWS's own words.
    """

    name: str
    pattern: Later
    really: Callable[[str], bool] = lambda _: True
    spares: Callable[[str], aws.Spans] = aws.nothing
    needs: tuple[str, ...] = ()
    begins: frozenset[str] = frozenset()

    def redact(self, text: str) -> str:
        """Put a mark in the place of each match."""
        if self.needs and not sought.holds(text, self.needs):
            return text
        parts: list[str] = []
        own: aws.Spans | None = None
        at = 0
        for match in self.matches(text):
            own = self.spares(text) if own is None else own
            keep = match.groupdict().get("keep") or ""
            spared = any(match.start() < end and start < match.end() for start, end in own)
            if not spared and self.really(match.group()[len(keep) :]):
                parts += (text[at : match.start()], keep, MARK.format(self.name))
                at = match.end()
        return "".join((*parts, text[at:])) if parts else text

    def matches(self, text: str) -> Iterator[re.Match[str]]:
        """Yield the matches, in order."""
        if not self.begins:
            return self.pattern.finditer(text)
        places = sought.places(text, self.begins)
        return self._at(text, places) if places else iter(())

    def _at(self, text: str, places: Iterable[int]) -> Iterator[re.Match[str]]:
        at = 0
        for place in places:
            match = self.pattern.match(text, place) if place >= at else None
            if match:
                yield match
                at = match.end()

    def without(self, off: Collection[str]) -> Kind | None:
        """Return itself, or None."""
        return None if self.name in off else self


class OwnKind:
    """One kind from the settings' patterns. Raises PatternRefused."""

    def __init__(self, name: str, pattern: str) -> None:
        self._name, self._pattern = name, Linear(pattern)

    def redact(self, text: str) -> str:
        """Put a mark in the place of each match."""
        return self._pattern.replaced(text, MARK.format(self._name))
