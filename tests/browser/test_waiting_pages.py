"""The pages of what waits for somebody, in a browser: a gate, a sign-off, a migration that hurts the service."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.browser import site
from tests.browser.readable import reads_well
from tests.browser.site import Served
from tests.ui import story

pytestmark = pytest.mark.browser

PLACE = "%20%C2%B7%20eu-west-1/"
"""What follows the name of an environment in the address of a deployment."""
LOOKS = (
    (1440, "dark"),
    (390, "light"),
    pytest.param((1440, "light"), marks=pytest.mark.long),
    pytest.param((390, "dark"), marks=pytest.mark.long),
)
"""Widths and schemes. The default run has each of them once, the long one all pairs."""


@dataclass(frozen=True)
class Paused:
    """The story with deployments that wait for somebody: the path of each page, and the panel that it is about."""

    served: Served
    panels: dict[str, str]


@pytest.fixture(scope="module")
def paused() -> Iterator[Paused]:
    """Serve the story with a canary at a gate, a release that waits for people, and a migration that hurts."""
    with site.served() as running:
        told, history = running.story, running.history
        gate, asked, migrating = (tell(told, history) for tell in (story.at_gate, story.at_sign_off, story.migrating))
        ends = {
            f"production{PLACE}billing/{gate}": "#gates",
            f"staging{PLACE}billing/{asked}": "#sign-off",
            f"production{PLACE}mailer/{migrating}": "#migration",
        }
        yield Paused(running, {"/": ".now", **{f"/deployment/{end}": panel for end, panel in ends.items()}})


@pytest.mark.parametrize("looks", LOOKS, ids=str)
def test_what_waits_fits_and_can_be_read(paused: Paused, chromium: Any, looks: tuple[int, str]) -> None:
    """The panels fit and have no serious finding of axe-core, on the first page, too, which asks people to act."""
    for path, panel in paused.panels.items():
        reads_well(chromium, paused.served, f"{paused.served.root}{path}", looks=looks, panel=panel)
