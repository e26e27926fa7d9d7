"""Patterns that are compiled at their first use. There are hundreds, and a cold start needs few of them."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any

Replacement = str | Callable[[re.Match[str]], str]


class Later:
    """A pattern like that of `re.compile`, but compiled at its first use.

    Raises re.error then, not when it is defined.
    """

    def __init__(self, pattern: str, flags: int = 0) -> None:
        self.pattern, self._flags = pattern, flags

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """Return the compiled pattern."""
        return re.compile(self.pattern, self._flags)

    def search(self, text: str, at: int = 0, to: int = sys.maxsize) -> re.Match[str] | None:
        """Search from position `at` to `to`, or to the end."""
        return self.compiled.search(text, at, to)

    def match(self, text: str, at: int = 0) -> re.Match[str] | None:
        """Match there."""
        return self.compiled.match(text, at)

    def fullmatch(self, text: str, at: int = 0, to: int = sys.maxsize) -> re.Match[str] | None:
        """Match the text from `at` to `to`, or the whole text."""
        return self.compiled.fullmatch(text, at, to)

    def findall(self, text: str) -> list[Any]:
        """Return every match: its text, or the text of its groups."""
        return self.compiled.findall(text)

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """Yield every match."""
        return self.compiled.finditer(text)

    def sub(self, replacement: Replacement, text: str, count: int = 0) -> str:
        """Replace every match, or the first `count`."""
        return self.compiled.sub(replacement, text, count)
