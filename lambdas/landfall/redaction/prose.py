"""Decides whether the text after a label is a value, or says something about it: `Required`, `missing-from-request`."""

from __future__ import annotations

import re

from landfall.text.lazy_pattern import Later

_PROSE = frozenset(
    """password token secret key passwd username self this required missing invalid expired expires must minimum
    maximum min not is was are were has have had cannot can can't could couldn't should shall will would empty
    incorrect wrong unknown unset unavailable unauthorized unauthenticated forbidden denied rejected failed
    failure error too only at the a an no none nothing this that these your you it its we please field value
    mismatch malformed unsupported revoked rotated updated changed created deleted disabled enabled optional
    please blank cannot does doesn't did didn't isn't use used using invalid_token accepted valid verified
    loaded provided found absent needs need may might for from to in on of or and with without already still
    never expected got hidden removed supplied given short long weak strong length should-be ok okay present
    active inactive pending unchanged identical matches match doesnt wasn't aren't record records portal list path
redacted filtered masked omitted suppressed sensitive
    size reading refreshing creating creation still destroying modifying complete string""".split()  # noqa: SIM905
)
_LONG = 6
_FIRST_WORD = Later(r"[\"'\\`\[\s]*([^\W\d_]+(?:['\u2019][a-z]+)?)(?:[\s_.,;:!-].*)?[\"'\\`\]\s]*", re.S)


def is_prose(value: str) -> bool:
    """Say whether the text after a label is a statement about it: `Required`, `missing-from-request`."""
    word = _FIRST_WORD.fullmatch(value)
    if word is None or any(map(str.isdigit, value[:24])):
        return False
    return word[1].lower() in _PROSE or (word[1].endswith(("ing", "tion")) and len(word[1]) > _LONG)
