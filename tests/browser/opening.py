"""Opens pages in the browser, and keeps what they ask for and what the browser complains of."""

from __future__ import annotations

from typing import Any

Opened = Any
"""A page of Playwright. `said` is what the browser complained of, `asked` each address that it asked for."""


def opened(chromium: Any, address: str, **options: Any) -> Opened:
    """Open a page in a new window."""
    page = chromium.new_context(**options).new_page()
    page.said, page.asked = [], []
    page.on("console", lambda message: page.said.append(message.text))
    page.on("pageerror", lambda error: page.said.append(str(error)))
    page.on("request", lambda request: page.asked.append(request.url))
    page.goto(address)
    return page


def expect(what: Any) -> Any:
    """Return Playwright's assertions, which wait. It is imported where a browser is there."""
    from playwright.sync_api import expect as expected  # noqa: PLC0415 - it is not installed everywhere

    return expected(what)
