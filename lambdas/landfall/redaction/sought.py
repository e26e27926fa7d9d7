"""Finds the places where a pattern can match, so that it need not be tried everywhere.

A pattern with many alternatives would be tried at each place of a text, nearly always without a match. A look-up of
words costs a hundredth of that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from landfall.text.lazy_pattern import Later

_RUN = Later(r"\w+")
_SAME = (("\u0130", "i"), ("\u0131", "i"), ("\u017f", "s"), ("\u212a", "k"))
"""Characters that Python's matcher equates with i, s and k when it ignores case, but `str.lower` does not."""


@lru_cache(maxsize=8)
def folded(text: str) -> str:
    """Return a text in lower case, character by character."""
    if not text.isascii():
        for other, same in _SAME:
            text = text.replace(other, same)
    return text.lower()


def holds(text: str, needed: Iterable[str]) -> bool:
    """Say whether a text holds one of some lower-case words, in any case."""
    plain = folded(text)
    for word in needed:  # noqa: SIM110  a generator would cost more than the search
        if word in plain:
            return True
    return False


def letters(words: Iterable[str]) -> frozenset[str]:
    """Return the beginnings of labels, for `places`: their first two letters, or one letter and what can join it."""
    found = set()
    for word in words:
        plain = folded(word)
        first, _, rest = plain.partition(" ")
        found |= {first[:2]} if len(first) > 1 else {first, f"{first}_", first + rest[:1]}
    return frozenset(found)


def places(text: str, begins: frozenset[str]) -> Sequence[int]:
    """Return the places where words begin with one of these letters, in order."""
    index = _index(text)
    found = begins & index.keys()
    return sorted(place for each in found for place in index[each]) if found else ()


@dataclass(frozen=True)
class Look:
    """A pattern, and lower-case words. Every match contains one of them."""

    pattern: str
    needs: tuple[str, ...]

    def matches(self, text: str) -> Iterator[re.Match[str]]:
        """Yield the matches in a text."""
        return compiled(self.pattern).finditer(text) if holds(text, self.needs) else iter(())

    def found_in(self, text: str) -> bool:
        """Say whether it matches anywhere in a text."""
        return holds(text, self.needs) and compiled(self.pattern).search(text) is not None


def look(pattern: str, *needs: str) -> Look:
    """Make a look of a pattern. Without `needs`, the pattern must consist of words, which are then needed."""
    return Look(pattern, needs or (folded(re.sub(r"\\(b|\W)", lambda m: m[1].strip("b"), pattern)),))


@lru_cache(maxsize=1024)
def compiled(pattern: str) -> re.Pattern[str]:
    """Return a compiled pattern. It is compiled only when needed, which most never are."""
    return re.compile(pattern)


@lru_cache(maxsize=8)
def _index(text: str) -> Mapping[str, list[int]]:
    """Return the places where words begin, by their first two letters."""
    found: dict[str, list[int]] = {}
    plain = folded(text)
    for run in _RUN.finditer(plain):
        start = run.start()
        found.setdefault(plain[start : min(start + 2, run.end())], []).append(start)
    return found
