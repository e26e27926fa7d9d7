"""The pages on the local AWS, with real releases: a good one, a bad one, and somebody who changes a record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from local.pages import pages
from local.stage.landfall_stage import Stage, commit, staged
from tests.browser.local_releases import A_RELEASE, UNHURRIED, tampered
from tests.browser.opening import Opened, expect, opened
from tests.e2e import laws

pytestmark = [pytest.mark.browser, pytest.mark.long]

SERVICE = "watched"


@dataclass(frozen=True)
class Served:
    """The local AWS, and the address of its pages."""

    stage: Stage
    address: str

    def push(self, name: str, **image: Any) -> Any:
        """Push a release. Return the deployment that it starts."""
        sha, before = commit(f"{SERVICE} {name}"), datetime.now(UTC)
        self.stage.push(SERVICE, sha, **image)
        return self.stage.started_by_push(SERVICE, sha, before)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Start the local AWS with Landfall, and its pages."""
    state = tmp_path_factory.mktemp("aws")
    with staged(state, (SERVICE,), overrides={SERVICE: UNHURRIED}) as stage, pages(stage) as address:
        yield Served(stage, address)


def _quick(page: Any) -> None:
    """Let a page ask every second."""
    page.evaluate("document.getElementById('main').setAttribute('hx-trigger', 'every 1s')")
    page.evaluate("htmx.process(document.getElementById('main'))")


def test_a_release_lands_a_bad_one_is_taken_back_and_a_changed_record_is_seen(served: Served, chromium: Any) -> None:
    """Without a reload the pages follow a good release and a bad one; then the evidence names the changed record."""
    live = opened(chromium, served.address, viewport={"width": 1440, "height": 900})
    expect(live.locator("h1")).to_have_text("The service is not proven live.")
    good = _follows(served, chromium, live, ("SUCCEEDED", "proven live", "It was proven live"))
    expect(live.locator(".state.proven")).to_be_visible(timeout=A_RELEASE)
    expect(live.locator("h1")).to_have_text("The service is proven live.")
    expect(live.locator(".now.none")).to_be_visible()

    # one that crashes at once is over before the page asks again
    bad = _follows(served, chromium, live, ("ROLLED_BACK", "rolled back", "It did not stay"), fault="unhealthy")
    expect(live.locator(".state.proven")).to_have_text("proven again", timeout=A_RELEASE)
    expect(live.locator(".now")).to_contain_text("did not stay")
    assert bad.locator(".lane .bad").inner_text().startswith("Rollout")
    assert "What changed against" in bad.locator("#changes").inner_text()
    _adds_up(good)

    tampered(served.stage, SERVICE, str(good.deployment))
    evidence = opened(chromium, f"{served.address}evidence")
    expect(evidence.locator("h1")).to_have_text("One chain is broken.")
    assert evidence.locator(".broken").count() == 1
    for page in (live, good.page, bad.page, evidence):
        assert page.said == []
        assert all(url.startswith(served.address) for url in page.asked)


@dataclass(frozen=True)
class Followed:
    """The page of a deployment that was followed to its end."""

    page: Opened
    deployment: str

    def locator(self, selector: str) -> Any:
        """Return a part of the page."""
        return self.page.locator(selector)


def _follows(served: Served, chromium: Any, live: Opened, ends: tuple[str, str, str], **image: Any) -> Followed:
    """Push a release and follow it: on the first page, and from there on its own page to its end.

    `ends` are the outcome, its word on the page, and how the headline begins.
    """
    outcome, word, headline = ends
    follower = served.push(outcome, **image)
    moving = live.locator("a[href*='/deployment/']").filter(has_text=commit(f"{SERVICE} {outcome}")[:7])
    expect(moving.first).to_be_visible(timeout=A_RELEASE)
    page = opened(chromium, moving.first.evaluate("link => link.href"), viewport={"width": 390, "height": 900})
    _quick(page)
    expect(page.locator(".badges .state")).to_have_text(word, timeout=A_RELEASE)
    expect(page.locator("h1")).to_contain_text(headline)
    laws.hold(served.stage, served.stage.ended(follower, SERVICE, A_RELEASE / 1000), SERVICE, outcome)
    return Followed(page, page.url.rpartition("/")[2])


def _adds_up(followed: Followed) -> None:
    """Where the seconds went: the parts fill the bar, whatever the local AWS says of the times of tasks."""
    sizes = "all => all.map(rect => [+rect.getAttribute('x'), +rect.getAttribute('width')])"
    bars = followed.page.eval_on_selector_all(".seconds rect", sizes)
    assert sum(bars[-1]) == pytest.approx(1000, abs=3)
    assert sum(wide for _, wide in bars) == pytest.approx(1000, abs=2 * len(bars))
