"""Names of images, and the time of these tests."""

from __future__ import annotations

from datetime import UTC, datetime

NOW = datetime(2026, 6, 1, tzinfo=UTC)
URI = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop"


def digest(n: int) -> str:
    """Return the n-th digest."""
    return f"sha256:{n:064x}"
