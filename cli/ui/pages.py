"""The pages: each reads what it shows, asks the views what that means, and renders it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from cli.exits import Refused
from cli.ui import rendering
from cli.ui.environments import Environment, of_each
from cli.ui.reading import deployment as deployment_reading
from cli.ui.reading import evidence as evidence_reading
from cli.ui.reading import history as history_reading
from cli.ui.reading import live as live_reading
from cli.ui.reading.history import Wanted
from cli.ui.reads import MOST
from cli.ui.views import deployment as deployment_view
from cli.ui.views import evidence as evidence_view
from cli.ui.views import history as history_view
from cli.ui.views import live as live_view
from cli.ui.views import needs, words
from landfall.model import Outcome
from landfall.partitions import UNKNOWN_SERVICE

PAGES = (("Live", ""), ("History", "history"), ("Evidence", "evidence"))
"""What the navigation names: each page and its path."""
FILTERS = ("service", "outcome", "commit", "who", "since", "until", "below")
SOON, LATER = 3, 20
"""Seconds until a live page asks again: while something moves, and while nothing does."""
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

    def services(self) -> list[str]:
        """Return the names of all services, in the order of the settings."""
        return list(dict.fromkeys(s.name for e in self.environments for s in e.cloud.settings.services))


def answer(site: Site, request: Request, template: str, here: str, values: Mapping[str, Any]) -> Response:
    """Return a page, or 204 where the reader has seen it as it is."""
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


def live(site: Site, request: Request) -> Response:
    """Show what is live, and what needs somebody now."""
    size, names, page = live_reading.services_of_a_page(len(site.environments)), site.services(), _number(request)
    chosen = names[(page - 1) * size : page * size]
    share = MOST // len(site.environments)
    columns = of_each(site.environments, lambda environment: live_reading.column(environment, chosen, share))
    rows = live_view.rows(columns, chosen)
    cells = [cell for _, of_service in rows for cell in of_service]
    values = {
        "columns": [column.environment for column in columns],
        "rows": rows,
        "needs": needs.of(columns, site.options),
        "headline": live_view.headline(cells),
        "lede": live_view.lede(cells),
        "page": page,
        "more": -(-len(names) // size) if len(names) > size else 0,
        "every": SOON if any(cell.progress or cell.word == "under way" for cell in cells) else LATER,
    }
    return answer(site, request, "live.html.j2", "", values)


def deployment(site: Site, request: Request, environment: str, service: str, name: str) -> Response:
    """Show one deployment, live or past."""
    found = deployment_reading.deployment(site.named(environment), service, name)
    page = deployment_view.page(found)
    values = {
        "found": found,
        "record": found.record,
        "page": page,
        "address": "/".join(map(rendering.segment, (environment, service, name))),
        "every": SOON,
    }
    return answer(site, request, "deployment.html.j2", "history", values)


def history(site: Site, request: Request) -> Response:
    """List deployments, the newest first."""
    given = {name: request.query_params.get(name, "").strip()[:80] for name in FILTERS}
    wanted = Wanted(**given)
    share = MOST // len(site.environments)
    read = of_each(site.environments, lambda environment: history_reading.found(environment, wanted, share))
    below = history_reading.joined(read)
    lines = history_view.lines(read, below)
    looked = sum(page.looked_at for page in read)
    values = {
        "lines": lines,
        "pages_read": read,
        "wanted": wanted,
        "services": [*site.services(), UNKNOWN_SERVICE],
        "outcomes": ["OPEN", *(outcome.value for outcome in Outcome)],
        "several": len(site.environments) > 1,
        "said": f"{words.count(len(lines), 'deployment')} of {looked} that were read, the newest first.",
        "older": urlencode({**given, "below": below}) if below else "",
    }
    return answer(site, request, "history.html.j2", "history", values)


def evidence(site: Site, request: Request) -> Response:
    """Show the newest links of each service's chain."""
    number = _number(request)
    of_page = evidence_reading.services_of_a_page(len(site.environments))
    names = site.services()
    chosen = names[(number - 1) * of_page : number * of_page]
    share = MOST // len(site.environments)
    read = of_each(site.environments, lambda environment: evidence_reading.chains(environment, chosen, share))
    strips = [evidence_view.strip(chain) for chains in read for chain in chains]
    values = {
        "strips": strips,
        "headline": evidence_view.headline(strips),
        "options": {each.name: o for each, o in zip(site.environments, site.options, strict=True)},
        "page": number,
        "more": -(-len(names) // of_page) if len(names) > of_page else 0,
    }
    return answer(site, request, "evidence.html.j2", "evidence", values)


def _number(request: Request) -> int:
    text = request.query_params.get("page", "1")
    return max(1, int(text)) if re.fullmatch(r"[0-9]{1,6}", text) else 1
