"""Which worker runs what: the end-to-end tests first, those that synthesise next, each other file where there is room.

Tests that share a local AWS, or a process of CDK's, follow one another on one worker. The end-to-end tests are two
groups, each with a local AWS of its own: they mostly wait, and one after the other they took as long as everything
else on two cores took twice. The longest groups come first, since everything would wait for them. `make test` gives the
end-to-end tests a run of their own (.ci/test); this is the order in one run of all.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

END_TO_END, AND_MORE, SYNTHESISED = "end to end", "end to end, and more", "synthesised"
TURN = {END_TO_END: 0, AND_MORE: 1, SYNTHESISED: 2}
"""What takes longest begins first."""
OF_FIRST = {"test_ways.py", "test_way_back.py", "test_build_watch.py", "test_recovery.py"}
"""The end-to-end tests of the first group: about half of the time that all take. Others are of the second."""


def group(path: Path) -> str:
    """Return what is not to be torn apart."""
    folder = path.parent.name
    if folder == "e2e":
        return END_TO_END if path.name in OF_FIRST else AND_MORE
    if folder == "stacks" or (folder == "contract" and path.name.startswith("test_template_")):
        return SYNTHESISED
    return str(path)


class EndToEndFirst(LoadScopeScheduling):  # type: ignore[misc]
    """Hands out whole groups, in the order in which pytest found them."""

    def _split_scope(self, nodeid: str) -> str:
        return group(Path(nodeid.partition("::")[0]))


def in_order(items: list[pytest.Item]) -> None:
    """Put what takes longest first."""
    items.sort(key=lambda item: TURN.get(group(item.path), len(TURN)))
