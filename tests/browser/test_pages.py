"""The pages in a browser: they fit, can be read by everybody, ask nobody else, and follow what happens."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser import site
from tests.browser.opening import expect, opened
from tests.browser.readable import WIDTHS, reads_well
from tests.browser.site import Served
from tests.ui import story

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """Serve the story of two environments."""
    with site.served() as running:
        yield running


def paths(chromium: Any, served: Served) -> list[str]:
    """Return one address of each kind of page."""
    page = opened(chromium, f"{served.root}/")
    links = page.eval_on_selector_all("a[href*='/deployment/']", "all => all.map(each => each.href)")
    page.context.close()
    deployments = [next(link for link in links if f"/{name}/" in link) for name in ("records-api", "billing")]
    bad = next(link for link in links if "production" in link and "/billing/" in link)
    place, name = bad.partition("/deployment/")[2].rsplit("/", 1)
    pages = (f"{served.root}/{page}" for page in ("", "history", "delivery", "evidence", f"diff/{place}?after={name}"))
    return [*pages, *deployments, bad]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_each_page_fits_and_can_be_read(served: Served, chromium: Any, width: int, scheme: str) -> None:
    """No sideways scroll, no serious finding of axe-core, no complaint of the browser, no request to anybody else."""
    for address in paths(chromium, served):
        reads_well(chromium, served, address, looks=(width, scheme))


def test_the_keyboard_is_enough(served: Served, chromium: Any) -> None:
    """Tab begins with the way past the navigation; Enter follows a link; each focus can be seen."""
    page = opened(chromium, f"{served.root}/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    for _ in range(3):
        page.keyboard.press("Tab")
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        assert page.evaluate("document.getElementById('main').contains(document.activeElement)")
    page.keyboard.press("Enter")
    page.wait_for_url("**/token/**/*")
    assert page.url != f"{served.root}/"
    page.context.close()


def test_it_works_without_javascript(served: Served, chromium: Any) -> None:
    """The first screen is the server's; links and filters are HTML."""
    page = opened(chromium, f"{served.root}/history", java_script_enabled=False)
    page.select_option("select[name=service]", "billing")
    page.click("button")

    assert "service=billing" in page.url
    assert page.locator("tbody tr").count() == 4
    page.context.close()


def test_a_live_page_follows_and_says_when_it_can_t(served: Served, chromium: Any) -> None:
    """What lands is shown without a reload; a server that is gone makes the page say that it is old."""
    page = opened(chromium, f"{served.root}/")
    assert page.locator(".state.moving").count() == 1
    story.land(served.story.production)
    expect(page.locator(".state.moving")).to_have_count(0, timeout=60_000)
    expect(page.locator("h1")).to_have_text("Five of six places are proven live.")
    assert page.title().startswith("Five of six")
    page.evaluate("document.getElementById('main').setAttribute('hx-trigger', 'every 1s')")
    page.evaluate("htmx.process(document.getElementById('main'))")
    served.stop()
    expect(page.locator("#as-of.old")).to_contain_text("not reached", timeout=60_000)
    page.context.close()
