"""The judge of a chaos run: it calls no right outcome wrong, and knows in which order releases were proven."""

from __future__ import annotations

from typing import Any

import pytest

from local.faults.planned import ASKED, Kind, Rule
from tests.campaigns.chaos import judge
from tests.campaigns.chaos.lane import Live
from tests.campaigns.chaos.schedule import AGAIN, BAD, GOOD, MISSING, Deployment

LIVE = Live("sha256:1", "a")


def record(sha: str, fence: int, ended_at: str, outcome: str = "SUCCEEDED") -> dict[str, Any]:
    """Return a record as DynamoDB's wire has it: numbers are text."""
    return {"image_digest": sha, "git_sha": sha, "fence": str(fence), "ended_at": ended_at, "outcome": outcome}


def test_the_order_of_proofs_is_that_of_the_locks() -> None:
    """A success that is closed late, by a recovery, was live before the one that is closed already."""
    records = [record("a", 9, "12:05"), record("b", 10, "12:01"), record("c", 11, "12:09", "ROLLED_BACK")]
    assert [live.sha for live in judge.landed(records)] == ["a", "b"]


EXPECTED = [
    (Deployment(1, GOOD, ()), LIVE, ("SUCCEEDED", "NO_CHANGE")),
    (Deployment(1, AGAIN, ()), LIVE, ("NO_CHANGE",)),
    (Deployment(1, AGAIN, (Rule("ecs:DescribeTasks", Kind.STALE, judge.PREFLIGHT),)), LIVE, judge.LANDED),
    (Deployment(1, AGAIN, (Rule(ASKED, Kind.DROP, judge.PREFLIGHT),)), LIVE, judge.LANDED),
    (Deployment(1, AGAIN, (Rule("ecs:DescribeTasks", Kind.STALE, "landfall-confirm"),)), LIVE, ("NO_CHANGE",)),
    (Deployment(1, BAD[0], ()), LIVE, ("ROLLED_BACK",)),
    (Deployment(1, BAD[0], ()), None, ("NO_BASELINE",)),
    (Deployment(1, MISSING, ()), LIVE, ("REJECTED",)),
]


@pytest.mark.parametrize(("wanted", "live", "outcomes"), EXPECTED)
def test_what_may_become_of_a_deployment(wanted: Deployment, live: Live | None, outcomes: tuple[str, ...]) -> None:
    """Noise decides nothing; but who was shown an older picture of what is live may release it again."""
    assert judge.expected(wanted, live) == outcomes
