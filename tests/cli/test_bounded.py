"""What is read for a question follows from its answer, not from how long the ledger is. Counted, never timed."""

from __future__ import annotations

import pytest

from bench import growth
from bench.account import Account, account
from bench.dynamo import Meter
from landfall.ledger.service_standing import SEARCHED

SHORT, LONG = 20, 300
"""Records. The shorter ledger has as many as the longest answer, of an audit, takes."""
BOUNDED_BY_TIME = {"history --until, of the oldest"}
"""It reads SEARCHED records more than it lists, since an id may have a wrong time."""


@pytest.fixture(scope="module")
def accounts() -> tuple[Account, Account]:
    """Return a service with few records, and one with many."""
    return account(1, SHORT), account(1, LONG)


@pytest.mark.parametrize("question", sorted(growth.QUESTIONS.keys() - BOUNDED_BY_TIME))
def test_a_longer_ledger_costs_no_more(accounts: tuple[Account, Account], question: str) -> None:
    """The same calls, the same items and about the same bytes for fifteen times as many records."""
    short, long = (growth.asked(question, each) for each in accounts)
    assert (short.calls, short.items) == (long.calls, long.items)
    assert long.bytes <= short.bytes + long.items * 100
    assert long.items <= growth.MOST_ITEMS


def test_the_oldest_are_listed_without_those_after_them(accounts: tuple[Account, Account]) -> None:
    """Read from --until on, and the records that an id with a wrong time may hide among."""
    several = (account(1, SEARCHED + SHORT), accounts[1])
    meters = [growth.asked("history --until, of the oldest", each) for each in several]
    assert (meters[0].calls, meters[0].items) == (meters[1].calls, meters[1].items)
    assert meters[0].items <= growth.ITEMS["history --until, of the oldest"]


@pytest.mark.parametrize(("services", "calls"), [(1, 8), (10, 8), (30, 10)])
def test_status_asks_for_many_services_at_once(services: int, calls: int) -> None:
    """Ten services more are one DescribeServices more; of each, HEAD and the newest record are read."""
    meter: Meter = growth.asked("status", account(services, 4))
    assert meter.calls.total() == calls
    assert meter.calls["DescribeServices"] == -(-services // 10)
    assert meter.calls["DescribeTaskDefinition"] == 0
    assert meter.items == 2 * services
    assert meter.bytes <= growth.KILOBYTES * 1000 * services
