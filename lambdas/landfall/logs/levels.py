"""Whether a line of a log is an error, by what its logger calls it.

A line that tells its level is believed, whatever words are in it. One that tells none is an error where it looks like
one: the first line of a stack trace, or what programs without levels say when they fail.
"""

from __future__ import annotations

from landfall.logs import error_looks, level_in_json, level_in_text, line_prefixes
from landfall.text.later import Later

_LOOKED_AT = 4000
"""Characters of a line in which a level, or what looks like an error, is searched for."""
_ANSI = Later(r"(?:\x1b|\^\[|\\u001[bB]|\\x1[bB]|\\033|#033)\[[\d;]{0,20}[A-Za-z]")
"""Colours, as terminals take them, and as what passes a line on spells them."""
_DEEPEST = 4


def is_error(text: str, depth: int = 0) -> bool:
    """Say whether a line is an error."""
    plain = _ANSI.sub("", text).strip()
    carried = line_prefixes.carried(plain[:_LOOKED_AT])
    if carried and depth < _DEEPEST:
        return is_error(plain[carried:], depth + 1)
    found = level_in_json.told(plain, lambda inner: is_error(inner, depth + 1) if depth < _DEEPEST else False)
    if found is None:
        found = level_in_text.by_text(plain[:_LOOKED_AT])
    return found if found is not None else error_looks.like_an_error(plain[:_LOOKED_AT])
