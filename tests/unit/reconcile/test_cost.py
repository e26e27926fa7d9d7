"""What a run reads while nothing happens, counted below the real adapters: as much of 20 records as of 2,000."""

from __future__ import annotations

from bench import reconciler
from bench.prices import PRICES
from landfall.reconcile.turns import WHOLE_EVERY, is_whole

CALLS = {
    "GetItem": 6,  # the lock before and after, for each of two looks; the last change, by HEAD; HEAD
    "Query": 1,
    "ListObjectsV2": 2,  # the newest reports, and the anchor of HEAD
    "DescribeServices": 1,
    "DescribeTaskDefinition": 1,
    "DescribeImages": 1,
    "GetLifecyclePolicy": 1,
    "ListTasks": 1,
    "GetPublicKey": 1,  # once in the life of a function
}
"""The calls of one look at one service."""


def test_what_a_run_reads_does_not_grow_with_the_history() -> None:
    """Neither calls nor items; and it is no more than this."""
    few, many = (reconciler.of_service(records, runs=1) for records in (20, 900))
    assert dict(+few.calls) == dict(+many.calls) == CALLS
    assert few.used["items"] == many.used["items"] <= 16
    assert few.used["bytes"] - many.used["bytes"] < 1000
    assert few.used["read unit"] == many.used["read unit"] <= 30


def test_a_quiet_service_costs_less_than_ten_cents_a_month() -> None:
    """Over all rounds, in one of which all of its recent records are read."""
    used = reconciler.of_service(300)
    assert used.runs == WHOLE_EVERY
    assert 28 < used.per_run("items") < 30
    assert used.requests <= 0.05
    assert used.cost <= reconciler.MOST_DOLLARS


def test_each_price_names_its_page() -> None:
    """So that a reader can look up what it is today."""
    assert all(source.startswith("aws.amazon.com/") for _, source in PRICES.values())
    assert reconciler.RUNS == 2880


def test_services_side_by_side_take_what_each_takes_alone() -> None:
    """In threads that share the clients; ten of them are described by one call."""
    many, none = (reconciler.of_services(count, 20, runs=1) for count in (25, 0))
    many.calls.subtract(none.calls)
    whole = sum(is_whole(f"s{number}", 0) for number in range(25))
    known = {**{name: 25 * count for name, count in CALLS.items()}, "DescribeServices": 3, "GetPublicKey": 1}
    assert dict(+many.calls) == {**known, "Query": 25 + whole}
