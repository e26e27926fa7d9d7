"""What needs somebody now: what is wrong, since when, and the command that helps."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cli.deployments import sign_offs
from cli.ui.reading.live import Column, Seen
from cli.ui.views import page_words, sign_off, step_names
from cli.ui.views.live import FAILED, doubt
from landfall.approval import approval_words
from landfall.intake.freeze import Freeze
from landfall.migration import migration, migration_words
from landfall.model import UNKNOWN, Outcome
from landfall.partitions import EVERY_SERVICE
from landfall.telling.finding_advice import ADVICE

OPEN_FINDINGS = "landfall-OpenFindings"
"""The alarm on findings, which this page lists one by one (stacks/pipeline/alarms.py)."""
_ORDER = ("failed", "warn", "unknown")
SEEN = "seen just now; since when is not known"


@dataclass(frozen=True)
class Need:
    """One line. `where` is the service and the environment, `command` what to type, `rest` what else to do."""

    state: str
    where: str
    what: str
    since: str
    command: str
    rest: str = ""


def of(columns: Sequence[Column], chosen: Iterable[str]) -> list[Need]:
    """Return what needs somebody, the worst first. `chosen` has each environment's command-line options."""
    found = [need for column, options in zip(columns, chosen, strict=True) for need in _of_column(column, options)]
    return sorted(found, key=lambda need: _ORDER.index(need.state))


def _of_column(column: Column, options: str) -> Iterable[Need]:
    if column.unread:
        said = f"It could not be read: {column.unread}"
        yield Need("unknown", column.environment, said, SEEN, f"landfall doctor{options}")
    explained = {finding.service for finding in column.findings if finding.open}
    for seen in column.seen:
        doubts = [] if seen.name in explained else _in_doubt(column, seen, options)
        yield from _failed(column, seen, options) or doubts
        yield from _frozen(column, seen, options)
        yield from _paused(column, seen, options)
        yield from _awaited(column, seen, options)
        yield from _suffering(column, seen)
    yield from _alarmed(column)
    yield from _found(column, options)
    everywhere = {str(f): f for s in column.seen for f in s.freezes if f.service == EVERY_SERVICE}
    for each in everywhere.values():
        yield _freeze(column, column.environment, "every service is ", each, f"landfall unfreeze{options}")


def _failed(column: Column, seen: Seen, options: str) -> list[Need]:
    """Return the line about the last change of the service, if it failed."""
    live = seen.live
    if live is None or live.under_way or live.last_change is None:
        return []
    last, where = live.last_change, f"{seen.name}, {column.environment}"
    commit, since = page_words.short(last.get("git_sha", UNKNOWN)), page_words.since(last.get("ended_at"), column.at)
    show, why = f"landfall show {last['deployment_id']}{options}", step_names.why(last.get("why", ""))
    match last.get("outcome"):
        case outcome if outcome in FAILED:
            what = f"commit {commit} ended {outcome}; the service is not proven healthy. {why}"
            return [Need("failed", where, what, since, show, "Look at the service now; docs/runbooks says how.")]
        case Outcome.SUPERSEDED:
            return [Need("warn", where, f"somebody else deployed over commit {commit}. {why}", since, show)]
        case Outcome.ROLLED_BACK if live.proven:
            calm = "The release before it is live again, and proven."
            return [Need("warn", where, f"commit {commit} did not stay. {calm} {why}", since, show)]
    return []


def _in_doubt(column: Column, seen: Seen, options: str) -> list[Need]:
    """Return the line about a service that is not known to be proven, whatever the reason."""
    where, at = f"{seen.name}, {column.environment}", SEEN
    if seen.live is None:
        return [Need("unknown", where, f"it could not be read: {seen.unread}", at, f"landfall doctor{options}")]
    if seen.live.proven or seen.live.under_way:
        return []
    state, word, says = doubt(seen.live)
    command = f"landfall status --service {seen.name}{options}"
    return [Need(state, where, f"{word}. {says}", at, command)]


def _frozen(column: Column, seen: Seen, options: str) -> Iterable[Need]:
    for each in seen.freezes:
        if each.service != EVERY_SERVICE:
            where, command = f"{seen.name}, {column.environment}", f"landfall unfreeze {seen.name}{options}"
            yield _freeze(column, where, "", each, command)


def _freeze(column: Column, where: str, what: str, freeze: Freeze, command: str) -> Need:
    until = f" until {page_words.clock(freeze.until)}" if freeze.until else ""
    said = f"{what}frozen by {page_words.tail(freeze.by)}{until}: {freeze.reason}"
    return Need("warn", where, said, page_words.since(freeze.since, column.at), command)


def _paused(column: Column, seen: Seen, options: str) -> Iterable[Need]:
    """Return the line about a deployment that waits for the service's owner: nobody else can continue it."""
    running = seen.running
    if running and (word := step_names.paused(running.code)):
        where, name = f"{seen.name}, {column.environment}", running.record["deployment_id"]
        what, since = (
            f"{word}: {page_words.reason(running.reason)}",
            f"under way {page_words.since(running.since, column.at)}",
        )
        yield Need("warn", where, what, since, f"landfall watch {name}{options}")


def _awaited(column: Column, seen: Seen, options: str) -> Iterable[Need]:
    """Return the deployments that wait for people to sign them off."""
    for record, known in sign_offs.sign_offs(seen.live) if seen.live else ():
        where, name = f"{seen.name}, {column.environment}", str(record["deployment_id"])
        items = f" To confirm: {'; '.join(known.checklist)}." if known.checklist else ""
        commit, until = page_words.short(record.get("git_sha", UNKNOWN)), sign_off.until(known, column.at)
        what = f"commit {commit} waits for {sign_off.awaited(known)}, {until}.{items}"
        since = f"asked {page_words.ago(known.asked_at, column.at)}, {page_words.clock(known.asked_at)} UTC"
        yes, no = approval_words.to_answer(known, name, options)
        rest = f"{page_words.sentence(approval_words.UNTIL_THEN[known.when])}. To say no: {no}"
        yield Need("warn", where, what, since, yes, rest)


def _suffering(column: Column, seen: Seen) -> Iterable[Need]:
    """Return migrations that run while their service is unhealthy: Landfall does not stop them itself."""
    for record in seen.live.unfinished if seen.live else ():
        known = migration.read(record)
        if known and not known.is_over and known.task and migration_words.health(known) and not known.healthy_again:
            commit = page_words.short(record.get("git_sha", UNKNOWN))
            what = f"it is unhealthy while the migration of commit {commit} runs: {known.unhealthy_why}"
            where, since = f"{seen.name}, {column.environment}", page_words.since(known.unhealthy_since, column.at)
            stop, rest = migration_words.stop_command(known.task), page_words.sentence(migration_words.WHAT_NEXT)
            yield Need("failed", where, what, since, stop, rest)


def _alarmed(column: Column) -> Iterable[Need]:
    """Return the alarms that are firing, without the alarm on findings: the findings themselves say more."""
    fired = column.alarms
    told = [(f"{name}, {column.environment}", alarm) for name, of in fired.of_services.items() for alarm in of]
    told += [(column.environment, alarm) for alarm in fired.own if alarm.name != OPEN_FINDINGS or not column.findings]
    for where, alarm in told:
        what = f"alarm {alarm.name} is firing. {page_words.reason(alarm.says)}"
        command = f"aws cloudwatch describe-alarms --alarm-names {shlex.quote(alarm.name)}"
        yield Need("warn", where, what, page_words.since(alarm.since and alarm.since.isoformat(), column.at), command)


def _found(column: Column, options: str) -> Iterable[Need]:
    for each in column.findings:
        if each.open:
            where, advice = f"{each.service}, {column.environment}", ADVICE[each.kind]
            what = f"{advice.title}: {page_words.reason(each.what)}"
            since = page_words.since(each.raised_at, column.at)
            yield Need("warn", where, what, since, f"landfall findings {each.service}{options}", advice.next)
    if column.more_findings:
        what = f"there are more findings than the {len(column.findings)} that this page reads"
        yield Need("unknown", column.environment, what, SEEN, f"landfall findings{options}")
