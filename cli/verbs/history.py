"""`landfall history`: lists deployments, and exports the evidence for `landfall verify-evidence`."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from heapq import merge
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from cli import records
from cli.command import AsCsv, At, ServiceName, verb
from cli.evidence import export, gather, progress, room
from cli.timeline import brief, colour
from landfall.chain import Record
from landfall.model import UNKNOWN, Outcome
from landfall.partitions import UNKNOWN_SERVICE

OPEN = "OPEN"
"""Shown for a record without an outcome: its deployment is under way, or was lost and not yet recovered."""
FIELDS = (
    "started_at",
    "ended_at",
    "service",
    "outcome",
    "code",
    "git_sha",
    "image_digest",
    "task_definition",
    "requested_by",
    "asked_by",
    "intent",
    "why",
    "reported",
    "deployment_id",
)
Moment = typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ"], help="In UTC.")


@verb
def history(
    at: At,
    *,
    service: ServiceName = None,
    outcome: Annotated[list[Outcome] | None, typer.Option(help="List only this outcome. May be repeated.")] = None,
    since: Annotated[datetime | None, Moment] = None,
    until: Annotated[datetime | None, Moment] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many deployments to list.")] = 20,
    as_csv: AsCsv = False,
    export_to: Annotated[
        Path | None,
        typer.Option("--export", help="List nothing; write all evidence to this directory, for verify-evidence."),
    ] = None,
) -> int:
    """List deployments, newest first. Requests for an unknown service are listed under `_unknown`."""
    names = services(at, service)
    if export_to:
        return _exported(at, names if service else gather.services(at.cloud), export_to)
    of_each = (records.by_start(at.cloud.ledger.newest_first(name)) for name in names)
    newest_first = merge(*of_each, key=records.started, reverse=True)
    wanted = (r for r in newest_first if _is_wanted(r, outcome, since, until))
    rows = [row(record) for record in islice(wanted, limit)]
    if as_csv:
        at.out.table(FIELDS, rows)
    else:
        _show(at, rows)
    at.out.document({"deployments": rows})
    return 0


def services(at: At, service: str | None) -> list[str]:
    """Return the named service, or all services and `_unknown`."""
    if service is None:
        return [*(s.name for s in at.cloud.settings.services), UNKNOWN_SERVICE]
    return [service if service == UNKNOWN_SERVICE else at.cloud.service(service).name]


def row(record: Record) -> dict[str, Any]:
    """Return the fields of a record that a list shows. What is not known is UNKNOWN."""
    known = {"outcome": OPEN, **record}
    return {name: known.get(name) or UNKNOWN for name in FIELDS}


def _is_wanted(record: Record, outcomes: list[Outcome] | None, since: datetime | None, until: datetime | None) -> bool:
    if outcomes and record.get("outcome") not in outcomes:
        return False
    if since is None and until is None:
        return True
    try:
        at = datetime.fromisoformat(records.started(record)).astimezone(UTC)
    except ValueError:
        return True  # its time is not known: show it rather than leave it out
    return (not since or at >= since.replace(tzinfo=UTC)) and (not until or at < until.replace(tzinfo=UTC))


def _show(at: At, rows: list[dict[str, Any]]) -> None:
    if not rows:
        at.out.say("no such deployment")
    width = max((len(r["service"]) for r in rows), default=0)
    for each in rows:
        text = Text(f"{each['started_at'][:19]}  {each['service']:<{width}}  ")
        text.append(f"{each['outcome']:<15}", style=colour(each["outcome"]))
        by = f"  for {brief(each['asked_by'])}" if each["asked_by"] != UNKNOWN else ""
        at.out.say(text.append(f"  {each['git_sha'][:12]:<12}  {each['deployment_id']}{by}  {brief(each['why'])}"))


def _exported(at: At, names: list[str], directory: Path) -> int:
    number = 0
    with room.needed(), export.writing(directory) as out, progress.shown(at) as step:
        for name in names:
            with closing(gather.Reading(at.cloud, name, step(name, out.keep))) as reading:
                kept = reading.whole()
                out.add(kept)
                number += kept.records
    key = at.cloud.signing.public_key.fingerprint
    at.out.say(f"{number} records of {', '.join(names)}: landfall verify-evidence {directory} --key {key}")
    at.out.document({"exported": str(directory), "services": names, "records": number, "key": key})
    return 0
