"""One kind of personal or secret data, however it is known: something that takes it out of a text."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from landfall.redaction import aws, sought
from landfall.text.later import Later
from landfall.text.linear import Linear

MARK = "[redacted: {}]"


class Redacts(Protocol):
    """Takes something out of a text."""

    def redact(self, text: str) -> str:
        """Put a mark in the place of each match."""

    def without(self, off: Collection[str]) -> Redacts | None:
        """Return what is left of it where kinds of these names are left alone; None for nothing."""


@dataclass(frozen=True)
class Kind:
    """One kind of data that has a pattern. A group named `keep` stays; `really` may call a match harmless.

    It is only looked for where one of the words that it `needs` is in the text, in lower case, and, where every match
    is known to begin with a word, only there: `begins` are those words' first letters, as of `sought.letters`. A kind
    that knows its data by its looks alone `spares` AWS's own words.
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
        """Yield what the pattern finds, in order."""
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
    """One kind of a service's own, by a pattern of its settings. Raises PatternRefused."""

    def __init__(self, name: str, pattern: str) -> None:
        self._name, self._pattern = name, Linear(pattern)

    def redact(self, text: str) -> str:
        """Put a mark in the place of each match."""
        return self._pattern.replaced(text, MARK.format(self._name))

    def without(self, off: Collection[str]) -> OwnKind:  # noqa: ARG002
        """Return itself: what is wanted by name is not off."""
        return self
