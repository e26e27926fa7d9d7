"""Asks the pages as a browser would, without a network."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx

from cli.ui import server
from cli.ui.site import Site

ROOT, PORT = "/token", 8000
HOST = f"127.0.0.1:{PORT}"


def ask(
    site: Site, path: str, method: str = "GET", headers: Mapping[str, str] | None = None, root: str = ROOT
) -> httpx.Response:
    """Return what is answered."""
    app: Any = server.application(site, PORT)

    async def asked() -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{HOST}") as client:
            return await client.request(method, f"{root}{path}", headers=headers)

    return asyncio.run(asked())
