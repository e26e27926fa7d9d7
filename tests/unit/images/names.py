"""Images of a repository, their names, and the time of these tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from landfall.images.stored import Listed

NOW = datetime(2026, 6, 1, tzinfo=UTC)
LONG_AGO = (NOW - timedelta(days=90)).isoformat()
URI = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop"
TAG = "c" * 40


def digest(n: int) -> str:
    """Return the n-th digest."""
    return f"sha256:{n:064x}"


NEWEST = Listed(digest(99), ("f" * 40,), (NOW - timedelta(days=60)).isoformat())


def image(number: int, *tags: str, **more: Any) -> Listed:
    """Return an image from long ago."""
    return Listed(digest(number), tags, LONG_AGO, **more)
