"""A line of the history for each deployment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cli import records
from cli.ui.reading.history import Found
from cli.ui.views import page_words, step_names
from cli.ui.views.outcomes import outcome_of
from landfall.chain import Record
from landfall.model import UNKNOWN, Outcome
from landfall.partitions import UNKNOWN_SERVICE

UNCHANGED = (Outcome.REJECTED, Outcome.SKIPPED)
"""Outcomes of deployments that changed nothing, so that there is nothing to compare."""


@dataclass(frozen=True)
class Line:
    """One deployment, and what its page is called."""

    environment: str
    service: str
    deployment: str
    started: str
    state: str
    word: str
    commit: str
    subject: str
    took: str
    who: str
    why: str
    comparable: bool


def lines(pages: Sequence[Found], below: str) -> list[Line]:
    """Return the lines of all environments, newest first, down to the id at which the next page begins."""
    told = [
        (records.started(record), _line(page.environment, record))
        for page in pages
        for record in page.records
        if str(record["deployment_id"]) >= below
    ]
    return [line for _, line in sorted(told, key=lambda each: each[0], reverse=True)]


def _line(environment: str, record: Record) -> Line:
    state, word = outcome_of(record)
    asked = next((str(record[n]) for n in ("asked_by", "requested_by") if record.get(n)), UNKNOWN)
    return Line(
        environment,
        str(record["service"]),
        str(record["deployment_id"]),
        page_words.clock(records.started(record)),
        state,
        word,
        str(record.get("git_sha", UNKNOWN)),
        str(record.get("commit_subject") or ""),
        page_words.seconds(page_words.took(record)) if "outcome" in record else "",
        page_words.tail(asked),
        step_names.why(record.get("why")) if state != "proven" else "",
        str(record["service"]) != UNKNOWN_SERVICE and record.get("outcome") not in UNCHANGED,
    )
