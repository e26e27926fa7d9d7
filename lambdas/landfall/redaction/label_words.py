"""Reads the label before a place in a text, as words: `user[apiKey]` is user, api, key."""

from __future__ import annotations

from dataclasses import dataclass

from landfall.text.lazy_pattern import Later

_LONGEST = 100
_MARK = "[redacted: "
_BREAKS = ",={}()<\n\t|?!"
"""Characters that end a label."""
_MOST = 8
_SMALL = "a-zß-öø-ÿ\u0100-\u017f"
_WORD = Later(
    r"(?P<skip>%(?:25)?[0-9A-Fa-f]{2}|\\u[0-9a-fA-F]{4}|&(?:quot|amp|#\d{1,3});)"
    rf"|[A-Z]+(?=[A-Z][{_SMALL}])|[A-Z]?[{_SMALL}]+|[A-Z]+|\d+|[^\W\d_A-Z{_SMALL}]+"
)
_JOINS = Later(r"|['\u2019]|\. |\.-|[_.\- ]|\.[_$@]|[\"']?\]?\[[\"']?|[\"']?\]\.?|\\*[\"']\]|->|::|/")
_JOIN_ESCAPED = Later(r"%(?:25)?(?:5[BbDd]|20|2[EeDd])")


@dataclass(frozen=True)
class Label:
    """The words before a place, in lower case, and where each begins. `apart`: a blank precedes the word."""

    words: tuple[str, ...]
    starts: tuple[int, ...]
    apart: tuple[bool, ...]


NONE = Label((), (), ())


def before(text: str, place: int) -> Label:
    """Return the label that ends at a place; a label without words if there is none."""
    first = max(0, place - _LONGEST)
    marked = text.rfind(_MARK, first, place)
    first = text.find("]", marked) + 1 if marked >= 0 else first
    window = text[first:place]
    broken = max(map(window.rfind, _BREAKS)) + 1
    first, window = first + broken, window[broken:]
    if not any(map(str.isalnum, window[-8:])):
        return NONE
    found: list[tuple[str, int, bool]] = []
    end = len(window)
    for token in reversed(list(_WORD.finditer(window))):
        if not _JOINS.fullmatch(window, token.end(), end) or len(found) == _MOST:
            break
        if found and window[token.end() : end] == " ":
            found[-1] = (*found[-1][:2], True)
        end = token.start()
        if token["skip"]:
            if not _JOIN_ESCAPED.fullmatch(token.group()):
                break
        else:
            found.append((token.group().lower(), first + token.start(), False))
    found.reverse()
    return Label(*map(tuple, zip(*found, strict=True))) if found else NONE
