"""The message people get when a deployment did not end in success: what, where, why, what is live, what to do."""

from __future__ import annotations

from landfall import console
from landfall.evidence import Ended, live_now, revision, why
from landfall.model import Outcome

NEXT = {
    Outcome.REJECTED: "Mend the request as it says and start again. Nothing was touched.",
    Outcome.ROLLED_BACK: "Nothing is on fire: the release before is proven live. Mend the release and push again.",
    Outcome.ROLLBACK_FAILED: "ACT NOW: the service is not proven healthy. Follow docs/runbooks/rollback-failed.md.",
    Outcome.SUPERSEDED: "Somebody else deployed over this release. Landfall stopped: see who, and if it is healthy.",
    Outcome.NO_BASELINE: "The first release failed and the service is back at no tasks. Mend it and push again.",
}


def subject(ended: Ended) -> str:
    """Return the subject."""
    return fitting(f"Landfall: {ended.outcome.value} {ended.release.service} {ended.release.git_sha[:12]}")


def fitting(text: str) -> str:
    """Return a subject as SNS takes it: 100 printable ASCII characters (SNS API reference, Publish)."""
    return text.encode("ascii", "replace").decode()[:100]


def message(ended: Ended, report: str | None) -> str:
    """Return the text of the message."""
    release = ended.release
    return "\n".join(
        (
            f"{ended.outcome.value}: {release.service}, commit {release.git_sha}",
            "",
            f"Why:       {why(ended)}",
            f"Live now:  {live_now(ended)}",
            f"Way back:  {ended.baseline.restores if ended.baseline else 'none was needed'}",
            f"What next: {NEXT.get(ended.outcome, 'Nothing to do.')}",
            "",
            f"Digest:    {release.image_digest}",
            f"Revision:  {revision(ended) or 'none registered'}",
            f"Asked by:  {release.requested_by} (a claim)",
            f"Execution: {console.execution(release.execution_arn)}",
            f"Report:    {report or 'could not be written; the execution history has it all'}",
        )
    )


def attributes(ended: Ended) -> dict[str, str]:
    """Return the message attributes that subscribers can filter by."""
    return {
        "outcome": ended.outcome.value,
        "service": ended.release.service,
        "severity": "page" if ended.outcome == Outcome.ROLLBACK_FAILED else "notice",
        "code": ended.failure.code if ended.failure else ended.verdict.code,
    }
