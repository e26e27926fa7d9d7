"""The message that a deployment waits for people: who may answer, to what, until when, and with which command."""

from __future__ import annotations

import shlex

from landfall import console
from landfall.approval.approval import Approval
from landfall.approval.words import listed, waits
from landfall.model import Release
from landfall.runbook import Runbook
from landfall.telling.notice import Notice, Severity

CODE = "APPROVAL_AWAITED"
OUTCOME = "AWAITING_APPROVAL"
"""Takes the place of an outcome: the deployment is under way."""
UNTIL_THEN = {
    "before": "nothing was changed yet; without a yes the release is rejected, and a newer request takes its place",
    "after": "the release is live and proven, and the lock is held; without a yes it is rolled back",
}


def notice(release: Release, known: Approval) -> Notice:
    """Return the message. It has no link that approves: mail scanners open links."""
    items = "".join(f" --check {shlex.quote(item)}" for item in known.checklist)
    return Notice(
        title=f"{release.service} waits for your approval",
        lines=(
            f"{release.service} {waits(known)}",
            "",
            f"Release:   commit {release.git_sha}, {release.image_digest}",
            f"Asked by:  {release.requested_by} (a claim): {release.reason or 'no reason given'}",
            f"Items:     {listed(known.checklist)}",
            f"Until then: {UNTIL_THEN[known.when]}",
            f"To say yes: landfall approve {release.deployment_id}{items}",
            f"To say no:  landfall reject {release.deployment_id} --reason TEXT",
            f"Runbook:   {Runbook.FAILED_DEPLOYMENT}",
            "",
            f"Execution: {console.execution(release.execution_arn)}",
        ),
        outcome=OUTCOME,
        service=release.service,
        severity=Severity.NOTICE,
        code=CODE,
        more={"intent": release.intent.value},
    )
