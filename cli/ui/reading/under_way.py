"""Reads which state each deployment under way is in, and how long such deployments usually take."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice

from cli.cloud import Cloud
from cli.live_release import Live
from cli.ui.environments import FAILURES, Environment
from cli.ui.views import page_words
from landfall.aws.executions import Executions
from landfall.chain import Record
from landfall.model import Outcome

LEARNT_FROM = 8
"""How many of a service's newest records are read: the median time of those that succeeded is the usual time."""
NEWEST_EVENTS = 40
"""How many of an execution's newest events are read: its present state is among them."""
FOLLOWED = 3
"""How many deployments' progress is read. A page says of the others only that they are under way."""


@dataclass(frozen=True)
class UnderWay:
    """A deployment that is under way.

    `state`, `code` and `reason` are the machine's newest; empty if they were not read.
    """

    record: Record
    since: str
    state: str = ""
    code: str = ""
    reason: str = ""
    usual: float | None = None


def of(environment: Environment, cloud: Cloud, found: Mapping[str, Live]) -> dict[str, UnderWay]:
    """Return the deployments of these services that are under way."""
    running = [(name, live.unfinished[-1]) for name, live in found.items() if live.unfinished]
    told = dict[str, UnderWay]()
    for name, newest in running[:FOLLOWED]:
        try:
            told[name] = _followed(environment, cloud, name, newest)
        except FAILURES:
            continue  # the page then says only that the deployment is under way
    return told


def _followed(environment: Environment, cloud: Cloud, name: str, record: Record) -> UnderWay:
    history = Executions(cloud.client("stepfunctions"))
    newest = history.newest_events(str(record["execution_arn"]), NEWEST_EVENTS)
    state = next((e.state for e in reversed(newest) if e.verdict is None and not e.error), "")
    last = next((e.verdict for e in reversed(newest) if e.verdict), {})
    code, reason = (str(last.get(name, "")) for name in ("code", "reason"))
    known = islice(cloud.ledger.newest_first(name, LEARNT_FROM), min(LEARNT_FROM, environment.reads.left))
    landed = [each for each in known if each.get("outcome") == Outcome.SUCCEEDED]
    times = [took for each in landed if (took := page_words.took(each)) is not None]
    usual = statistics.median(times) if times else None
    return UnderWay(record, str(record.get("started_at") or record.get("requested_at")), state, code, reason, usual)
