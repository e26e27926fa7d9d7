"""Which record a person means: found by its key, however many there are and however old it is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cli.command import At
from tests.cli.world import SERVICE, landfall, record
from tests.steps import standin
from tests.support import builders as b

OLD = "20200101T000000Z-old"


def put(service: str, name: str, arn: str = "") -> None:
    """Put a record into the ledger as it is."""
    standin.table().put_item(Item=item(service, name, arn))


def item(service: str, name: str, arn: str = "") -> dict[str, str]:
    """Return a record."""
    known = {"git_sha": b.SHA, "image_digest": b.DIGEST, "started_at": "2020-01-01T00:00:00Z"}
    return {"service": service, "deployment_id": name, "execution_arn": arn or f"arn:{name}", **known}


def show(*words: str) -> tuple[int, Any]:
    """Show a record."""
    result = landfall(["show", "--json", *words])
    return result.exit_code, json.loads(result.stdout)


@pytest.fixture
def many(at: At) -> At:
    """Return a ledger with one old record and 205 newer ones."""
    with standin.table().batch_writer() as batch:
        for number in range(205):
            batch.put_item(Item=item(SERVICE.name, f"20260101T000{number:03}Z-x"))
    put(SERVICE.name, OLD, at.cloud.machine.replace(":stateMachine:", ":execution:") + ":old")
    return at


@pytest.fixture
def items(many: At) -> list[str]:
    """Return the reads of the ledger."""
    found: list[str] = []
    many.cloud.session.events.register("before-call.dynamodb", lambda model, **_: found.append(model.name))
    return found


def test_an_old_record_by_its_id(items: list[str]) -> None:
    """The 206th newest is found as the newest is: one item for each service, in one call, and none of the others."""
    code, told = show(OLD)
    assert (code, told["deployment_id"]) == (0, OLD)
    assert items == ["BatchGetItem"]


@pytest.mark.parametrize("named", ["old", "arn"])
def test_an_old_record_by_its_execution(many: At, items: list[str], named: str) -> None:
    """By name or ARN: the index knows it, whatever the service."""
    arn = many.cloud.machine.replace(":stateMachine:", ":execution:") + ":old"
    code, told = show(arn if named == "arn" else named)
    assert (code, told["deployment_id"]) == (0, OLD)
    assert len(items) <= 4


def test_requests_for_no_service_are_records_too(at: At) -> None:
    """What was asked of a service that there is not is found by its id."""
    put("_unknown", "20260105T000000Z-u")
    assert show("20260105T000000Z-u")[1]["service"] == "_unknown"


def test_another_service_s_record_is_not_meant(many: At) -> None:
    """With --service, ids of others are unknown."""
    put("other", "20260105T000000Z-o", many.cloud.machine.replace(":stateMachine:", ":execution:") + ":o")
    assert show("o")[0] == 0
    assert show("o", "--service", SERVICE.name)[1]["error"]["code"] == "NO_DEPLOYMENT"


def test_other_names_still_mean_the_newest(at: At) -> None:
    """A commit or a digest means the newest of it."""
    for name in ("20260101T000000Z", "20260102T000000Z"):
        record(name, b.DIGEST)
    assert show(b.DIGEST)[1]["deployment_id"].startswith("2026010")
