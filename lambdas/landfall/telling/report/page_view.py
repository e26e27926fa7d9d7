"""The content of a report's page, in order: what happened, then the evidence, then every detail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, assert_never

from landfall import chain, commit
from landfall.abort import aborted
from landfall.after import after_words
from landfall.approval import approval_words
from landfall.migration import migration_words
from landfall.model import UNKNOWN, Intent, Outcome, Release
from landfall.smoke.case import PASS, SKIP
from landfall.telling.report import Report, latency, page_picture
from landfall.telling.report.brief import SHORT, brief
from landfall.telling.report.page_picture import BAD, GOOD, REST, UNKNOWN_KIND, Step
from landfall.telling.report.served import Task

REQUEST_SHOWN = 80
"""How many characters of an unreadable request's input are shown."""


@dataclass(frozen=True)
class Told:
    """A text with its state: good, bad, back or unknown."""

    kind: str
    text: str


@dataclass(frozen=True)
class Stopped:
    """A task of the release that stopped, with the last line that it wrote."""

    arn: str
    exits: str
    reason: str
    line: str


@dataclass(frozen=True)
class View:
    """The content of the page besides the report's own fields."""

    title: str
    headline: str
    place: str
    why: str
    pills: tuple[Told, ...]
    urgent: bool
    took: str
    bars: tuple[Step, ...]
    spoken: str
    key: tuple[tuple[str, str], ...]
    facts: tuple[Told, ...]
    stopped: tuple[Stopped, ...]
    steps: tuple[Step, ...]
    provenance: tuple[tuple[str, str], ...]
    asked: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...]
    links: tuple[tuple[str, str], ...]
    hash: str
    signed: bool
    migration: tuple[tuple[str, str], ...] = ()
    after_check: tuple[tuple[str, str], ...] = ()
    approval: tuple[tuple[str, str], ...] = ()
    abort: tuple[tuple[str, str], ...] = ()


def of(report: Report, record: Mapping[str, Any]) -> View:
    """Return the view of a report."""
    steps, bars = page_picture.steps(report.timeline), page_picture.bars(report.timeline)
    number = chain.number(record)
    head = headline(report)
    return View(
        title=f"{report.service}: {head.rstrip('.')}",
        headline=head,
        place=f"record {number} of {report.service}" if number else report.service,
        why=brief(report.why),
        pills=_pills(report),
        urgent=report.outcome == Outcome.ROLLBACK_FAILED,
        took=f"{sum(entry.seconds or 0.0 for entry in report.timeline):.1f} s before this report",
        bars=bars,
        spoken=", ".join(f"{bar.state} {bar.took}" for bar in bars),
        key=page_picture.key(report.timeline),
        facts=tuple(_facts(report)),
        stopped=tuple(_stopped(report)),
        steps=steps,
        provenance=_provenance(report),
        asked=tuple((name, value) for name, value in _asked(report.release) if value),
        warnings=report.baseline.warnings if report.baseline else (),
        links=tuple((f"{name} in the AWS console", address) for name, address in report.links.items()),
        hash=str(record.get(chain.HASH, "")),
        signed=chain.SIGNATURE in record,
        migration=_briefly(migration_words.full(report.migration)),
        after_check=_briefly(after_words.full(report.after_check)),
        approval=approval_words.full(report.approval),
        abort=aborted.full(report.abort, report.outcome),
    )


def _briefly(told: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    return tuple((name, brief(text)) for name, text in told)


def headline(report: Report) -> str:
    """Say in one sentence how the release ended."""
    what = asked_for(report.release)
    match report.outcome:
        case Outcome.SUCCEEDED:
            return f"{what} is live, and proven."
        case Outcome.NO_CHANGE:
            return f"{what} was live already, and was proven again."
        case Outcome.SKIPPED:
            return f"{what} was not deployed: a newer request goes ahead."
        case Outcome.ROLLED_BACK:
            live = _short(report.deployment.git_sha) if report.deployment else "the release before"
            return f"{what} failed. {live} is live again, and proven."
        case Outcome.REJECTED:
            return f"{what} was refused. The service was not changed."
        case Outcome.ROLLBACK_FAILED:
            return f"{what} failed, and so did the way back: the service is not proven healthy."
        case Outcome.SUPERSEDED:
            return f"{what} was overtaken: somebody else deployed over it."
        case Outcome.NO_BASELINE:
            return f"{what} failed, and nothing ran before it to go back to."
    assert_never(report.outcome)


def asked_for(release: Release) -> str:
    """Say what was requested, even if the request could not be resolved."""
    of = "Rollback to" if release.intent == Intent.ROLLBACK else "Release"
    if release.git_sha not in ("", UNKNOWN):
        return f"{of} {_short(release.git_sha)}"
    if release.image_digest not in ("", UNKNOWN):
        return f"{of} {release.image_digest.removeprefix('sha256:')[:12]} of an unknown commit"
    if release.came:
        cut = release.came[:REQUEST_SHOWN]
        return f"A request that can't be read ({cut}{'…' if len(release.came) > len(cut) else ''})"
    return f"A request to {release.intent.value} {release.service}"


def _short(sha: str) -> str:
    return sha[:SHORT] if commit.FULL.fullmatch(sha) else sha


def _pills(report: Report) -> tuple[Told, ...]:
    word = report.outcome.value.lower().replace("_", " ")
    match report.outcome:
        case Outcome.SUCCEEDED | Outcome.NO_CHANGE:
            return (Told(GOOD, word),)
        case Outcome.ROLLED_BACK:
            back = report.deployment.git_sha if report.deployment else UNKNOWN
            return Told(BAD, word), Told(GOOD, f"{_short(back)} proven again")
        case Outcome.SKIPPED | Outcome.SUPERSEDED:
            return (Told(UNKNOWN_KIND, word),)
        case Outcome.REJECTED | Outcome.ROLLBACK_FAILED | Outcome.NO_BASELINE:
            return (Told(BAD, word), Told(REST, report.code))
    assert_never(report.outcome)


def _facts(report: Report) -> Iterator[Told]:
    running = [task for task in report.provenance.tasks if task.status == "RUNNING"]
    yield Told(_live_kind(report.outcome), f"live now: {brief(report.live_now)}")
    for revision in dict.fromkeys(task.revision for task in running):
        ours = [task for task in running if task.revision == revision]
        digests = {brief(digest) for task in ours for digest in task.digests.values()}
        name = revision.rpartition("/")[2]
        yield Told(GOOD, f"{len(ours)} running {_s(len(ours), 'task')} of {name}: {', '.join(sorted(digests))}")
    if not running:
        yield Told(UNKNOWN_KIND, "no running task was found")
    healthy = sum(target.state == "healthy" for target in report.target_health)
    if report.target_health:
        kind = GOOD if healthy == len(report.target_health) else BAD
        yield Told(kind, f"{healthy} of {len(report.target_health)} {_s(len(report.target_health), 'target')} healthy")
    else:
        yield Told(UNKNOWN_KIND, "no target was found")
    served = report.provenance.served
    yield Told(UNKNOWN_KIND if served == UNKNOWN else GOOD, f"served in the end: {brief(served)}")
    made = [check for check in report.checks if check.state != SKIP]
    good = sum(check.state == PASS for check in made)
    if made:
        yield Told(GOOD if good == len(made) else BAD, f"{good} of {len(made)} smoke {_s(len(made), 'check')} passed")
    yield from (Told(REST, f"{name}: {text}") for name, text in latency.words(report.latencies))


def _live_kind(outcome: Outcome) -> str:
    """Say whether Landfall proved the running release: not after a rejection (no look) or a failed rollback."""
    if outcome in (Outcome.SUCCEEDED, Outcome.NO_CHANGE, Outcome.ROLLED_BACK):
        return GOOD
    return BAD if outcome in (Outcome.ROLLBACK_FAILED, Outcome.NO_BASELINE) else UNKNOWN_KIND


def _s(count: int, word: str) -> str:
    return word if count == 1 else f"{word}s"


def _stopped(report: Report) -> Iterator[Stopped]:
    last = {line.task: line.text for line in report.logs.last}
    for task in report.provenance.tasks:
        if task.status == "STOPPED":
            yield Stopped(task.arn, _exits(task), brief(task.stopped_reason), last.get(task.arn, ""))


def _exits(task: Task) -> str:
    return ", ".join(f"{name} {code}" for name, code in task.exit_codes.items())


def _provenance(report: Report) -> tuple[tuple[str, str], ...]:
    known = report.provenance
    return (
        ("commit", known.commit),
        ("digest", known.image_digest),
        ("revision", known.revision or "none registered"),
        ("ECS deployment", known.ecs_deployment or "none"),
        ("served in the end", known.served),
        ("way back", report.baseline.restores if report.baseline and report.baseline.restores else "none was needed"),
    )


def _asked(release: Release) -> Iterator[tuple[str, str]]:
    yield "intent", release.intent.value
    if asked := release.asked:
        yield "asked for by", f"{asked.by} (a claim), by {asked.via}"
        yield "because", asked.reason or "no reason was given"
        yield "recorded in", asked.execution
        yield "built as", asked.build
    yield "asked for too", "; ".join(release.asked_too)
    yield "started by", f"{release.requested_by} (a claim)"
    yield "reason given", release.reason
    yield "what came", release.came
