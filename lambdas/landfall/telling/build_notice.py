"""The message people get when a build released nothing: it failed, or its deployment never began by itself."""

from __future__ import annotations

from landfall import console
from landfall.builds.build_watch import NOT_BEGUN, Built
from landfall.model import Verdict
from landfall.runbook import Runbook
from landfall.telling.notice import NOTICE, fitting
from landfall.text import foreign

FAILED = "BUILD_FAILED"
NEXT = {
    NOT_BEGUN: "Nothing for this release: its deployment was started now. See why the push's event did not start it "
    "(EventBridge rule, dead-letter queue), or the next push may be lost too.",
    FAILED: "Mend the build and push again. If it had pushed its image before it failed, that push has a deployment "
    "and a report of its own; if not, what ran still runs.",
}


def subject(built: Built, verdict: Verdict) -> str:
    """Return the subject."""
    return fitting(f"Landfall: {outcome(verdict)} {built.service} {built.git_sha[:12]}")


def message(built: Built, verdict: Verdict) -> str:
    """Return the text of the message."""
    return foreign.lines(
        (
            f"{outcome(verdict)}: {built.service}, commit {built.git_sha}",
            "",
            f"Why:       {verdict.reason}",
            f"What next: {NEXT[outcome(verdict)]}",
            f"Runbook:   {Runbook.BUILD_WITHOUT_DEPLOYMENT}",
            "",
            f"Digest:    {built.image_digest}",
            f"Project:   {built.project}",
            f"Build:     {console.build(built.arn)}",
        )
    )


def attributes(built: Built, verdict: Verdict) -> dict[str, str]:
    """Return the message attributes that subscribers can filter by, named as those of a deployment."""
    return {"outcome": outcome(verdict), "service": built.service, "severity": NOTICE, "code": verdict.code}


def outcome(verdict: Verdict) -> str:
    """Return which of the two it is."""
    return NOT_BEGUN if verdict.code == NOT_BEGUN else FAILED
