"""What CloudWatch is told: once for each deployment, with dimensions that are as few as there are services."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import pytest

from landfall.ledger.deployment_record import Ended
from landfall.model import Outcome
from tests.steps import machine
from tests.support import builders as b

DONE = {
    "SUCCEEDED": {"Succeeded": 1, "WentBack": 0},
    "NO_CHANGE": {"NoChange": 1},
    "SKIPPED": {"Skipped": 1},
    "ROLLED_BACK": {"RolledBack": 1, "WentBack": 1},
    "REJECTED": {"Rejected": 1},
    "ROLLBACK_FAILED": {"RollbackFailed": 1, "WentBack": 1},
    "SUPERSEDED": {"Superseded": 1, "WentBack": 0},
    "NO_BASELINE": {"NoBaseline": 1, "WentBack": 1},
}


def told(ended: Ended, output: pytest.CaptureFixture[str]) -> list[Any]:
    """Invoke Report and return the lines in CloudWatch's embedded metric format that it wrote."""
    output.readouterr()
    machine.invoke("report", asdict(ended))
    return [line for text in output.readouterr().out.splitlines() if "_aws" in (line := json.loads(text))]


@pytest.mark.parametrize("outcome", Outcome)
def test_an_outcome_is_counted_once(outcome: Outcome, capsys: pytest.CaptureFixture[str]) -> None:
    """In total and by service, and not again by a step that is repeated."""
    ended = b.ended(outcome, release=b.release(started_at=b.NOW.isoformat()))
    (line,) = told(ended, capsys)
    (emitted,) = line["_aws"]["CloudWatchMetrics"]
    measured = {m["Name"]: line[m["Name"]][0] for m in emitted["Metrics"]}
    seconds = measured.pop("DurationSeconds", None)
    assert measured == DONE[outcome.value]
    assert (seconds is not None) == ("WentBack" in measured)
    assert emitted["Namespace"] == "Landfall"
    assert emitted["Dimensions"] == [["service"], ["service", "landfall_service"]]
    assert (line["service"], line["landfall_service"]) == ("landfall", "sample")
    assert told(ended, capsys) == []


def test_commit_and_digest_can_be_found_but_cost_no_metric(capsys: pytest.CaptureFixture[str]) -> None:
    """The dashboard's "live" reads them from this line; as dimensions each release would be a new metric to pay for."""
    (line,) = told(b.ended(), capsys)
    (emitted,) = line["_aws"]["CloudWatchMetrics"]
    assert (line["git_sha"], line["image_digest"], line["outcome"]) == (b.SHA, b.DIGEST, "SUCCEEDED")
    dimensions = {name for names in emitted["Dimensions"] for name in names}
    assert dimensions == {"service", "landfall_service"}
