"""Report and Notify: one record, one outcome, one report, whatever is repeated; people and programs are told."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, replace
from typing import Any

import pytest
from moto.events.models import EventsBackend

from landfall.errors import AwsCallFailed
from landfall.ledger import deployment_record
from landfall.ledger.deployment_record import Ended
from landfall.model import QUIET, Outcome
from landfall.steps.reporting import filing
from landfall.telling import report as telling
from tests.steps import machine, standin
from tests.steps.shared.published import sent
from tests.support import builders as b
from tests.support import schemas


def report(ended: Ended) -> Any:
    """Invoke Report."""
    return machine.invoke("report", asdict(ended))


@pytest.mark.parametrize("outcome", Outcome)
def test_report(outcome: Outcome) -> None:
    """Every outcome closes one record and leaves one report in three forms. The page's name is its hash."""
    uri = report(b.crashed(outcome))["report"]
    (record,) = standin.records()
    assert (record["outcome"], record["service"]) == (outcome.value, "sample")
    prefix = "sample/20260102T030405Z-one"
    written, of_programs, md = standin.reports()
    assert (of_programs, md) == (f"{prefix}/report.json", f"{prefix}/report.md")
    assert record["reported"] == uri == f"s3://{standin.BUCKET}/{written}"
    assert written == f"{prefix}/report-{hashlib.sha256(standin.report(written).encode()).hexdigest()}.html"
    assert standin.client("s3").head_object(Bucket=standin.BUCKET, Key=written)["ContentType"].startswith("text/html")
    assert record["hash"] in standin.report(written)
    assert json.loads(standin.report(f"{prefix}/report.json"))["outcome"] == outcome.value
    assert standin.report(f"{prefix}/report.md").startswith(f"# {outcome.value}: sample")


def test_report_twice_closes_once() -> None:
    """A retry after a lost reply leaves the record as it was closed, and one report."""
    first = report(b.ended())
    (before,) = standin.records()
    assert report(b.ended()) == first
    assert standin.records() == [before]
    assert len(standin.reports()) == 3


def test_a_page_that_can_not_be_made_stops_nothing() -> None:
    """The record then names the Markdown: what the page would have said is in it."""
    made = telling.report(b.ended(), deployment_record.closed(b.ended(), b.NOW), telling.Seen())
    assert filing._page(made, {}).startswith("<!doctype html>")
    broken: Any = None
    assert filing._page(replace(made, release=broken), {}) == ""


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


def notify(ended: Ended) -> Any:
    """Invoke Notify, with the report that Report left."""
    return machine.invoke("notify", {"ended": asdict(ended), "report": "s3://reports/sample/one/report.md"})


@pytest.mark.parametrize("outcome", sorted(set(Outcome) - set(QUIET)))
def test_people_are_told(outcome: Outcome) -> None:
    """People are told what, why and what to do, once, and only an unproven service pages."""
    report(b.crashed(outcome))
    answer = notify(b.crashed(outcome))
    assert notify(b.crashed(outcome))["message_id"] == ""
    ((message_id, message, subject, attributes, *_),) = sent()
    assert answer["message_id"] == message_id
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
    report(ended)
    told = json.loads(standin.report("sample/20260102T030405Z-one/report.json"))
    assert told["ended_at"] == record["ended_at"]
    notify(ended)
    assert machine.invoke("finish", release)["finished"] is True


@pytest.mark.parametrize("outcome", Outcome)
def test_programs_are_told_of_every_outcome(outcome: Outcome) -> None:
    """A rule on the bus gets one event, as its schema has it, also of what people are not told of; not again later."""
    ended = b.ended(outcome) if outcome in QUIET else b.crashed(outcome)
    report(ended)
    answer = notify(ended)
    assert notify(ended)["event_id"] == ""
    (event,) = standin.heard()
    assert (event["source"], event["detail-type"]) == ("landfall", "Deployment Ended")
    assert event["resources"] == [b.EXECUTION]
    schemas.holds("deployment-ended", event["detail"])
    (record,) = standin.records()
    assert (record["announced"], record["ended_at"]) == (answer["event_id"], event["detail"]["ended_at"])
    assert (event["detail"]["outcome"], event["detail"]["service"]) == (outcome.value, "sample")
    assert len(sent()) == (outcome not in QUIET)


def test_an_event_that_is_not_taken_is_a_failed_step_and_stops_no_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """PutEvents answers 200 and says that it took nothing: the step is retried, and pages no second time."""
    monkeypatch.setattr(EventsBackend, "put_events", standin.refuse_events)
    report(b.crashed(Outcome.ROLLBACK_FAILED))
    for _ in range(2):
        with pytest.raises(AwsCallFailed, match="ThrottlingException: too many"):
            notify(b.crashed(Outcome.ROLLBACK_FAILED))
    assert len(sent()) == 1
    assert "announced" not in standin.records()[0]


@pytest.mark.parametrize("missing", ["outcome", "reported", "announced", "notified"])
def test_what_was_not_told_is_not_finished(missing: str) -> None:
    """The sweep comes back for a deployment until its record is closed, reported, announced and notified (law 6)."""
    ended = b.crashed(Outcome.ROLLED_BACK)
    release = ended.release
    report(ended)
    notify(ended)
    key = {"service": release.service, "deployment_id": release.deployment_id}
    standin.table().update_item(Key=key, UpdateExpression=f"REMOVE {missing}")
    assert machine.invoke("finish", {"release": asdict(release)})["finished"] is False
    report(ended)
    notify(ended)
    assert machine.invoke("finish", {"release": asdict(release)})["finished"] is True


def test_what_is_not_settled_is_told_to_people_alone() -> None:
    """Where the record could not be closed a person must know; a program waits for what a recovery makes of it."""
    answer = notify(b.crashed(Outcome.ROLLBACK_FAILED))
    assert (bool(answer["message_id"]), answer["event_id"], standin.heard()) == (True, "", [])


def test_what_the_record_does_not_say_is_not_told() -> None:
    """Another execution closed the record otherwise: it tells of that, and this one keeps quiet."""
    report(b.crashed(Outcome.ROLLED_BACK))
    assert notify(b.ended(Outcome.SUCCEEDED)) == {"message_id": "", "event_id": ""}
    assert (sent(), standin.heard()) == ([], [])
