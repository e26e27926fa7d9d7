"""The message that a deployment waits for people: who may answer, the items, the time limit, and the command."""

from __future__ import annotations

from landfall.approval.approval import AWAITED, Approval
from landfall.approval.approval_words import UNTIL_THEN, listed, to_answer, waits
from landfall.model import Release
from landfall.telling import under_way_notice
from landfall.telling.notice import Notice, Severity

OUTCOME = "AWAITING_APPROVAL"


def notice(release: Release, known: Approval) -> Notice:
    """Return the message. It has no link that approves: mail scanners open links."""
    yes, no = to_answer(known, release.deployment_id)
    lines = (
        f"{release.service} {waits(known)}",
        "",
        f"Release:   commit {release.git_sha}, {release.image_digest}",
        f"Asked by:  {release.requested_by} (a claim): {release.reason or 'no reason given'}",
        f"Items:     {listed(known.checklist)}",
        f"Until then: {UNTIL_THEN[known.when]}",
        f"To say yes: {yes}",
        f"To say no:  {no}",
    )
    title = f"{release.service} waits for your approval"
    return under_way_notice.notice(release, title, lines, outcome=OUTCOME, code=AWAITED, severity=Severity.NOTICE)
