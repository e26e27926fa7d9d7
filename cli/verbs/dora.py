"""`landfall dora`: DORA's four figures of delivery, and the incidents prevented. docs/dora.md defines them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from rich.text import Text

from cli import records
from cli.command import AsCsv, At, ServiceName, verb
from cli.exits import Refused
from cli.verbs.history import Moment
from landfall.chain import Record
from landfall.dora.figure_words import sentences
from landfall.dora.figures import Figures, Window, by_service, figures

DAYS = 90
"""The period if --since is not given."""
ALL = "all services"


@verb
def dora(
    at: At,
    *,
    service: ServiceName = None,
    since: Annotated[datetime | None, Moment] = None,
    until: Annotated[datetime | None, Moment] = None,
    as_csv: AsCsv = False,
) -> int:
    """Tell how often, how fast and how well releases land: DORA's four figures, and incidents prevented.

    Without --since, it looks at 90 days. What is UNKNOWN is left out of a figure and counted.
    """
    window = _window(since, until)
    names = [at.cloud.service(service).name] if service else [each.name for each in at.cloud.settings.services]
    found = [record for name in names for record in read(at, name, window, to_now=until is None)]
    each = {name: figures((), window) for name in names} | by_service(found, window)
    whole = figures(found, window)
    if as_csv:
        _table(at, each, window)
    else:
        at.out.say(f"{_day(window.since)} to {_day(window.until)}, {window.days:g} days; read {len(found)} records")
        if len(names) > 1:
            _tell(at, ALL, whole)
        for name, told in each.items():
            _tell(at, name, told)
    at.out.document(
        {
            "since": window.since.isoformat(),
            "until": window.until.isoformat(),
            "days": window.days,
            "records_read": len(found),
            "all": asdict(whole),
            "services": {name: asdict(told) for name, told in each.items()},
        }
    )
    return 0


def read(at: At, service: str, window: Window, *, to_now: bool = False) -> Iterator[Record]:
    """Yield a service's records of a period, newest first, and a bounded number of records around it."""
    until = None if to_now else window.until.replace(tzinfo=None)
    return records.between(at.cloud, service, (), window.since.replace(tzinfo=None), until)


def _window(since: datetime | None, until: datetime | None) -> Window:
    """Return the period. Raises Refused if it is empty."""
    end = until.replace(tzinfo=UTC) if until else datetime.now(UTC).replace(microsecond=0)
    start = since.replace(tzinfo=UTC) if since else end - timedelta(days=DAYS)
    if start >= end:
        what = f"--since {start.isoformat()} is not before --until {end.isoformat()}"
        raise Refused("NO_TIME", f"{what}; give an earlier --since")
    return Window(start, end)


def _tell(at: At, name: str, told: Figures) -> None:
    at.out.say(name, "bold")
    for figure in sentences(told):
        at.out.say(Text(f"  {figure.name:<22}").append(figure.value, style="bold").append(f"  {figure.how}"))
        if figure.left_out:
            at.out.say(f"{'':<24}left out: {figure.left_out}", "dim")


def _table(at: At, each: Mapping[str, Figures], window: Window) -> None:
    time = {"since": window.since.isoformat(), "until": window.until.isoformat()}
    rows = [{"service": name, **time, **_flat(asdict(told))} for name, told in each.items()]
    at.out.table(list(rows[0]) if rows else ["service"], rows)


def _flat(document: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return nested figures under dotted names. Counts by word share one cell, such as `word 2; other 1`."""
    found: dict[str, Any] = {}
    for name, value in document.items():
        if name in ("by_outcome", "by_code", "left_out"):
            found[f"{prefix}{name}"] = "; ".join(f"{word} {count}" for word, count in value.items())
        elif isinstance(value, Mapping):
            found |= _flat(value, f"{prefix}{name}.")
        else:
            found[f"{prefix}{name}"] = value
    return found


def _day(at: datetime) -> str:
    return at.strftime("%Y-%m-%d" if at.time() == datetime.min.time() else "%Y-%m-%d %H:%M:%SZ")
