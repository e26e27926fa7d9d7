"""The report as a page: one HTML file that runs nothing and loads nothing, from report.html.j2.

Every value in the template is foreign text: it becomes one visible line (foreign.line), and Jinja2 escapes it. The only
links lead to AWS's console, and are made from ARNs of AWS. The Content-Security-Policy tells the browser not to run or
load anything, whatever the text contains (Content Security Policy Level 3: a hash allows the one style sheet).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from landfall import console
from landfall.smoke.case import PASS, SKIP
from landfall.telling.report import Report, page_view
from landfall.telling.report.brief import brief
from landfall.telling.report.page_picture import BACK, BAD, GOOD, UNKNOWN_KIND
from landfall.text import foreign
from landfall.text.lazy_pattern import Later

CONTENT_TYPE = "text/html; charset=utf-8"
MARKS = {GOOD: "✓", BAD: "✕", BACK: "↩", UNKNOWN_KIND: "?"}
_CONSOLE = Later(r"https://[a-z0-9-]{1,40}\.console\.aws\.amazon\.com/[!-~]*")


def html(report: Report, record: Mapping[str, Any]) -> str:
    """Return the page. `record` is the ledger's closed record, which has its place in the chain."""
    style = _style()
    view = page_view.of(report, record)
    template = _environment().get_template("report.html.j2")
    return template.render(report=report, view=view, style=Markup(style), style_hash=Markup(_source(style)))  # noqa: S704


def name_of(page: str) -> str:
    """Return the name of the page's file, which ends with the hash of its bytes."""
    return f"report-{hashlib.sha256(page.encode()).hexdigest()}.html"


@cache
def _style() -> str:
    """Return the style sheet. It contains no `</style`, which would end it."""
    return (Path(__file__).parent / "report.css.j2").read_text(encoding="utf-8")


def _source(style: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}"


def _when(value: datetime | str) -> str:
    """Return a time in the page's format; a text that is not a time is unchanged."""
    try:
        at = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    except ValueError:
        return str(value)
    return (at.astimezone(UTC) if at.tzinfo else at).strftime(
        "%Y-%m-%d %H:%M:%SZ" if at.tzinfo else "%Y-%m-%d %H:%M:%S"
    )


def _task_id(arn: str) -> str:
    return arn.rpartition("/")[2][:8]


def _task_link(arn: str) -> str:
    return _console_link(console.task(arn), _task_id(arn))


def _console_link(address: str, words: str) -> str:
    """Return a link to AWS's console; only the words if the address is not such a link."""
    told = foreign.line(words)
    if not _CONSOLE.fullmatch(address):
        return told
    return Markup('<a href="{}" rel="noreferrer">{}</a>').format(address, told)


def _lasted(seconds: int | None) -> str:
    return "" if seconds is None else str(timedelta(seconds=seconds))


def _kind(state: str) -> str:
    return GOOD if state == PASS else UNKNOWN_KIND if state == SKIP else BAD


def _shown(value: Any) -> Any:
    return value if isinstance(value, Markup) else foreign.line(value)


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        autoescape=True,
        finalize=_shown,
    )
    made.filters.update(
        when=_when,
        task_id=_task_id,
        task_link=_task_link,
        console_link=_console_link,
        kind=_kind,
        mark=lambda kind: MARKS.get(kind, ""),
        brief=brief,
        lasted=_lasted,
    )
    return made
