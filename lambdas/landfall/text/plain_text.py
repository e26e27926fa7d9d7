"""Cleans text that people paste into a request: removes invisible characters, but keeps line breaks.

The caller refuses a result that is not one line of text (`is_text`). Sources: Unicode Standard Annex 44 (categories),
Unicode Technical Standard 51 (joiners in emoji), Unicode Standard Annex 31 (joiners in words).
"""

from __future__ import annotations

import re
import unicodedata

from landfall.text.lazy_pattern import Later

ZWNJ, ZWJ = "\u200c", "\u200d"
_VISIBLE_FORMATS = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd")
"""Format characters that are visible (Unicode's Prepended_Concatenation_Mark)."""
_FLAG = Later("\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{1,6}\U000e007f")
"""The flag of a region: a black flag, invisible tags, and their end."""
_REFUSED = frozenset({"Cc", "Cs", "Zl", "Zp"})


def plain(text: str) -> str:
    """Return the text with ASCII blanks and without invisible characters.

    Every blank and tab becomes an ASCII blank. Format characters are removed: direction marks, overrides and isolates,
    which can make a text look different; soft hyphens, zero-width blanks, byte-order marks and tags. Joiners inside
    emoji and words that need them are kept, and flags that consist of tags.
    """
    parts = re.split(f"({_FLAG.pattern})", _spaced(text))
    return "".join(part if _FLAG.fullmatch(part) else _plain(part) for part in parts)


def typed(text: str) -> str:
    """Return the cleaned text without surrounding blanks and line breaks, which `$(cat …)` and tables leave there."""
    return plain(text).strip(" \r\n")


def is_text(text: str) -> bool:
    """Say whether a text holds no control characters, line breaks or halves of a surrogate pair."""
    return not any(unicodedata.category(each) in _REFUSED for each in text)


def _spaced(text: str) -> str:
    return "".join(" " if each == "\t" or unicodedata.category(each) == "Zs" else each for each in text)


def _plain(text: str) -> str:
    seen = [each for each in text if each in (ZWJ, ZWNJ) or not _is_unseen(each)]
    return "".join(each for at, each in enumerate(seen) if each not in (ZWJ, ZWNJ) or _joins(seen, at))


def _is_unseen(each: str) -> bool:
    return unicodedata.category(each) == "Cf" and each not in _VISIBLE_FORMATS


def _joins(text: list[str], at: int) -> bool:
    """Say whether a joiner is between two characters that it can join: emoji, or letters and their marks."""
    if not 0 < at < len(text) - 1:
        return False
    before, after = text[at - 1], text[at + 1]
    if text[at] == ZWJ and _is_pictograph(before) and _is_pictograph(after):
        return True
    return all(unicodedata.category(each)[0] in "LM" and each > "\u0590" for each in (before, after))


def _is_pictograph(each: str) -> bool:
    """Say whether a character is part of an emoji: a symbol, one that this Python doesn't know yet, or a modifier."""
    return unicodedata.category(each) in ("So", "Sk", "Cn") or each in "\ufe0f\u20e3"
