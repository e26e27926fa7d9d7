"""Patterns that are compiled when they are first asked: a step has hundreds, and a cold start needs few of them."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any

Replacement = str | Callable[[re.Match[str]], str]


class Later:
    """What `re.compile` would return, at the first use. Raises re.error there, and not where it is written down."""

    def __init__(self, pattern: str, flags: int = 0) -> None:
        self.pattern, self._flags = pattern, flags

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """Return the pattern itself."""
        return re.compile(self.pattern, self._flags)

    def search(self, text: str, at: int = 0, to: int = sys.maxsize) -> re.Match[str] | None:
        """Search from there to there, or to the end."""
        return self.compiled.search(text, at, to)

    def match(self, text: str, at: int = 0) -> re.Match[str] | None:
        """Match there."""
        return self.compiled.match(text, at)

    def fullmatch(self, text: str, at: int = 0, to: int = sys.maxsize) -> re.Match[str] | None:
        """Match from there to there, or from end to end."""
        return self.compiled.fullmatch(text, at, to)

    def findall(self, text: str) -> list[Any]:
        """Return every match: its text, or that of its groups."""
        return self.compiled.findall(text)

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """Yield every match."""
        return self.compiled.finditer(text)

    def sub(self, replacement: Replacement, text: str, count: int = 0) -> str:
        """Replace every match, or so many."""
        return self.compiled.sub(replacement, text, count)
