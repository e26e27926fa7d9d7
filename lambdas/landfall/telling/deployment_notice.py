"""The notice of a deployment that did not end in success: what, where, why, what is live now, and what to do."""

from __future__ import annotations

from typing import assert_never

from landfall import console
from landfall.abort import aborted
from landfall.after import after_words
from landfall.approval import approval_words
from landfall.intake import recorded_requests
from landfall.ledger.deployment_record import Ended, live_now, revision, why
from landfall.migration import migration_words, run_task
from landfall.migration.migration import UNSETTLED
from landfall.model import Outcome
from landfall.runbook import Runbook
from landfall.telling.notice import Notice, Severity

NOTHING_TO_DO = "Nothing to do."
LINES = 5
"""How many of a migration's last log lines a message has."""


def notice(ended: Ended, report: str | None) -> Notice:
    """Return the notice. `report` is the S3 URI of the report for people."""
    release, word = ended.release, ended.outcome.value
    return Notice(
        title=f"{word} {release.service} {release.git_sha[:12]}",
        lines=(
            f"{word}: {release.service}, commit {release.git_sha}",
            "",
            f"Why:       {why(ended)}",
            f"Live now:  {live_now(ended)}",
            f"Way back:  {ended.baseline.restores if ended.baseline else 'none was needed'}",
            *stopped(ended),
            *signed_off(ended),
            *migrated(ended),
            *after_checked(ended),
            f"What next: {advice(ended) or NOTHING_TO_DO}",
            f"Runbook:   {runbook_of(ended.outcome) or Runbook.FAILED_DEPLOYMENT}",
            "",
            f"Digest:    {release.image_digest}",
            f"Revision:  {revision(ended) or 'none registered'}",
            f"Asked by:  {recorded_requests.who(release)}, to {release.intent.value}",
            f"Because:   {recorded_requests.why(release) or 'no reason was given'}",
            f"Execution: {console.execution(release.execution_arn)}",
            f"Report:    {report_url(ended, report) or 'could not be written; the execution history has it all'}",
            *([f"           {report}"] if report else []),
        ),
        outcome=word,
        service=release.service,
        severity=urgency(ended),
        code=code(ended),
        more={"intent": release.intent.value},
    )


def what_next(outcome: Outcome) -> str | None:
    """Say what to do after an outcome; None if there is nothing to do, and nobody is notified."""
    match outcome:
        case Outcome.SUCCEEDED | Outcome.NO_CHANGE | Outcome.SKIPPED:
            return None
        case Outcome.REJECTED:
            return "Fix the request as the reason says, and start again. The service was not changed."
        case Outcome.ROLLED_BACK:
            return "The release before is live again, and proven. Fix the release and push again."
        case Outcome.ROLLBACK_FAILED:
            return "ACT NOW: the service is not proven healthy. Follow the runbook."
        case Outcome.SUPERSEDED:
            return "Somebody else deployed over this release, and Landfall stopped. Find out who did, and check it."
        case Outcome.NO_BASELINE:
            return "The first release failed, and nothing ran before it. See what runs now; fix it and push again."
    assert_never(outcome)


def advice(ended: Ended) -> str | None:
    """Say what to do after a deployment ended: `what_next`, unless a migration says more."""
    if ended.outcome == Outcome.REJECTED and is_unsettled(ended):
        return f"ACT NOW: {migration_words.CANT_BE_KNOWN}. The service was not changed."
    if ended.outcome == Outcome.REJECTED and ended.migration and ended.migration.may_have_changed_data:
        return "See what the migration did to the database, then fix it and push again. The service was not changed."
    if ended.outcome == Outcome.REJECTED and code(ended) == run_task.OF_ANOTHER:
        return (
            "Nothing is wrong with this release. Let the earlier migration end, or stop its task if it hangs; then "
            "release again. The service was not changed."
        )
    return what_next(ended.outcome)


def stopped(ended: Ended) -> tuple[str, ...]:
    """Return the line about an abort; none if nobody aborted it."""
    return (f"Abort:     {aborted.ended(ended.abort, ended.outcome)}",) if ended.abort else ()


def signed_off(ended: Ended) -> tuple[str, ...]:
    """Return the line about a sign-off; none if nobody was asked."""
    return (f"Sign-off:  {approval_words.ended(ended.approval)}",) if ended.approval else ()


def migrated(ended: Ended) -> tuple[str, ...]:
    """Return the lines about a migration; none if the release had none."""
    known = ended.migration
    if known is None:
        return ()
    lines = [f"           {line}" for line in known.lines[-LINES:]]
    more = migration_words.remark(known, ended.outcome)
    return (
        f"Migration: {migration_words.short(known)}{f'; {more}' if more else ''}",
        f"           {known.task}",
        *lines,
    )


def after_checked(ended: Ended) -> tuple[str, ...]:
    """Return the lines about an after-check; none if it was not called."""
    known = ended.after_check
    if known is None:
        return ()
    said = ": ".join(text for text in (after_words.short(known), known.reason or known.trouble) if text)
    details = (f"           {known.details}",) if known.details else ()
    return (f"Check:     {known.function} {said}", *details)


def is_unsettled(ended: Ended) -> bool:
    """Say whether it is not known if the migration ran."""
    return ended.migration is not None and ended.migration.stage in UNSETTLED


def urgency(ended: Ended) -> Severity:
    """Return the severity of a deployment's end: its outcome's, but a page if a migration is UNKNOWN."""
    return Severity.PAGE if is_unsettled(ended) else severity(ended.outcome)


def severity(outcome: Outcome) -> Severity:
    """Say whether somebody must come at once, should read it, or merely may."""
    match outcome:
        case Outcome.SUCCEEDED | Outcome.NO_CHANGE | Outcome.SKIPPED:
            return Severity.INFO
        case Outcome.REJECTED | Outcome.ROLLED_BACK | Outcome.SUPERSEDED | Outcome.NO_BASELINE:
            return Severity.NOTICE
        case Outcome.ROLLBACK_FAILED:
            return Severity.PAGE
    assert_never(outcome)


def runbook_of(outcome: Outcome) -> Runbook | None:
    """Return what to read next; None if there is nothing to do."""
    match outcome:
        case Outcome.SUCCEEDED | Outcome.NO_CHANGE | Outcome.SKIPPED:
            return None
        case Outcome.REJECTED | Outcome.ROLLED_BACK | Outcome.SUPERSEDED | Outcome.NO_BASELINE:
            return Runbook.FAILED_DEPLOYMENT
        case Outcome.ROLLBACK_FAILED:
            return Runbook.ROLLBACK_FAILED
    assert_never(outcome)


def code(ended: Ended) -> str:
    """Return why, for programs."""
    return ended.failure.code if ended.failure else ended.verdict.code


def report_url(ended: Ended, report: str | None) -> str | None:
    """Return where the console shows the report."""
    return console.stored(report, console.region_of(ended.release.execution_arn)) if report else None
