"""One AWS (moto) for all tests of the pages, and one story told in it: both take longer than the tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cli.ui.site import Site
from tests.ui import story, world
from tests.ui.world import History


@pytest.fixture(scope="package")
def aws() -> Iterator[History]:
    """Stand in for AWS. Return what Step Functions tells of executions, by their names."""
    history: History = {}
    with world.aws(history):
        yield history


@pytest.fixture(scope="package")
def pages(aws: History) -> Site:
    """Return the site of the story of two environments."""
    return story.site(aws)
