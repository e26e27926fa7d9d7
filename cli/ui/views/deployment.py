"""A deployment, live or past: what happened in one sentence, then how that is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from cli import difference_words
from cli.deployments import aborts, sign_offs
from cli.ui.reading.deployment import Deployment
from cli.ui.views import deployment_record, deployment_tasks, facts, page_words, seconds, sign_off
from cli.ui.views import difference as differences
from cli.ui.views.difference import Changed
from cli.ui.views.json_shapes import listed, mapping, parsed
from cli.ui.views.lane import Stop, lane
from cli.ui.views.outcomes import outcome_of
from cli.ui.views.seconds import Part
from cli.ui.views.sign_off import SignOff
from cli.ui.views.step_names import why
from landfall.abort import aborted
from landfall.approval import approval
from landfall.gates import gate_log, gate_words
from landfall.gates.gate_words import ToldGate
from landfall.ledger import execution_history
from landfall.ledger.deployment_difference import Difference
from landfall.model import Outcome

MOST_COMMITS, MOST_CHANGES = 12, 60
"""How many commits, and how many changes in all, are listed. Of the rest the page gives the number."""
_HEADLINES = {
    Outcome.SUCCEEDED: "It was proven live after {took}.",
    Outcome.NO_CHANGE: "It was live already, and was proven again.",
    Outcome.SKIPPED: "It was skipped: a newer request went ahead.",
    Outcome.ROLLED_BACK: "It did not stay: it was taken back after {took}.",
    Outcome.REJECTED: "It was rejected before anything was changed.",
    Outcome.ROLLBACK_FAILED: "It failed, and the way back failed: look at the service now.",
    Outcome.SUPERSEDED: "Somebody else deployed over it.",
    Outcome.NO_BASELINE: "It failed, and there was nothing to go back to.",
}

_ALREADY = {"before": "", "after": "is live and proven, and "}
"""The state of a release while it waits to be signed off."""


@dataclass(frozen=True)
class Page:
    """What the page says. What is not known is empty or UNKNOWN."""

    headline: str
    lede: str
    live_now: str
    what_next: str
    state: str
    word: str
    lane: tuple[Stop, ...]
    parts: tuple[Part, ...]
    whole: float
    tasks: tuple[dict[str, Any], ...]
    targets: tuple[dict[str, Any], ...]
    checks: tuple[dict[str, Any], ...]
    timeline: tuple[dict[str, Any], ...]
    logs: Mapping[str, Any]
    against: str
    difference: Difference | None
    image: str
    changes: tuple[Changed, ...]
    more_changes: int
    pairs: tuple[tuple[str, str], ...]
    gates: tuple[ToldGate, ...]
    sign_off: SignOff | None
    migration: tuple[tuple[str, str], ...]
    migration_lines: tuple[str, ...]
    after_check: tuple[tuple[str, str], ...]


def page(found: Deployment, options: str = "") -> Page:
    """Return what the page of a deployment says. `options` are those by which a command finds its environment."""
    record, report = found.record, found.report
    timeline = _timeline(found)
    began, ended = page_words.moment(record.get("started_at")), page_words.moment(record.get("ended_at")) or found.at
    parts = _parts(found, timeline, began, ended) if began else ()
    stops = lane(timeline, open_=found.open)
    signed = _sign_off(found, options)
    known, word = _state(found, stops, signed)
    changes = _changes(found.difference) if found.difference else ()
    return Page(
        headline=_headline(found, stops, began, ended),
        lede=_lede(found, signed, timeline),
        live_now=page_words.reason(report.get("live_now", "")),
        what_next=str(report.get("what_next", "")),
        state=known,
        word=word,
        lane=stops,
        parts=parts,
        whole=sum(part.seconds for part in parts),
        tasks=deployment_tasks.rows(found),
        targets=listed(report.get("target_health")),
        checks=listed(report.get("checks")) or listed(facts.ended_of(record).get("checks")),
        timeline=timeline,
        logs=mapping(report.get("logs")) or _lines(found),
        against=page_words.short(found.difference.before.git_sha) if found.difference else "",
        difference=found.difference,
        image=difference_words.image(found.difference) if found.difference else "",
        changes=changes[:MOST_CHANGES],
        more_changes=max(0, len(changes) - MOST_CHANGES),
        pairs=deployment_record.pairs(found),
        gates=_gates(found),
        sign_off=signed,
        migration=deployment_record.migrated(found),
        migration_lines=deployment_record.migration_lines(found),
        after_check=deployment_record.after_checked(found),
    )


def _lede(found: Deployment, signed: SignOff | None, timeline: Sequence[Mapping[str, Any]]) -> str:
    if stopped := aborts.of(found.record):
        return page_words.sentence(page_words.reason(aborted.told(stopped)))
    return signed.says if signed and signed.waits else _why(found, timeline)


def _sign_off(found: Deployment, options: str) -> SignOff | None:
    known = approval.read(found.record)
    name = str(found.record["deployment_id"])
    under_way = found.open and aborts.of(found.record) is None
    return sign_off.of(known, name, found.at, options, under_way=under_way) if known else None


def _why(found: Deployment, timeline: Sequence[Mapping[str, Any]]) -> str:
    return page_words.sentence(why(found.record.get("why") or (timeline[-1].get("reason") if timeline else "")))


def _state(found: Deployment, stops: Sequence[Stop], signed: SignOff | None) -> tuple[str, str]:
    if aborts.of(found.record):
        return "warn", f"aborted, {aborts.GOES_BACK}"
    if signed and signed.waits:
        return "warn", "waits for approval"
    if found.open and stops:
        return "moving", next(s for s in reversed(stops) if s.state == "here").label.lower()
    return outcome_of(found.record)


def _headline(found: Deployment, stops: Sequence[Stop], began: datetime | None, ended: datetime) -> str:
    took = page_words.span((ended - began).total_seconds()) if began else "a time that is not known"
    if found.open:
        if aborts.of(found.record):
            return f"It was aborted, and {aborts.GOES_BACK}: it began {took} ago."
        if asked := sign_offs.sign_off(found.record):
            return f"It {_ALREADY[asked.when]}waits for approval: {sign_off.left(asked, found.at)}."
        if waits := gate_words.waiting(gate_log.read(found.record)):
            gate, left = gate_words.NAMES.get(waits.gate, waits.gate), gate_words.left(waits, found.at)
            return f"It waits at the gate “{gate}”, with {gate_words.weight(waits)} of the traffic: {left}."
        where = next((s.label for s in reversed(stops) if s.state == "here"), "")
        return f"It is under way: {where.lower()}, for {took} now." if where else f"It is under way for {took} now."
    known = next((o for o in Outcome if o == found.record["outcome"]), None)
    return _HEADLINES[known].format(took=took) if known else f"It ended {found.record['outcome']}."


def _gates(found: Deployment) -> tuple[ToldGate, ...]:
    """Return the gates at which ECS waited, or waits now."""
    outcome = next((o for o in Outcome if o == found.record.get("outcome")), None)
    return gate_words.told(gate_log.read(found.record), outcome, found.at)


def _changes(told: Difference) -> tuple[Changed, ...]:
    """Return what the deployment changed: commits, task-definition fields, settings, checks. It returns no secret."""
    return (
        *differences.commits(told.commits, MOST_COMMITS),
        *differences.fields(told),
        *differences.pairs((*told.settings, *told.checks)),
    )


def _lines(found: Deployment) -> Mapping[str, Any]:
    """Return the newest log lines of a deployment that is under way, as a report has them."""
    return {"read": "the newest", "last": [asdict(line) for line in found.lines]} if found.lines else {}


def _timeline(found: Deployment) -> tuple[dict[str, Any], ...]:
    """Return the report's timeline; without a report, that of the history."""
    if told := listed(found.report.get("timeline")):
        return told
    return tuple(asdict(entry) for entry in execution_history.timeline(found.events))


def _parts(
    found: Deployment, timeline: Sequence[Mapping[str, Any]], began: datetime, ended: datetime
) -> tuple[Part, ...]:
    points = seconds.entered(found.events)
    if not points or points[0][1] != "Begin":  # the history is gone, or longer than the part that was read
        points = [(at, str(e.get("state"))) for e in timeline if (at := page_words.moment(e.get("at")))]
    if not points:
        return ()
    spans = seconds.spans(points, began, ended)
    release = parsed(found.record.get("release"))
    revision = str(found.record.get("task_definition") or _newest_revision(found))
    return seconds.parts(spans, found.tasks, revision, mapping(release.get("limits")))


def _newest_revision(found: Deployment) -> str:
    """Return the revision of the newest task: the record of an open deployment names no revision."""
    placed = [task for task in found.tasks if task.created_at]
    return max(placed, key=lambda task: task.created_at or found.at).revision if placed else ""
