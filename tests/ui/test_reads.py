"""A page reads at most its share of items: the limit holds at each call."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from cli.ui.reads import NotARead, Reads, TooManyReads
from tests.steps import standin
from tests.ui.world import History


@pytest.fixture(scope="module")
def _aws(aws: History) -> None:
    with standin.table().batch_writer() as batch:
        for number in range(30):
            batch.put_item(Item={"service": "s", "deployment_id": f"{number:03}"})


@pytest.fixture
def counted(_aws: None) -> tuple[Reads, Any]:
    """Return what counts, and a table that it counts."""
    session = boto3.Session(region_name=standin.REGION)
    return Reads(session.events), session.resource("dynamodb").Table(standin.LEDGER)


def query(table: Any) -> dict[str, Any]:
    """Ask for everything."""
    found: dict[str, Any] = table.query(KeyConditionExpression="service = :s", ExpressionAttributeValues={":s": "s"})
    return found


def test_a_query_asks_for_what_is_left(counted: tuple[Reads, Any]) -> None:
    """However many items there are: it reads as many as it may, and the next call is not made."""
    reads, table = counted
    with reads.page(10):
        table.get_item(Key={"service": "s", "deployment_id": "001"})
        assert len(query(table)["Items"]) == 9
        with pytest.raises(TooManyReads):
            query(table)
    assert reads.count == 10


def test_a_batch_counts_its_keys(counted: tuple[Reads, Any]) -> None:
    """A batch over the limit is not asked for, not even in part."""
    reads, table = counted
    keys = [{"service": "s", "deployment_id": f"{number:03}"} for number in range(5)]
    wanted = {standin.LEDGER: {"Keys": keys}}
    with reads.page(7), reads.at_most(5):
        table.meta.client.batch_get_item(RequestItems=wanted)
        with pytest.raises(TooManyReads):
            table.meta.client.batch_get_item(RequestItems=wanted)
    assert reads.count == 5


def test_nothing_is_written(counted: tuple[Reads, Any]) -> None:
    """A page that tried to change a table would be stopped before AWS hears of it."""
    _, table = counted
    with pytest.raises(NotARead):
        table.put_item(Item={"service": "s", "deployment_id": "new"})
    assert "Item" not in standin.table().get_item(Key={"service": "s", "deployment_id": "new"})
