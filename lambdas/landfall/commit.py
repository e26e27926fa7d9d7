"""Compares commits in the forms that tools show: whole, shortened, or at the end of `git describe`.

A shortened commit is enough to identify the release that answers, since the image's digest proves which bytes run.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from landfall.text.lazy_pattern import Later

SHORTEST = 7
"""The fewest hex digits of a shortened commit: what `git rev-parse --short` prints in a small repository."""
DIGITS = rf"[0-9a-f]{{{SHORTEST},40}}"
"""The pattern of a commit id, in full or shortened."""
FULL = Later(r"[0-9a-f]{40}")
"""A commit id in full."""
NAMED = Later(DIGITS)
_HEX = Later(rf"{DIGITS}|[0-9a-f]{{64}}")
"""A commit id has 40 hex digits, or 64 in a SHA-256 repository."""
_DESCRIBED = Later(rf".*[-+.]g({DIGITS})", re.DOTALL)
"""`v1.2.3-5-gabc1234` (git describe), `1.2.4.dev5+gabc1234` (setuptools_scm). With `-dirty` it is not a commit."""


_BUILT = Later(r"[0-9a-z.-]+\+(?:[0-9a-z-]+\.)*?([0-9a-f]{40}|[0-9a-f]{64})")
"""`1.0.0+<commit>`: build metadata (semver.org, 10), as .NET's SDK writes it since version 8. Only whole: a date of
eight digits looks like a shortened commit."""


def same(one: str, other: str) -> bool:
    """Say whether two texts name the same commit: one begins with the other, with at least 7 hex digits, in any case.

    Texts that are not commits must be equal.
    """
    if one == other:
        return True
    short, whole = sorted((digits(one), digits(other)), key=len)
    return bool(short) and whole.startswith(short)


def agreed(several: Iterable[str]) -> str:
    """Return the longest of several names of one commit; empty if they name different commits, or if there are none."""
    names = sorted(several, key=lambda name: len(digits(name)))
    return names[-1] if names and all(same(name, names[-1]) for name in names) else ""


def digits(text: str) -> str:
    """Return the hex digits of a commit in lower case; empty if the text holds none."""
    lower = text.strip().lower()
    described = _DESCRIBED.fullmatch(lower) or _BUILT.fullmatch(lower)
    hexadecimal = described[1] if described else lower
    return hexadecimal if _HEX.fullmatch(hexadecimal) else ""
