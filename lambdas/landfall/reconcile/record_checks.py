"""Is every record of the ledger closed, reported and anchored, and did its deployment take a plausible time?"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from landfall.chain import Head, anchor_of
from landfall.errors import InvalidStepInput
from landfall.intake.request import moment
from landfall.ledger.execution_history import Execution
from landfall.ledger.recovery import PATIENCE, swept_enough
from landfall.ledger.recovery import tried as recoveries
from landfall.model import PROVEN, Outcome
from landfall.reconcile.findings import Kind, Seen
from landfall.settings import Limits
from landfall.wire import parse

OF_RECORD = frozenset({Kind.RUNS_TOO_LONG, Kind.NEVER_CLOSED, Kind.REPORT_MISSING})
KINDS = OF_RECORD | {Kind.ENDED_TOO_FAST, Kind.NOT_ANCHORED}
RECENT = 50
"""How many records of a service are checked, newest first. Unfinished or raised ones are always checked."""

Record = Mapping[str, Any]


def overdue(record: Record, executions: Iterable[Execution | None], limits: Limits, now: datetime) -> Seen | None:
    """Judge a record without an outcome by its execution and its recovery; `limits` apply if it has none."""
    limits, found = _limits(record, limits), [e for e in executions if e]
    running = [e for e in found if e.running]
    subject = str(record["deployment_id"])
    if running:
        took = now - min(e.started_at for e in running)
        if took <= timedelta(seconds=limits.longest_seconds):
            return None
        what = f"it has run for {_said(took)}; by its limits it can't take more than {limits.longest_seconds} s"
        return Seen(Kind.RUNS_TOO_LONG, subject, what)
    ended = max((e.ended_at for e in found if e.ended_at), default=None) or _time(record, "started_at", "requested_at")
    if now - ended <= PATIENCE and not swept_enough(record):
        return None
    tried = f"{recoveries(record)} recoveries did not close it"
    return Seen(Kind.NEVER_CLOSED, subject, f"its execution ended at {moment(ended)}, and {tried}")


def unreported(record: Record, now: datetime, *, there: bool) -> Seen | None:
    """Judge a closed record by its report: was it written, and is it still `there`?"""
    subject, ended = str(record["deployment_id"]), _time(record, "ended_at", "started_at")
    if "reported" not in record:
        if now - ended <= PATIENCE:
            return None  # a recovery writes it
        what = f"it ended {record['outcome']} at {moment(ended)}, and no report was written"
        return Seen(Kind.REPORT_MISSING, subject, what)
    return None if there else Seen(Kind.REPORT_MISSING, subject, f"its report {record['reported']} does not exist")


def too_fast(newest_first: Iterable[Record], limits: Limits) -> list[Seen]:
    """Find impossible successes: too fast, or without a revision of their own (N1).

    Only those after the last plausible success are returned, since that one proves what runs.
    """
    seen = []
    for record in newest_first:
        if record.get("outcome") not in PROVEN:
            continue
        why = _impossible(record, _limits(record, limits))
        if not why:
            break
        seen.append(Seen(Kind.ENDED_TOO_FAST, str(record["deployment_id"]), why))
    return seen


def _impossible(record: Record, limits: Limits) -> str:
    if record["outcome"] != Outcome.SUCCEEDED:
        return ""
    revision = record.get("task_definition")
    if not revision or revision == record.get("baseline_task_definition"):
        return f"it ended SUCCEEDED without a revision of its own; its record names {revision or 'none'}"
    took = _time(record, "ended_at", "started_at") - _time(record, "started_at", "ended_at")
    if took >= timedelta(seconds=limits.shortest_seconds):
        return ""
    return f"it ended SUCCEEDED after {took.total_seconds():.1f} s, before it could check its rollout once"


def not_anchored(head: Head) -> Seen:
    """Return the finding that HEAD has no anchor in the report bucket."""
    what = f"number {head.sequence} of the chain has no anchor {anchor_of(head).key} in the report bucket"
    return Seen(Kind.NOT_ANCHORED, head.deployment_id, what)


def _limits(record: Record, otherwise: Limits) -> Limits:
    """Return the limits that a deployment began with, since the settings may have changed."""
    try:
        return parse(Limits, json.loads(record["release"])["limits"])
    except (InvalidStepInput, KeyError, TypeError, ValueError):
        return otherwise


def _time(record: Record, *names: str) -> datetime:
    """Return the first of these times that the record has; a time long ago if it has none."""
    for name in names:
        try:
            at = datetime.fromisoformat(str(record.get(name)))
        except ValueError:
            continue
        return at if at.tzinfo else at.replace(tzinfo=UTC)
    return datetime.min.replace(tzinfo=UTC)


def _said(took: timedelta) -> str:
    return f"{took.total_seconds():.0f} s"
