"""Compares commits the way tools show them: whole, shortened, or at the end of what `git describe` says.

Which bytes run is proven by the image's digest; a shortened commit is enough to say which release answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from landfall.text.later import Later

SHORTEST = 7
"""Hex digits that a commit is shortened to at most: what `git rev-parse --short` gives in a small repository."""
DIGITS = rf"[0-9a-f]{{{SHORTEST},40}}"
"""The pattern of a commit that is named by all its 40 hex digits, or by the first of them."""
FULL = Later(r"[0-9a-f]{40}")
"""A commit by all its digits."""
NAMED = Later(DIGITS)
_HEX = Later(rf"{DIGITS}|[0-9a-f]{{64}}")
"""Git names a commit by 40 digits, in repositories of the newer kind by 64."""
_DESCRIBED = Later(rf".*[-+.]g({DIGITS})", re.DOTALL)
"""`v1.2.3-5-gabc1234` (git describe), `1.2.4.dev5+gabc1234` (setuptools_scm). With `-dirty` it is no commit."""


def same(one: str, other: str) -> bool:
    """Say whether two texts name one commit: one begins with the other, by at least 7 hex digits, in any case.

    Texts that are no commits are the same where they are equal.
    """
    if one == other:
        return True
    short, whole = sorted((_bare(one), _bare(other)), key=len)
    return bool(short) and whole.startswith(short)


def agreed(several: Iterable[str]) -> str:
    """Return the longest of several names of one commit, nothing where they name more than one, or none is given."""
    names = sorted(several, key=lambda name: len(_bare(name)))
    return names[-1] if names and all(same(name, names[-1]) for name in names) else ""


def _bare(text: str) -> str:
    """Return the hex digits of a commit in lower case, nothing where the text holds none."""
    lower = text.strip().lower()
    described = _DESCRIBED.fullmatch(lower)
    hexadecimal = described[1] if described else lower
    return hexadecimal if _HEX.fullmatch(hexadecimal) else ""
