"""The notice of a build that released nothing: it failed, or its deployment never began by itself."""

from __future__ import annotations

from landfall import console
from landfall.builds.build_watch import NOT_BEGUN, Built
from landfall.model import Verdict
from landfall.runbook import Runbook
from landfall.telling.notice import Notice, Severity

FAILED = "BUILD_FAILED"
NEXT = {
    NOT_BEGUN: "Nothing for this release: its deployment was started now. See why the push's event did not start it "
    "(EventBridge rule, dead-letter queue), or the next push may be lost too.",
    FAILED: "Fix the build and push again. If it had pushed its image before it failed, that push has a deployment "
    "and a report of its own; if not, what ran still runs.",
}


def notice(built: Built, verdict: Verdict) -> Notice:
    """Return the notice. Nobody is paged: the service runs what it ran before."""
    word = NOT_BEGUN if verdict.code == NOT_BEGUN else FAILED
    return Notice(
        title=f"{word} {built.service} {built.git_sha[:12]}",
        lines=(
            f"{word}: {built.service}, commit {built.git_sha}",
            "",
            f"Why:       {verdict.reason}",
            f"What next: {NEXT[word]}",
            f"Runbook:   {Runbook.BUILD_WITHOUT_DEPLOYMENT}",
            "",
            f"Digest:    {built.image_digest}",
            f"Project:   {built.project}",
            f"Build:     {console.build(built.arn)}",
        ),
        outcome=word,
        service=built.service,
        severity=Severity.NOTICE,
        code=verdict.code,
    )
