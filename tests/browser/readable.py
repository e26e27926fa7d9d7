"""What holds of every page, whatever it shows: it fits, everybody can read it, and it asks nobody else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.browser.opening import opened
from tests.browser.site import Served

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
"""axe-core 4.11.0 as npm has it; MPL 2.0, beside it. It is no part of what is shipped."""
WIDTHS = (1440, 390)
SERIOUS = ("serious", "critical")


def reads_well(chromium: Any, served: Served, address: str, *, looks: tuple[int, str], panel: str = "main") -> None:
    """Assert that a page has the panel that it is read for, no sideways scroll, and no serious finding of axe-core.

    `looks`: its width and its scheme.
    """
    view = {"width": looks[0], "height": 900}
    page = opened(chromium, address, viewport=view, color_scheme=looks[1], reduced_motion="reduce")
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    page.evaluate(AXE)
    found = page.evaluate("axe.run().then(all => all.violations.map(v => [v.impact, v.id, v.nodes[0].html]))")

    assert page.locator(panel).count() == 1, address
    assert (wide, page.said) == (0, []), address
    assert [each for each in found if each[0] in SERIOUS] == [], address
    assert all(url.startswith(f"{served.origin}/") for url in page.asked), address
    page.context.close()
