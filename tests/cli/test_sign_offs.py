"""Which deployments wait for people, as `landfall status` and the pages say it."""

from __future__ import annotations

from typing import Any

from cli.deployments import sign_offs
from cli.live_release import Live
from landfall.approval import approval
from landfall.model import UNKNOWN
from tests.support import builders as b
from tests.ui import sign_offs as stories

KEPT = {approval.FIELD: approval.written(stories.waiting(b.NOW, "after"))}


def live(*unfinished: dict[str, Any]) -> Live:
    """Return a service with these deployments under way."""
    known = (UNKNOWN, "i", "r", "", 2, 2, "COMPLETED", None, None)
    return Live("api", "ACTIVE", *known, unfinished=unfinished)


def test_one_that_waits_behind_a_newer_push_is_named() -> None:
    """It holds the lock, so the newest deployment is another; of the newest itself the id is said already."""
    waits = {"deployment_id": "d1", **KEPT}

    assert sign_offs.said(live(waits)).startswith("waits for approval by 1 of arn:aws:iam::123456789012:role/Release")
    assert sign_offs.said(live(waits, {"deployment_id": "d2"})).startswith("d1 waits for approval by 1 of")


def test_what_has_ended_waits_for_nobody() -> None:
    """A record that was closed while people were asked offers nothing to answer."""
    assert sign_offs.said(live({"deployment_id": "d1", "outcome": "REJECTED", **KEPT})) == ""
    assert sign_offs.said(live({"deployment_id": "d1"})) == ""
