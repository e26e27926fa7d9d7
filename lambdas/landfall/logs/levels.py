"""Decides whether a log line is an error.

If a line has a level, only the level counts. A line without a level is an error if it looks like one: the first line of
a stack trace, or a typical message of a failing program.
"""

from __future__ import annotations

from landfall.logs import error_looks, level_in_json, level_in_text, line_prefixes
from landfall.text.lazy_pattern import Later

_LOOKED_AT = 4000
"""How many characters of a line are searched for a level or an error."""
_ANSI = Later(r"(?:\x1b|\^\[|\\u001[bB]|\\x1[bB]|\\033|#033)\[[\d;]{0,20}[A-Za-z]")
"""Colour codes, as sent to terminals, and as log forwarders escape them."""
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
