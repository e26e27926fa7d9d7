"""Draws the pictures of docs/ui.md: `make pictures`. They are of the story that the tests in a browser read."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.browser import site
from tests.ui import story

PICTURES = Path(__file__).resolve().parents[2] / "docs" / "pictures"
WIDE, NARROW = {"width": 1440, "height": 1000}, {"width": 390, "height": 900}
WEEKS = 9
"""Of deployments before the story, so that the charts have something to show."""
OF: tuple[tuple[str, str, Any, Any], ...] = (
    ("live", "live", "light", WIDE),
    ("live-dark", "live", "dark", WIDE),
    ("live-390", "live", "light", NARROW),
    ("deployment", "bad", "light", WIDE),
    ("deployment-390", "bad", "dark", NARROW),
    ("under-way", "moving", "dark", WIDE),
    ("good", "good", "light", WIDE),
    ("difference", "difference", "light", WIDE),
    ("difference-390", "difference", "dark", NARROW),
    ("history", "history", "light", WIDE),
    ("delivery", "delivery", "light", WIDE),
    ("delivery-dark", "delivery", "dark", WIDE),
    ("delivery-390", "delivery", "light", NARROW),
    ("evidence", "evidence", "light", WIDE),
    ("at-gate", "at_gate", "light", WIDE),
    ("at-gate-390", "at_gate", "dark", NARROW),
    ("sign-off", "sign_off", "light", WIDE),
    ("sign-off-390", "sign_off", "dark", NARROW),
)
"""Each picture: its name, its page, its scheme, its size."""
LATER: dict[str, tuple[str, Any]] = {
    "at_gate": ("production", story.at_gate),
    "sign_off": ("staging", story.at_sign_off),
}
"""Deployments of `billing` that begin once the pages before were drawn: their environment, and what begins them."""


def main() -> int:
    """Write the pictures. Exits 1 where there is no browser."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - it is not installed everywhere

    path = site.browser_path()
    if path is None:
        sys.stderr.write("there is no Chromium here: apt-get install chromium\n")
        return 1
    PICTURES.mkdir(exist_ok=True)
    with site.served(WEEKS) as served, sync_playwright() as running:
        browser = running.chromium.launch(executable_path=path, args=list(site.SANDBOX))
        places = _places(browser, served.root)
        for name, place, scheme, size in OF:
            if place in LATER and place not in places:  # it changes what the other pages tell of
                environment, tell = LATER[place]
                at = tell(served.story, served.history)
                places[place] = f"{served.root}/deployment/{quote(f'{environment} · eu-west-1')}/billing/{at}"
            page = browser.new_context(viewport=size, color_scheme=scheme).new_page()
            page.goto(places[place])
            page.screenshot(path=PICTURES / f"{name}.png")
            page.context.close()
        browser.close()
    return 0


def _places(browser: Any, root: str) -> dict[str, str]:
    page = browser.new_page()
    page.goto(f"{root}/")
    links = page.eval_on_selector_all("td a[href*='/deployment/']", "all => all.map(each => each.href)")
    page.close()
    of = {name: next(x for x in links if "production" in x and f"/{name}/" in x) for name in ("billing", "records-api")}
    good = next(link for link in links if "staging" in link and "/records-api/" in link).partition("#")[0]
    bad = of["billing"].partition("#")[0]
    service, name = bad.partition("/deployment/")[2].rsplit("/", 1)
    pages = {name: f"{root}/{name}" for name in ("history", "delivery", "evidence")}
    pages["difference"] = f"{root}/diff/{service}?after={name}"
    return {"live": f"{root}/", "bad": bad, "good": good, "moving": of["records-api"], **pages}


if __name__ == "__main__":
    sys.exit(main())
