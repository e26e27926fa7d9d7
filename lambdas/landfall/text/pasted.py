"""Text that people paste into a request, made plain: what can't be seen is taken out, what would break a line stays.

The caller refuses what is left and is no text (`is_text`). Categories are Unicode's (Unicode Standard Annex 44); what
joins emoji is in Unicode Technical Standard 51, where joiners belong in words in Unicode Standard Annex 31.
"""

from __future__ import annotations

import re
import unicodedata

from landfall.text.later import Later

ZWNJ, ZWJ = "\u200c", "\u200d"
_VISIBLE_FORMATS = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd")
"""Format characters that are signs to be seen (Unicode's Prepended_Concatenation_Mark)."""
_FLAG = Later("\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{1,6}\U000e007f")
"""The flag of a part of a country: a black flag, tags that can't be seen, and their end."""
_REFUSED = frozenset({"Cc", "Cs", "Zl", "Zp"})


def plain(text: str) -> str:
    """Return the text with plain blanks and without what can't be seen.

    Any blank becomes ASCII's, a tab too. Format characters go: direction marks, overrides and isolates, which can make
    a text look like another; soft hyphens, zero-width blanks and byte-order marks; tags. Kept are the joiners inside
    emoji and words that need them, and the flags that are made of tags.
    """
    parts = re.split(f"({_FLAG.pattern})", _spaced(text))
    return "".join(part if _FLAG.fullmatch(part) else _plain(part) for part in parts)


def typed(text: str) -> str:
    """Return the text, plain, without the blanks and line breaks around it, which `$(cat …)` and tables leave there."""
    return plain(text).strip(" \r\n")


def is_text(text: str) -> bool:
    """Say whether it holds neither control characters nor line breaks, nor halves of a surrogate pair."""
    return not any(unicodedata.category(each) in _REFUSED for each in text)


def _spaced(text: str) -> str:
    return "".join(" " if each == "\t" or unicodedata.category(each) == "Zs" else each for each in text)


def _plain(text: str) -> str:
    seen = [each for each in text if each in (ZWJ, ZWNJ) or not _is_unseen(each)]
    return "".join(each for at, each in enumerate(seen) if each not in (ZWJ, ZWNJ) or _joins(seen, at))


def _is_unseen(each: str) -> bool:
    return unicodedata.category(each) == "Cf" and each not in _VISIBLE_FORMATS


def _joins(text: list[str], at: int) -> bool:
    """Say whether a joiner stands between two signs that it can join: emoji, or letters and their marks."""
    if not 0 < at < len(text) - 1:
        return False
    before, after = text[at - 1], text[at + 1]
    if text[at] == ZWJ and _is_pictograph(before) and _is_pictograph(after):
        return True
    return all(unicodedata.category(each)[0] in "LM" and each > "\u0590" for each in (before, after))


def _is_pictograph(each: str) -> bool:
    """Say whether it is of an emoji: a symbol, one that this Python does not know yet, or what modifies one."""
    return unicodedata.category(each) in ("So", "Sk", "Cn") or each in "\ufe0f\u20e3"
