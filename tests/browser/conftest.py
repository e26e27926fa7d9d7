"""Debian's Chromium, without a window."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser import site


@pytest.fixture(scope="package")
def chromium() -> Iterator[Any]:
    """Return the browser. Tests are skipped with a word where there is none."""
    playwright = pytest.importorskip("playwright.sync_api", reason="the package playwright is not installed")
    path = site.browser_path()
    if path is None:
        pytest.skip("there is no Chromium here: apt-get install chromium")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=path, args=list(site.SANDBOX))
        yield browser
        browser.close()
