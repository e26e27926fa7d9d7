"""Is a deployment that is under way paused by the owner of its service? Its execution's newest verdict says so."""

from __future__ import annotations

from collections.abc import Iterable

from cli.cloud import Cloud
from cli.live_release import Live
from landfall.aws.executions import Executions
from landfall.errors import AwsCallFailed
from landfall.ledger.execution_history import Event
from landfall.proof.pauses import PAUSED

NEWEST_EVENTS = 40
"""Of an execution's history: its last look is among them."""


def of(cloud: Cloud, live: Live) -> str:
    """Return where a deployment is paused, until when, and how to continue it; empty if it is not, or can't be read."""
    if not (live.under_way and live.may_pause):
        return ""
    try:
        record = cloud.ledger.record(live.service, live.under_way)
        history = Executions(cloud.client("stepfunctions"))
        return said(history.newest_events(str(record["execution_arn"]), NEWEST_EVENTS)) if record else ""
    except AwsCallFailed:
        return ""  # that it is under way is said all the same


def said(events: Iterable[Event]) -> str:
    """Return the reason of the last verdict, if that is a pause."""
    verdicts = [event.verdict for event in events if event.verdict]
    return str(verdicts[-1]["reason"]) if verdicts and verdicts[-1]["code"] == PAUSED else ""
