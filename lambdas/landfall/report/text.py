"""The report for people: Markdown, from report.md.j2. What a service or a person wrote can't break its tables."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from landfall.history import Entry
from landfall.report import Report, Task

_SPECIAL = str.maketrans({"\\": "\\\\", "|": "\\|", "[": "\\[", "]": "\\]", "<": "&lt;", "&": "&amp;", "`": "'"})


def markdown(report: Report) -> str:
    """Return the report as Markdown."""
    return _ENVIRONMENT.get_template("report.md.j2").render(report=report)


def _plain(text: str) -> str:
    """Keep a text on one line, and the terminal that shows it out of its hands."""
    return "".join(c if c.isprintable() else " " for c in text)


def _cell(text: str) -> str:
    return _plain(text).translate(_SPECIAL)


def _task(task: Task) -> str:
    """Say what became of a task, and which bytes it ran."""
    ended = ", ".join(f"{name} exited with {code}" for name, code in task.exit_codes.items())
    digests = ", ".join(f"{name} {digest}" for name, digest in task.digests.items())
    told = "; ".join(filter(None, (digests, ended, task.stopped_reason)))
    return f"{task.status} {task.arn.rpartition('/')[2]} of {task.revision.rpartition('/')[2]}: {told}"


def _answer(entry: Entry) -> str:
    return " ".join(filter(None, (entry.answer, f"{entry.code}:" if entry.code else "", entry.reason)))


def _seconds(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds:.1f} s"


_ENVIRONMENT = Environment(  # noqa: S701  Markdown: every text goes through the filters above
    loader=FileSystemLoader(Path(__file__).parent),
    undefined=StrictUndefined,
    trim_blocks=False,
    keep_trailing_newline=True,
)
_ENVIRONMENT.filters.update(cell=_cell, plain=_plain, task=_task, answer=_answer, seconds=_seconds)
