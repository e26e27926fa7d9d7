"""The judge of the releases: each promise is noticed when it is broken, and none without cause."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.campaigns.strategies.judge import AT_SMOKE, GOOD, UNDER_LOAD, Played, broken
from tests.campaigns.strategies.record import Look, Request, Share, count, read, shares

FINE = Played("CANARY", "good", GOOD, "SUCCEEDED", "", 1, 1000, 100, 500, 9, 0, shares=[Share(20, 1000, 210)])


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({}, ""),
        ({"outcome": "ROLLED_BACK"}, "ended as ROLLED_BACK"),
        ({"failed": ["status 502"]}, "status 502"),
        ({"tested": 0}, "no test request"),
        ({"shares": [Share(20, 1000, 300)]}, "300 of 1000"),
        ({"shares": [Share(0, 1000, 1)]}, "1 of 1000"),
        ({"kind": AT_SMOKE, "outcome": "ROLLED_BACK"}, "500 production requests"),
        ({"kind": AT_SMOKE, "outcome": "ROLLED_BACK", "reached": 0, "shares": []}, ""),
        ({"kind": UNDER_LOAD, "outcome": "ROLLED_BACK", "failed": ["x"], "first_weight": 20}, ""),
        ({"kind": UNDER_LOAD, "outcome": "ROLLED_BACK", "first_weight": 10}, "first weight is 10 %"),
        ({"kind": UNDER_LOAD}, "not ROLLED_BACK"),
        (
            # a crash took 60 of 1,000 requests along, which are in no task's record
            {"kind": UNDER_LOAD, "outcome": "ROLLED_BACK", "failed": ["x"] * 60, "shares": [Share(20, 1000, 120)]}
            | {"first_weight": 20},
            "",
        ),
        (
            {"kind": UNDER_LOAD, "outcome": "ROLLED_BACK", "failed": ["x"] * 60, "shares": [Share(20, 1000, 300)]}
            | {"first_weight": 20},
            "300 of 1000",
        ),
        ({"kind": UNDER_LOAD, "strategy": "ROLLING"}, ""),
    ],
)
def test_a_broken_promise_is_told(changes: dict[str, object], word: str) -> None:
    """Each is found by a sentence of its own; what is as promised is not."""
    told = broken(replace(FINE, **changes))  # type: ignore[arg-type]
    assert (word in told[0], len(told)) == (True, 1) if word else told == []


def test_only_requests_of_a_steady_weight_are_counted() -> None:
    """Between two looks with different weights nobody knows which weight a request met."""
    looks = [Look(t, t + 0.1, percent) for t, percent in ((0, 0), (5, 0), (10, 50), (15, 50), (20, 100))]
    times = {0.5: "a", 3: "a", 4.5: "a", 7: "b", 12: "b", 13: "a", 14.5: "b", 17: "b"}
    requests = [Request(at, sha, "production", 200, "/") for at, sha in times.items()]
    assert shares(requests, looks, "b") == [Share(0, 1, 0), Share(50, 2, 1)]


def test_the_tasks_own_record_is_read(tmp_path: Path) -> None:
    """Each process has a file of its commit; test requests are no production requests."""
    (tmp_path / "abc.1.tsv").write_text("2.0\tproduction\t200\t/\n3.0\ttest\t500\t/api\n")
    (tmp_path / "abc.2.tsv").write_text("1.0\t-\t200\t/\n")
    found = read(tmp_path)
    assert [request.at for request in found] == [1, 2, 3]
    assert [count(found, "abc", kind) for kind in ("production", "test", "-")] == [1, 1, 1]
