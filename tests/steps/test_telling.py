"""Report and Notify: one record, one outcome, one report, whatever is repeated; and people are told."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import pytest
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.sns.models import sns_backends

from landfall.errors import AwsCallFailed
from landfall.evidence import Ended
from landfall.model import Outcome
from tests import builders as b
from tests.steps import machine, standin


def report(ended: Ended) -> Any:
    """Invoke Report."""
    return machine.invoke("report", asdict(ended))


def sent() -> list[Any]:
    """Return what was published: id, message, subject, attributes."""
    (topic,) = sns_backends[DEFAULT_ACCOUNT_ID][standin.REGION].topics.values()
    return list(topic.sent_notifications)


@pytest.mark.parametrize("outcome", Outcome)
def test_report(outcome: Outcome) -> None:
    """Every outcome closes one record and leaves one report, for programs and for people."""
    uri = report(b.crashed(outcome))["report"]
    (record,) = standin.records()
    assert (record["outcome"], record["service"]) == (outcome.value, "sample")
    prefix = "sample/20260102T030405Z-one"
    assert uri == f"s3://{standin.BUCKET}/{prefix}/report.md"
    assert standin.reports() == [f"{prefix}/report.json", f"{prefix}/report.md"]
    assert json.loads(standin.report(f"{prefix}/report.json"))["outcome"] == outcome.value
    assert standin.report(f"{prefix}/report.md").startswith(f"# {outcome.value}: sample")


def test_report_twice_closes_once() -> None:
    """A retry after a lost reply leaves the record as it was closed, and one report."""
    first = report(b.ended())
    (before,) = standin.records()
    assert report(b.ended()) == first
    assert standin.records() == [before]
    assert len(standin.reports()) == 2


@pytest.mark.parametrize("second", sorted(set(Outcome) - {Outcome.ROLLED_BACK}))
def test_report_never_changes_an_outcome(second: Outcome) -> None:
    """A record that is closed stays as it is, whatever comes later and says so (law 4)."""
    report(b.crashed(Outcome.ROLLED_BACK))
    report(b.crashed(second))
    (record,) = standin.records()
    assert record["outcome"] == "ROLLED_BACK"


def test_report_closes_the_record_resolve_opened() -> None:
    """Opened and closed, it is one record: who asked for what, and how it ended."""
    digest = standin.push()
    resolved = machine.resolve({"service": "sample", "image_tag": b.SHA, "requested_by": "ann"})
    machine.invoke("report", {**asdict(b.ended()), "release": resolved["release"]})
    (record,) = standin.records()
    assert (record["requested_by"], record["image_digest"], record["outcome"]) == ("ann", digest, "SUCCEEDED")


@pytest.mark.parametrize("outcome", [Outcome.ROLLED_BACK, Outcome.ROLLBACK_FAILED, Outcome.REJECTED])
def test_notify(outcome: Outcome) -> None:
    """People are told what, why and what to do, and only an unproven service pages."""
    answer = machine.invoke("notify", {"ended": asdict(b.crashed(outcome)), "report": "s3://reports/x"})
    ((message_id, message, subject, attributes, *_),) = sent()
    assert answer == {"message_id": message_id}
    assert subject == f"Landfall: {outcome.value} sample {b.SHA[:12]}"
    assert "'app' exited with code 1" in message
    assert attributes["severity"]["Value"] == ("page" if outcome == Outcome.ROLLBACK_FAILED else "notice")


def test_a_report_that_can_not_be_written(aws: None) -> None:
    """The outcome stays, the deployment is not called finished, and a later try writes the report of that very end."""
    standin.client("s3").delete_bucket(Bucket=standin.BUCKET)
    ended = b.crashed(Outcome.ROLLED_BACK)
    with pytest.raises(AwsCallFailed, match="NoSuchBucket"):
        report(ended)
    (record,) = standin.records()
    assert (record["outcome"], "reported" in record) == ("ROLLED_BACK", False)
    release = {"release": asdict(ended.release)}
    assert machine.invoke("finish", release)["finished"] is False
    standin.client("s3").create_bucket(Bucket=standin.BUCKET)
    told = json.loads(
        standin.report(report(ended)["report"].partition(f"{standin.BUCKET}/")[2].replace(".md", ".json"))
    )
    assert told["ended_at"] == record["ended_at"]
    machine.invoke("notify", {"ended": asdict(ended), "report": "s3://reports/x"})
    assert machine.invoke("finish", release)["finished"] is True
