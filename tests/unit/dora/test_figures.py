"""DORA's figures: as the example in the docs is computed by hand, and what is UNKNOWN is left out and counted."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landfall.dora import durations, going_wrong
from landfall.dora.figures import NO_TIME, OPEN, UNSEEN, by_service, figures
from landfall.ledger import recovery
from landfall.model import Outcome
from tests.unit.dora.records import RECORDS, REVISION, WINDOW, closed, table


@pytest.mark.parametrize(("figure", "value"), [row[:2] for row in table("figures")])
def test_the_example_of_the_docs(figure: str, value: str) -> None:
    """Each figure that is computed by hand there is what the records give."""
    found: Any = asdict(figures(RECORDS, WINDOW))
    for name in figure.split("."):
        found = found[name]
    assert found == float(value)


def test_what_the_example_leaves_out_is_counted_by_why() -> None:
    """Every record is in a figure or among those left out, with the word that says why."""
    told = figures(RECORDS, WINDOW)
    stopped = going_wrong.STOPPED
    assert told.left_out == {stopped: 1, OPEN: 1, "REJECTED": 1, "SKIPPED": 1, "SUPERSEDED": 1}
    assert told.failure_rate.by_outcome == {"ROLLBACK_FAILED": 1, "ROLLED_BACK": 1, "asked_back": 1}
    assert told.prevented.by_code == {"CRASH_LOOP": 1}


def test_the_order_of_records_says_nothing() -> None:
    """The ledger gives the newest first, and several services are read one after the other."""
    assert figures(reversed(RECORDS), WINDOW) == figures(RECORDS, WINDOW)


def test_nothing_is_no_figure() -> None:
    """Without a release there is no rate and no median: None, and not a perfect score."""
    told = figures([], WINDOW)
    assert (told.failure_rate.rate, told.lead_time.from_commit.median, told.frequency.per_day) == (None, None, 0)
    assert told.recovery.failed_releases.longest is None


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"started_at": "yesterday"}, NO_TIME),
        ({"started_at": "2026-03-03T09:00:00"}, NO_TIME),
        ({"task_definition": ""}, UNSEEN),
        ({"outcome": "NO_CHANGE"}, "NO_CHANGE"),
    ],
)
def test_what_is_unknown_is_no_release(changes: dict[str, Any], why: str) -> None:
    """A time that can't be read, a success that nobody saw, and a release that was live already count apart."""
    told = figures([closed(Outcome.SUCCEEDED, 3) | changes], WINDOW)
    assert (told.frequency.releases, told.left_out) == (0, {why: 1})


def test_only_what_began_in_the_time() -> None:
    """The moment `since` is in it, the moment `until` is not."""
    inside = [closed(Outcome.SUCCEEDED, day, started_at=f"2026-03-{day:02}T00:00:00Z") for day in (2, 11)]
    outside = [closed(Outcome.SUCCEEDED, day, started_at=f"2026-03-{day:02}T00:00:00Z") for day in (1, 12)]
    assert figures([*outside, *inside], WINDOW).frequency.releases == 2


def test_a_service_that_is_not_healthy_again_is_no_quick_recovery() -> None:
    """Nothing proved it since: it is left out of the median, and counted."""
    told = figures([closed(Outcome.SUCCEEDED, 3), closed(Outcome.ROLLBACK_FAILED, 4)], WINDOW).recovery
    assert (told.failed_releases.count, told.not_yet) == (0, 1)


@pytest.mark.parametrize("ended_at", ["2026-03-04T08:59:59+00:00", "soon", None])
def test_a_failure_whose_times_make_no_sense_is_no_quick_recovery(ended_at: str | None) -> None:
    """An end before the start would count as less than no time; it is counted apart."""
    told = figures([closed(Outcome.ROLLED_BACK, 4, ended_at=ended_at)], WINDOW).recovery
    assert (told.failed_releases.count, told.not_yet, told.unknown_time) == (0, 0, 1)
    at_once = figures([closed(Outcome.ROLLED_BACK, 4, ended_at="2026-03-04T09:00:00+00:00")], WINDOW).recovery
    assert (at_once.failed_releases.count, at_once.unknown_time) == (1, 0)


def test_another_service_s_success_restores_nothing() -> None:
    """Each service is proven by its own deployments, also in the figures of all of them together."""
    records = [closed(Outcome.NO_BASELINE, 3), closed(Outcome.SUCCEEDED, 4, service="billing")]
    assert figures(records, WINDOW).recovery.not_yet == 1
    assert {name: told.frequency.releases for name, told in by_service(records, WINDOW).items()} == {
        "billing": 1,
        "orders": 0,
    }


def test_going_back_after_a_failed_way_back_blames_no_other_release() -> None:
    """It is the remedy of the failure, and the release that ran before is not bad for that."""
    records = [
        closed(Outcome.SUCCEEDED, 3),
        closed(Outcome.ROLLBACK_FAILED, 4),
        closed(Outcome.SUCCEEDED, 5, intent="rollback", baseline_task_definition=f"{REVISION}3"),
    ]
    told = figures(records, WINDOW)
    assert (told.failure_rate.by_outcome, told.failure_rate.asked_back_unknown) == ({"ROLLBACK_FAILED": 1}, 0)
    assert told.recovery.failed_releases.count == 1


def went_back(day: int, before: int, to: int, **more: Any) -> dict[str, Any]:
    """Return a request to go back from the revision of one day to that of another."""
    revisions = {"baseline_task_definition": f"{REVISION}{before}", "task_definition": f"{REVISION}{to}"}
    return closed(Outcome.SUCCEEDED, day, intent="rollback", **revisions, **more)


TWO = [closed(Outcome.SUCCEEDED, 3), closed(Outcome.SUCCEEDED, 4)]
ELSEWHERE = closed(Outcome.ROLLBACK_FAILED, 5, service="billing")
ASKED_BACK: dict[str, tuple[list[dict[str, Any]], int, int]] = {
    "two releases, one after the other": ([*TWO, went_back(6, 4, 3), went_back(7, 3, 2)], 2, 0),
    "one release twice": ([*TWO, went_back(6, 4, 3), went_back(7, 4, 3)], 1, 0),
    "another service failed meanwhile": ([*TWO, ELSEWHERE, went_back(6, 4, 3)], 1, 0),
    "another service's revision": ([*TWO, went_back(6, 4, 3, service="billing")], 0, 1),
    "a release that was never proven": ([*TWO, closed(Outcome.ROLLED_BACK, 5), went_back(6, 5, 4)], 0, 1),
    "where another request had gone back to": (
        [*TWO, closed(Outcome.ROLLBACK_FAILED, 5), went_back(6, 5, 9), went_back(7, 9, 3)],
        0,
        1,
    ),
}


@pytest.mark.parametrize(("records", "blamed", "unknown"), ASKED_BACK.values(), ids=ASKED_BACK)
def test_who_asks_back_blames_the_release_that_ran(records: list[dict[str, Any]], blamed: int, unknown: int) -> None:
    """A good release counts as failed only if it was proven, and somebody went back from it."""
    told = figures(records, WINDOW).failure_rate
    assert (told.by_outcome.get("asked_back", 0), told.asked_back_unknown) == (blamed, unknown)


def test_a_deployment_without_a_start_counts_by_its_request() -> None:
    """Otherwise it would be in no figure; the time of the request stands in for the start."""
    asked = {"requested_at": "2026-03-03T09:00:00Z"}
    old = {name: value for name, value in closed(Outcome.SUCCEEDED, 3, **asked).items() if name != "started_at"}
    assert figures([old], WINDOW).frequency.releases == 1


def test_going_back_from_a_release_of_another_time() -> None:
    """It began before: the request is counted, and no release of this time is blamed."""
    back = closed(Outcome.SUCCEEDED, 5, intent="rollback", baseline_task_definition=f"{REVISION}1")
    told = figures([closed(Outcome.SUCCEEDED, 3), back], WINDOW).failure_rate
    assert (told.failed, told.asked_back_unknown) == (0, 1)


def test_the_code_of_a_stopped_execution_is_the_recovery_s() -> None:
    """The figures name it themselves: a recovery that called it otherwise would count as bad releases."""
    assert recovery._stopped("x").code == going_wrong.STOPPED


@given(st.lists(st.floats(0, 1e6), max_size=40))
def test_nine_of_ten(seconds: list[float]) -> None:
    """The figure is one of the durations, at least nine of ten do not exceed it, and it is the shortest such."""
    told = durations.summed_up(seconds)
    if not seconds:
        assert told == durations.Durations(0, None, None, None)
        return
    assert told.nine_of_ten in seconds
    assert sum(each <= told.nine_of_ten for each in seconds) >= 0.9 * len(seconds)
    assert sum(each < told.nine_of_ten for each in seconds) < 0.9 * len(seconds)


@given(
    st.lists(
        st.fixed_dictionaries(
            {},
            optional={
                name: st.one_of(st.none(), st.text(max_size=5), st.sampled_from([o.value for o in Outcome]))
                for name in ("outcome", "intent", "started_at", "ended_at", "commit_time", "service", "code")
            },
        )
    )
)
def test_no_record_stops_the_figures(records: list[dict[str, Any]]) -> None:
    """Whatever stands in the ledger, there are figures, and each record is among the counted."""
    told = figures([{"started_at": "2026-03-03T00:00:00Z"} | each for each in records], WINDOW)
    assert told.records <= len(records)
    assert told.failure_rate.failed <= told.records
