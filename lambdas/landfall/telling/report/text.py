"""The report for people: Markdown, from report.md.j2.

Every value in the template is foreign text (foreign.py), unless a filter here made it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from landfall.abort import aborted
from landfall.after import after_words
from landfall.approval import approval_words
from landfall.ledger.execution_history import Entry
from landfall.migration import migration_words
from landfall.model import Baseline, Outcome
from landfall.telling.report import Report, latency
from landfall.telling.report.page_view import asked_for
from landfall.telling.report.served import Task
from landfall.text import foreign


class _Shown(str):
    """Text that is Markdown already."""

    __slots__ = ()


def markdown(report: Report) -> str:
    """Return the report as Markdown. The title of a rejected deployment says what was requested."""
    asked = f"({asked_for(report.release)})" if report.outcome == Outcome.REJECTED else ""
    return _ENVIRONMENT.get_template("report.md.j2").render(report=report, asked=asked)


def _plain(text: str) -> str:
    """Return a line of an indented block, in which Markdown means nothing."""
    return _Shown(foreign.line(text))


def _url(address: str) -> str:
    return _Shown(foreign.url(address))


def _shown(value: Any) -> str:
    return value if isinstance(value, _Shown) else foreign.cell(value)


def _task(task: Task) -> str:
    """Say how a task ended, and which digests it ran."""
    ended = ", ".join(f"{name} exited with {code}" for name, code in task.exit_codes.items())
    digests = ", ".join(f"{name} {digest}" for name, digest in task.digests.items())
    told = "; ".join(filter(None, (digests, ended, task.stopped_reason)))
    return f"{task.status} {task.arn.rpartition('/')[2]} of {task.revision.rpartition('/')[2]}: {told}"


def _before(baseline: Baseline) -> str:
    """Say what ran before the update."""
    counted = f"{baseline.desired_count} desired tasks, {baseline.healthy_targets} healthy targets"
    return f"{baseline.task_definition.rpartition('/')[2]}: {counted}"


def _answer(entry: Entry) -> str:
    return " ".join(filter(None, (entry.answer, f"{entry.code}:" if entry.code else "", entry.reason)))


def _seconds(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds:.1f} s"


_ENVIRONMENT = Environment(  # noqa: S701  Markdown: `finalize` is given everything that the template puts in
    loader=FileSystemLoader(Path(__file__).parent),
    undefined=StrictUndefined,
    trim_blocks=False,
    keep_trailing_newline=True,
    finalize=_shown,
)
_ENVIRONMENT.filters.update(
    aborted=aborted.full,
    signed_off=approval_words.full,
    migrated=migration_words.full,
    paced=latency.words,
    after_checked=after_words.full,
    plain=_plain,
    url=_url,
    task=_task,
    before=_before,
    answer=_answer,
    seconds=_seconds,
)
