"""What is live, and is it proven? What was proven once may not be what the last deployment left."""

from __future__ import annotations

from typing import Any

import pytest

from cli.live_release import Live, proof
from landfall.ledger import service_standing
from landfall.model import Outcome
from tests.support import builders as b


def record(outcome: Outcome, minute: int, revision: str = "f:2", restored_to: str = "") -> dict[str, Any]:
    """Return a closed record."""
    return {
        "deployment_id": f"20260101T00{minute:02}00Z",
        "outcome": outcome.value,
        "ended_at": f"2026-01-01T00:{minute:02}:30+00:00",
        "task_definition": revision,
        "restored_to": restored_to,
    }


B = record(Outcome.SUCCEEDED, 1)
CASES = {
    "proven": ([B], True),
    "proven again": ([record(Outcome.NO_CHANGE, 2), B], True),
    "gone back to, and proven": ([record(Outcome.ROLLED_BACK, 2, "f:3", "f:2"), B], True),
    "gone back to, and not proven": ([record(Outcome.ROLLBACK_FAILED, 2, "f:3", "f:2"), B], False),
    "deployed over by somebody": ([record(Outcome.SUPERSEDED, 2, "f:3"), B], False),
    "gone back past it": ([record(Outcome.ROLLED_BACK, 2, "f:3", "f:1"), B], False),
    "another was proven since": ([record(Outcome.SUCCEEDED, 2, "f:3"), B], False),
    "what was rejected or skipped since touched nothing": (
        [record(Outcome.REJECTED, 3, ""), record(Outcome.SKIPPED, 2, ""), B],
        True,
    ),
    "one that began before ended after": ([B, record(Outcome.ROLLBACK_FAILED, 5, "f:3", "f:2")], False),
    "nothing is known": ([], False),
    "still under way": ([{"deployment_id": "20260101T000500Z"}, B], True),
}


@pytest.mark.parametrize(("known", "proven"), CASES.values(), ids=CASES)
def test_proof_of_what_runs(known: list[dict[str, Any]], proven: bool) -> None:
    """Only the last deployment that touched the service can say that this revision is proven."""
    assert (proof(service_standing.last_change(known), "f:2") is not None) is proven


@pytest.mark.parametrize(
    ("changes", "proven"),
    [
        ({}, True),
        ({"running": 0}, False),
        ({"running": 3}, False),
        ({"desired": 0, "running": 0}, False),
        ({"rollout": "IN_PROGRESS"}, False),
        ({"under_way": "another"}, False),
        ({"record": None}, False),
    ],
)
def test_proven_means_all_of_it_runs_now(changes: dict[str, Any], proven: bool) -> None:
    """A record is not enough: a service whose tasks are gone is not proven live."""
    known: dict[str, Any] = {
        "service": "sample",
        "status": "ACTIVE",
        "git_sha": b.SHA,
        "image": "i",
        "revision": "f:2",
        "since": "",
        "desired": 2,
        "running": 2,
        "rollout": "COMPLETED",
        "record": B,
        "release": B,
        "under_way": None,
    }
    assert Live(**{**known, **changes}).proven is proven
