"""A history of deployments, and the window in which it is judged."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from landfall.dora.figures import Window
from landfall.model import Outcome
from stacks import ROOT
from tests.support import builders as b

PAGE = (ROOT / "docs" / "dora.md").read_text(encoding="utf-8")
WINDOW = Window(datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 12, tzinfo=UTC))
REVISION = f"{b.FAMILY}:"


def table(name: str) -> list[list[str]]:
    """Return the rows of a table of the page."""
    text = PAGE.partition(f"<!-- {name}: begin -->")[2].partition(f"<!-- {name}: end -->")[0]
    rows = [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in text.strip().splitlines()]
    return rows[2:]


def at(text: str) -> str:
    """Return a time of the page as a record has it."""
    return f"2026-{text.replace(' ', 'T')}:00+00:00" if text else ""


def record(row: list[str]) -> dict[str, Any]:
    """Return the record that a row of the page stands for."""
    number, began, ended, intent, outcome, code, commit, committed, revision, before = row
    told = {
        "service": "orders",
        "deployment_id": number,
        "started_at": at(began),
        "requested_at": at(began),
        "ended_at": at(ended),
        "intent": intent,
        "outcome": outcome,
        "code": code,
        "git_sha": commit,
        "commit_time": at(committed),
        "task_definition": revision and REVISION + revision,
        "baseline_task_definition": before and REVISION + before,
    }
    return {name: value for name, value in told.items() if value}


RECORDS = [record(row) for row in table("records")]


def closed(outcome: Outcome, day: int, **more: Any) -> dict[str, Any]:
    """Return a record of five minutes, on a day of March."""
    began = datetime(2026, 3, day, 9, tzinfo=UTC)
    return {
        "service": "orders",
        "deployment_id": f"{day}",
        "started_at": began.isoformat(),
        "ended_at": (began + timedelta(minutes=5)).isoformat(),
        "intent": "release",
        "outcome": outcome.value,
        "git_sha": f"{day:07x}",
        "task_definition": f"{REVISION}{day}",
        **more,
    }
