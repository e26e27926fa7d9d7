"""Reads what the services of an environment run, and what needs somebody there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from cli.cloud import Cloud
from cli.live_release import Live, looks
from cli.ui.environments import FAILURES, Environment
from cli.ui.reading import alarms, under_way
from cli.ui.reading.alarms import NONE, Alarms
from cli.ui.reading.under_way import UnderWay
from cli.ui.reads import MOST
from cli.verbs import freeze
from landfall.chain import Record
from landfall.intake.freeze import Freeze
from landfall.ledger import service_standing
from landfall.ledger.service_standing import PROVEN_BEFORE
from landfall.reconcile.findings import Finding
from landfall.settings import Service

FINDINGS = 30
"""How many findings of an environment are read. No index lists the open ones; if there are more, the page says so."""
OF_A_SERVICE = 6
"""Items for a service in its normal state: HEAD, its record, two records that this names, a freeze, the way back."""
UNDER_WAY = 30
"""Items reserved for deployments under way: two keys and a record for each, and how long others took."""


@dataclass(frozen=True)
class Seen:
    """One service. `live` is None if the service could not be read: `unread` says why."""

    name: str
    live: Live | None
    freezes: tuple[Freeze, ...] = ()
    way_back: Record | None = None
    running: UnderWay | None = None
    unread: str = ""


@dataclass(frozen=True)
class Column:
    """One environment at one moment. `unread` says why the environment could not be read."""

    environment: str
    at: datetime
    seen: tuple[Seen, ...] = ()
    findings: tuple[Finding, ...] = ()
    more_findings: bool = False
    alarms: Alarms = NONE
    unread: str = ""


def services_of_a_page(environments: int) -> int:
    """Return how many services a page shows: the page's share of items divided by the items for each service."""
    return max(1, (MOST // environments - FINDINGS - UNDER_WAY) // OF_A_SERVICE)


def column(environment: Environment, names: Sequence[str], share: int) -> Column:
    """Read some services of an environment, with `share` items."""
    now = datetime.now(UTC)
    try:
        with environment.page(share) as cloud:
            findings = cloud.findings.first(FINDINGS + 1)
            chosen = [each for each in cloud.settings.services if each.name in names]
            seen = tuple(_seen(environment, cloud, chosen)) if chosen else ()
            fired = alarms.firing(cloud, {each.name: each.live.alarms for each in seen if each.live})
        return Column(environment.name, now, seen, tuple(findings[:FINDINGS]), len(findings) > FINDINGS, fired)
    except FAILURES as error:
        return Column(environment.name, now, unread=str(error))


def _seen(environment: Environment, cloud: Cloud, chosen: Sequence[Service]) -> list[Seen]:
    frozen = freeze.of_each(cloud, chosen)
    found, unread = _looks(environment, cloud, chosen)
    back = _ways_back(environment, cloud, found)
    running = under_way.of(environment, cloud, found)
    return [
        Seen(s.name, found.get(s.name), frozen[s.name], back.get(s.name), running.get(s.name), unread.get(s.name, ""))
        for s in chosen
    ]


def _looks(
    environment: Environment, cloud: Cloud, chosen: Sequence[Service]
) -> tuple[dict[str, Live], Mapping[str, str]]:
    """Look at all services at once; if that fails, at each alone, so that one unreadable service hides no other."""
    try:
        with environment.reads.at_most(environment.reads.left // 2):
            return {live.service: live for live in looks(cloud, chosen)}, {}
    except FAILURES:
        found, unread, left = dict[str, Live](), dict[str, str](), environment.reads.left
    for each in chosen:
        try:
            with environment.reads.at_most(max(1, left // len(chosen))):
                found[each.name] = looks(cloud, [each])[0]
        except FAILURES as error:
            unread[each.name] = str(error)
    return found, unread


def _ways_back(environment: Environment, cloud: Cloud, found: Mapping[str, Live]) -> dict[str, Record]:
    """Return the release that was proven before the live one, as the live one's record names it."""
    named = {}
    for name, live in found.items():
        link = service_standing.link_of(live.release, PROVEN_BEFORE) if live.release else None
        if link and link.deployment_id:
            named[name] = link.deployment_id
    if len(named) > environment.reads.left:
        return {}
    return {str(record["service"]): record for record in cloud.ledger.records_at(named.items())}
