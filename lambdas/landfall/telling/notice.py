"""The message people get when a deployment did not end in success: what, where, why, what is live, what to do."""

from __future__ import annotations

from landfall import console
from landfall.intake import recorded_requests
from landfall.ledger.deployment_record import Ended, live_now, revision, why
from landfall.model import QUIET, Outcome
from landfall.naming import SUBJECT_LIMIT
from landfall.runbook import Runbook
from landfall.text import foreign

NEXT = {
    Outcome.REJECTED: "Mend the request as it says and start again. Nothing was touched.",
    Outcome.ROLLED_BACK: "Nothing is on fire: the release before is proven live. Mend the release and push again.",
    Outcome.ROLLBACK_FAILED: "ACT NOW: the service is not proven healthy. Follow the runbook.",
    Outcome.SUPERSEDED: "Somebody else deployed over this release. Landfall stopped: see who, and if it is healthy.",
    Outcome.NO_BASELINE: "The first release failed, and nothing ran before it. See what runs now; mend it, push again.",
}
"""What people do then whom a message tells of it. Of the others, which are QUIET, there is none."""
PAGE, NOTICE, INFO = "page", "notice", "info"


def subject(ended: Ended) -> str:
    """Return the subject."""
    return fitting(f"Landfall: {ended.outcome.value} {ended.release.service} {ended.release.git_sha[:12]}")


def fitting(text: str) -> str:
    """Return a subject as SNS takes it: less than 100 printable ASCII characters (SNS API reference, Publish)."""
    return foreign.line(text).encode("ascii", "replace").decode()[:SUBJECT_LIMIT]


def message(ended: Ended, report: str | None) -> str:
    """Return the text of the message. `report` is the S3 URI of the report for people."""
    release = ended.release
    return foreign.lines(
        (
            f"{ended.outcome.value}: {release.service}, commit {release.git_sha}",
            "",
            f"Why:       {why(ended)}",
            f"Live now:  {live_now(ended)}",
            f"Way back:  {ended.baseline.restores if ended.baseline else 'none was needed'}",
            f"What next: {NEXT.get(ended.outcome, 'Nothing to do.')}",
            f"Runbook:   {runbook_of(ended.outcome)}",
            "",
            f"Digest:    {release.image_digest}",
            f"Revision:  {revision(ended) or 'none registered'}",
            f"Asked by:  {recorded_requests.who(release)}, to {release.intent.value}",
            f"Because:   {recorded_requests.why(release) or 'no reason was given'}",
            f"Execution: {console.execution(release.execution_arn)}",
            f"Report:    {report_url(ended, report) or 'could not be written; the execution history has it all'}",
            *([f"           {report}"] if report else []),
        )
    )


def attributes(ended: Ended) -> dict[str, str]:
    """Return the message attributes that subscribers can filter by."""
    return {
        "outcome": ended.outcome.value,
        "service": ended.release.service,
        "intent": ended.release.intent.value,
        "severity": severity(ended.outcome),
        "code": code(ended),
    }


def severity(outcome: Outcome) -> str:
    """Say whether somebody must come at once, should read it, or merely may."""
    if outcome == Outcome.ROLLBACK_FAILED:
        return PAGE
    return INFO if outcome in QUIET else NOTICE


def code(ended: Ended) -> str:
    """Return why, for programs."""
    return ended.failure.code if ended.failure else ended.verdict.code


def runbook_of(outcome: Outcome) -> Runbook:
    """Return what to read next."""
    return Runbook.ROLLBACK_FAILED if outcome == Outcome.ROLLBACK_FAILED else Runbook.FAILED_DEPLOYMENT


def report_url(ended: Ended, report: str | None) -> str | None:
    """Return where the console shows the report."""
    return console.stored(report, console.region_of(ended.release.execution_arn)) if report else None
