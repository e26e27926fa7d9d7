"""Which worker runs what: the end-to-end tests first, on two local AWSs, and each other file wherever there is room.

Tests that share a local AWS follow one another. A third AWS beside them would be too much for two cores: a good release
that starves there fails like a bad one. With the end-to-end tests last, everything would wait for them.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

ONE = {"test_ways.py", "test_recovery.py", "test_one_at_a_time.py"}
"""The files on the first local AWS: about half of the time that all take."""


def group(path: Path) -> str:
    """Return what is not to be torn apart."""
    if path.parent.name != "e2e":
        return str(path)
    return "e2e one" if path.name in ONE else "e2e two"


class EndToEndFirst(LoadScopeScheduling):  # type: ignore[misc]
    """Hands out whole groups, in the order in which pytest found them."""

    def _split_scope(self, nodeid: str) -> str:
        return group(Path(nodeid.partition("::")[0]))


def in_order(items: list[pytest.Item]) -> None:
    """Put what takes longest first."""
    items.sort(key=lambda item: item.path.parent.name != "e2e")
