"""A rollback by hand across a migration that the older code may not work with."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from landfall.errors import InvalidRequest
from landfall.ledger import migrations_between
from landfall.migration import migration
from landfall.migration.migration import Migration, Stage
from tests.support import builders as b

BREAKS = Migration(Stage.RAN, b.NOW.isoformat(), b.REVISION, "app", backward_compatible=False)
TARGET: dict[str, Any] = {
    "deployment_id": "20260101T000000Z-old",
    "sequence": 3,
    "outcome": "SUCCEEDED",
    "git_sha": b.SHA,
}


def record(sequence: int, known: Migration | None = None, outcome: str = "SUCCEEDED") -> dict[str, Any]:
    """Return a closed record, in its place of the chain."""
    told = {"migration": migration.written(known)} if known else {}
    name = f"20260102T00000{sequence}Z-x"
    return {"deployment_id": name, "sequence": sequence, "outcome": outcome, "git_sha": b.OLD_SHA, **told}


def open_record() -> dict[str, Any]:
    """Return the record of a deployment that is under way."""
    return {name: value for name, value in record(4, BREAKS).items() if name not in ("outcome", "sequence")}


CASES: dict[str, tuple[list[dict[str, Any]], bool]] = {
    "nothing between": ([TARGET], True),
    "one without a migration": ([record(4), TARGET], True),
    "one that is compatible": ([record(4, replace(BREAKS, backward_compatible=True)), TARGET], True),
    "one that is not": ([record(4, BREAKS), TARGET], False),
    "one that failed": ([record(4, replace(BREAKS, stage=Stage.FAILED), "REJECTED"), TARGET], False),
    "one that is unknown": ([record(4, replace(BREAKS, stage=Stage.UNKNOWN), "REJECTED"), TARGET], False),
    "one that never started": ([record(4, replace(BREAKS, stage=Stage.NEVER_STARTED), "REJECTED"), TARGET], True),
    "one before the target": ([TARGET, record(2, BREAKS)], True),
    "one after it by the chain, behind it by its id": ([TARGET, record(4, BREAKS)], False),
    "one that is under way": ([open_record(), TARGET], False),
    "the target's own": ([{**TARGET, "migration": migration.written(BREAKS)}], True),
    "one that is not, with a target that is too old to be read": ([record(4, BREAKS)], False),
    "one before a target that is too old to be read": ([record(2, BREAKS)], True),
    "one that somebody changed": ([{**record(4), "migration": "?"}, TARGET], False),
}


@pytest.mark.parametrize(("records", "may"), CASES.values(), ids=CASES)
def test_what_lies_between(records: list[dict[str, Any]], may: bool) -> None:
    """Refused across a migration that may have changed the database and is not backward compatible."""
    if may:
        migrations_between.must_not_cross(records, TARGET)
        return
    with pytest.raises(InvalidRequest) as refused:
        migrations_between.must_not_cross(records, TARGET)
    said = str(refused.value)
    assert refused.value.code == "MIGRATION_BETWEEN"
    assert all(part in said for part in (b.OLD_SHA[:12], "--cross-migration", "The service was not changed"))
