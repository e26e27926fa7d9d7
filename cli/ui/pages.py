"""The pages. Each reads its data, has the views turn it into words, and renders them."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from cli.ui import rendering
from cli.ui.environments import of_each
from cli.ui.reading import builds as builds_reading
from cli.ui.reading import delivery as delivery_reading
from cli.ui.reading import deployment as deployment_reading
from cli.ui.reading import difference as difference_reading
from cli.ui.reading import evidence as evidence_reading
from cli.ui.reading import history as history_reading
from cli.ui.reading import live as live_reading
from cli.ui.reading.history import Wanted
from cli.ui.reads import MOST
from cli.ui.site import Site, answer, number
from cli.ui.views import delivery as delivery_view
from cli.ui.views import deployment as deployment_view
from cli.ui.views import difference as difference_view
from cli.ui.views import evidence as evidence_view
from cli.ui.views import history as history_view
from cli.ui.views import live as live_view
from cli.ui.views import needs, page_words
from landfall.model import Outcome
from landfall.partitions import UNKNOWN_SERVICE

FILTERS = ("service", "outcome", "commit", "who", "since", "until", "below")
SOON, LATER = 3, 20
"""Seconds until a live page asks again: while a deployment is under way, and otherwise."""
TIMES, USUAL = ("7", "30", "90"), "90"
"""The periods, in days, that the reader can choose for the figures of delivery."""


def live(site: Site, request: Request) -> Response:
    """Show what is live, and what needs somebody now."""
    size, names, page = live_reading.services_of_a_page(len(site.environments)), site.services(), number(request)
    chosen = names[(page - 1) * size : page * size]
    share = MOST // len(site.environments)
    columns = of_each(site.environments, lambda environment: live_reading.column(environment, chosen, share))
    rows = live_view.rows(columns, chosen, builds_reading.live(site.environments, columns))
    cells = [cell for _, of_service in rows for cell in of_service]
    values = {
        "columns": [column.environment for column in columns],
        "rows": rows,
        "needs": needs.of(columns, site.options),
        "unread": [(column.environment, column.alarms.unread) for column in columns if column.alarms.unread],
        "headline": live_view.headline(cells),
        "lede": live_view.lede(cells),
        "page": page,
        "more": -(-len(names) // size) if len(names) > size else 0,
        "every": SOON if any(cell.progress or cell.word == "under way" for cell in cells) else LATER,
    }
    return answer(site, request, "live.html.j2", "", values)


def deployment(site: Site, request: Request, environment: str, service: str, name: str) -> Response:
    """Show one deployment, live or past."""
    at = site.named(environment)
    found = deployment_reading.deployment(at, service, name)
    page = deployment_view.page(found, site.options_of(at))
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
        "said": f"{page_words.count(len(lines), 'deployment')} of {looked} that were read, the newest first.",
        "older": urlencode({**given, "below": below}) if below else "",
    }
    return answer(site, request, "history.html.j2", "history", values)


def delivery(site: Site, request: Request) -> Response:
    """Show DORA's figures and the incidents prevented, for the environment that the reader chose, else for the last."""
    name = request.query_params.get("environment", "") or site.environments[-1].name
    environment, service = site.named(name), request.query_params.get("service", "")[:80]
    days = given if (given := request.query_params.get("days", "")) in TIMES else USUAL
    configured = [each.name for each in environment.cloud.settings.services]
    names = [each for each in configured if service in ("", each)]
    found = delivery_reading.delivered(environment, names, int(days))
    values = {
        "found": found,
        "page": delivery_view.page(found),
        "environments": [each.name for each in site.environments],
        "services": configured,
        "service": service if service in configured else "",
        "times": TIMES,
        "days": days,
        "options": site.options_of(environment),
    }
    return answer(site, request, "delivery.html.j2", "delivery", values)


def difference(site: Site, request: Request, environment: str, service: str) -> Response:
    """Show what differs between two deployments of a service."""
    before, after = (request.query_params.get(name, "")[:80] for name in ("before", "after"))
    found = difference_reading.difference(site.named(environment), service, before, after)
    values = {"found": found, "page": difference_view.page(found)}
    return answer(site, request, "difference.html.j2", "history", values)


def evidence(site: Site, request: Request) -> Response:
    """Show the newest links of each service's chain."""
    page = number(request)
    of_page = evidence_reading.services_of_a_page(len(site.environments))
    names = site.services()
    chosen = names[(page - 1) * of_page : page * of_page]
    share = MOST // len(site.environments)
    read = of_each(site.environments, lambda environment: evidence_reading.chains(environment, chosen, share))
    strips = [evidence_view.strip(chain) for chains in read for chain in chains]
    values = {
        "strips": strips,
        "headline": evidence_view.headline(strips),
        "options": {each.name: site.options_of(each) for each in site.environments},
        "page": page,
        "more": -(-len(names) // of_page) if len(names) > of_page else 0,
    }
    return answer(site, request, "evidence.html.j2", "evidence", values)
