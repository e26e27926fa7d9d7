"""One kind of personal or secret data, however it is known: something that takes it out of a text."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Protocol

from landfall.later import Later
from landfall.linear import Linear
from landfall.redaction import aws

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

    It is only looked for where one of the words that it `needs` is in the text; without any, always. A kind that
    knows its data by its looks alone `spares` AWS's own words.
    """

    name: str
    pattern: Later
    really: Callable[[str], bool] = lambda _: True
    spares: Callable[[str], aws.Spans] = aws.nothing
    needs: tuple[str, ...] = ()

    def redact(self, text: str) -> str:
        """Put a mark in the place of each match."""
        if self.needs and not any(word in text for word in self.needs):
            return text
        own = self.spares(text) if self.pattern.search(text) else ()

        def mark(match: re.Match[str]) -> str:
            keep = match.groupdict().get("keep") or ""
            spared = any(match.start() < end and start < match.end() for start, end in own)
            harmless = spared or not self.really(match.group()[len(keep) :])
            return match.group() if harmless else keep + MARK.format(self.name)

        return self.pattern.sub(mark, text)

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
