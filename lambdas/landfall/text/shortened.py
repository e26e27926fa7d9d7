"""Shortens a text, and shows that it was shortened."""

from __future__ import annotations

CUT = "…"


def shortened(text: str, limit: int) -> str:
    """Return a text of `limit` characters at most; a longer one ends in `…`."""
    return text if len(text) <= limit else text[: limit - 1] + CUT
