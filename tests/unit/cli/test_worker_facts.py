"""What the pages say of a worker: its log and its work, and that nobody saw the work."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest

from cli.ui.views import facts, live
from cli.ui.views.live import Cell
from landfall.smoke.case import Check
from landfall.worker import UNPROVEN
from tests.support import builders as b


@pytest.mark.parametrize(("state", "left_out"), [("PASS", False), ("SKIP", True)])
def test_a_worker_that_nobody_saw_at_work_is_not_called_wholly_proven(state: str, left_out: bool) -> None:
    """Every proof holds only where each was made."""
    checks = (Check("steady", "PASS", "", ""), Check("commit", "PASS", "", ""), Check("progress", state, "", ""))
    record = {"ended": json.dumps(asdict(b.ended(checks=checks))), "git_sha": b.SHA}
    known = facts.of(record, 2)
    texts = [fact.text for fact in known]
    assert f"logs {b.SHA[:7]} ✓" in texts
    assert (UNPROVEN in texts) is left_out
    said = live.lede([Cell("here", "jobs", "proven", "proven", facts=known)])
    assert said == ("One is not proven to work." if left_out else live.lede([]))
