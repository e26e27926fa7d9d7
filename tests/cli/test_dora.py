"""`landfall dora` on a ledger: for people, as JSON and as CSV, of the time that is asked for and no other records."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

import pytest

from landfall.aws.dynamodb.ledger import Ledger
from landfall.ledger.service_standing import SEARCHED
from tests.cli.evidenced import Run, deployed, documents, run
from tests.steps import standin
from tests.support import builders as b

__all__ = ["run"]  # a fixture
TIME = ("--since", "2026-01-02", "--until", "2026-01-03")


@pytest.fixture(scope="module")
def ledger() -> Iterator[Ledger]:
    """A ledger for all these tests, which only read it: ten deployments of one day, 500 before it, 500 after it."""
    with deployed() as made:
        add(b.NOW + sign * timedelta(days=1 + n) for n in range(500) for sign in (-1, 1))
        yield made


def add(times: Iterable[datetime]) -> None:
    """Add a deployment for each time."""
    with standin.table().batch_writer() as batch:
        for at in times:
            name = f"{at:%Y%m%dT%H%M%SZ}-more"
            batch.put_item(Item={"service": "sample", "deployment_id": name, "started_at": at.isoformat()})


def test_the_figures_of_a_day(ledger: Ledger, run: Run) -> None:
    """People see each figure with how it is computed and what is left out; programs get the same."""
    told = documents(run("dora", "--json", *TIME))
    assert (told["all"]["records"], told["days"], told["all"]) == (10, 1.0, told["services"]["sample"])
    lines = run("dora", *TIME).stdout.splitlines()
    assert lines[0] == f"2026-01-02 to 2026-01-03, 1 days; read {told['records_read']} records"
    assert lines[1] == "sample"
    assert [line.split("  ")[1] for line in lines[2:] if not line.startswith("   ")] == [
        "deployment frequency",
        "lead time",
        "change failure rate",
        "time to restore",
        "incidents prevented",
    ]
    assert told["all"]["left_out"]["OPEN"] == 1


def test_the_figures_as_csv(ledger: Ledger, run: Run) -> None:
    """One row for each service, with the same figures under dotted names."""
    (row,) = csv.DictReader(io.StringIO(run("dora", "--csv", *TIME).stdout))
    told = documents(run("dora", "--json", *TIME))["services"]["sample"]
    assert float(row["frequency.per_day"]) == told["frequency"]["per_day"]
    assert row["failure_rate.failed"] == str(told["failure_rate"]["failed"])
    assert run("dora", "--csv", "--json").exit_code == 2


def test_a_time_that_is_none(ledger: Ledger, run: Run) -> None:
    """An empty time is refused, and the words say both ends and the way out."""
    result = run("dora", "--since", "2026-01-03", "--until", "2026-01-02")
    assert (result.exit_code, "give an earlier --since" in result.stderr) == (2, True)


def test_without_a_time_it_is_the_last_ninety_days(ledger: Ledger, run: Run) -> None:
    """It ends now, and what began earlier does not count."""
    told = documents(run("dora", "--json"))
    assert told["days"] == 90
    assert told["all"]["records"] < 500


def test_reading_follows_the_time_and_not_the_ledger(ledger: Ledger, run: Run) -> None:
    """Of a thousand deployments it reads those of the day, and as many around it as ids may be wrong by."""
    told = documents(run("dora", "--json", *TIME))
    assert told["all"]["records"] == 10
    assert told["records_read"] <= 10 + 2 * (SEARCHED + 1)
