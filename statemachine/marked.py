"""The part of a page that a command writes. It is between two marks; the rest is not changed."""

from __future__ import annotations


def put_into(page: str, begin: str, end: str, part: str) -> str:
    """Return the page with `part` between its marks. Raises ValueError if there are no marks."""
    before, begun, rest = page.partition(begin)
    _, ended, after = rest.partition(end)
    if not (begun and ended):
        raise ValueError(f"the page has no part between {begin!r} and {end!r}")
    return f"{before}{begin}\n{part}{end}{after}"
