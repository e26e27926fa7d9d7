"""What all pages share: the environments, the addresses, and how an answer is made."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from cli.exits import Refused
from cli.ui import rendering
from cli.ui.environments import Environment

PAGES = (("Live", ""), ("History", "history"), ("Delivery", "delivery"), ("Evidence", "evidence"))
"""What the navigation names: each page and its path."""
_MAIN = re.compile(r"<main.*</main>", re.DOTALL)
_SEEN = re.compile(r' data-seen="[^"]*"')


@dataclass(frozen=True)
class Site:
    """What all pages share: the environments, the path before every address, and each environment's options."""

    environments: Sequence[Environment]
    root: str
    options: Sequence[str]

    def named(self, name: str) -> Environment:
        """Return an environment. Raises Refused."""
        for each in self.environments:
            if each.name == name:
                return each
        raise Refused("UNKNOWN_ENVIRONMENT", f"there is no environment {name!r} here")

    def options_of(self, environment: Environment) -> str:
        """Return the options by which a command finds an environment."""
        return next(o for each, o in zip(self.environments, self.options, strict=True) if each is environment)

    def services(self) -> list[str]:
        """Return the names of all services, in the order of the settings."""
        return list(dict.fromkeys(s.name for e in self.environments for s in e.cloud.settings.services))


def answer(site: Site, request: Request, template: str, here: str, values: Mapping[str, Any]) -> Response:
    """Return a page, or 204 if the reader already has it in this form."""
    at = datetime.now(UTC)
    common = {"pages": PAGES, "here": here, "at": at, "seen": "", **values}
    html = rendering.page(template, site.root, common)
    seen = _hash(html)
    title = re.search(r"<title>(.*?)</title>", html, re.DOTALL)
    headers = {"X-As-Of": f"{at:%Y-%m-%d %H:%M:%S}", "X-Title": quote(title[1].strip()) if title else ""}
    if request.query_params.get("seen") == seen:
        return Response(status_code=204, headers=headers)
    return HTMLResponse(html.replace(' data-seen=""', f' data-seen="{seen}"', 1), headers=headers)


def _hash(html: str) -> str:
    main = _MAIN.search(html)
    return hashlib.sha256(_SEEN.sub("", main[0] if main else html).encode()).hexdigest()[:16]


def number(request: Request) -> int:
    """Return which page of services is asked for."""
    text = request.query_params.get("page", "1")
    return max(1, int(text)) if re.fullmatch(r"[0-9]{1,6}", text) else 1
