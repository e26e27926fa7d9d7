"""Resolve joins a push to the request that was recorded before its build, and keeps who asked for nonsense."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from moto.codebuild.models import CodeBuildBackend

from landfall.intake import recorded_requests
from landfall.intake.request import moment
from landfall.ledger import deployment_record
from landfall.model import Outcome
from landfall.partitions import REQUESTS
from tests.steps import machine, standin
from tests.support import builders as b

WHO = "arn:aws:sts::123456789012:assumed-role/release/ann"
ASKED = datetime(2026, 1, 2, 2, 58, tzinfo=UTC)


def ask(sha: str = b.SHA, at: datetime = ASKED, service: str = "sample", **changes: Any) -> None:
    """Record a request as a service's front does."""
    key = {"service": recorded_requests.partition(service), "deployment_id": f"{sha}/{moment(at)}"}
    front = f"{standin.MACHINE.replace(':stateMachine:', ':execution:')}-ask-{service}:{moment(at)}"
    told = {"asked_by": WHO, "asked_at": moment(at), "asked_in": front, "via": "landfall 1.0", "reason": "the fix"}
    standin.table().put_item(Item={**key, **told, **changes})


def pushed(at: datetime = ASKED + timedelta(minutes=5), sha: str = b.SHA) -> dict[str, Any]:
    """Push an image, resolve the event, and return the record."""
    machine.resolve(standin.push_event(sha, standin.push(sha), time=moment(at)))
    return recorded()


def recorded() -> dict[str, Any]:
    """Return the one record of a deployment."""
    (record,) = (r for r in standin.records() if not r["service"].startswith(REQUESTS))
    return dict(record)


def test_a_push_is_joined_to_who_asked_for_its_build() -> None:
    """What started the deployment and who asked for it are two facts, and the record keeps both."""
    ask()
    record = pushed()
    assert (record["requested_by"], record["reason"]) == ("ECR push", f"push of {b.SHA}")
    assert (record["asked_by"], record["asked_why"], record["asked_via"]) == (WHO, "the fix", "landfall 1.0")
    assert record["asked_at"] == moment(ASKED)
    assert ":execution:landfall-ask-sample:" in record["asked_in"]


def test_the_request_decides_nothing() -> None:
    """Whatever it says of service, image or digest, the event alone says what is deployed."""
    ask(image_digest=b.OTHER_DIGEST, image_tag=b.OLD_SHA, intent="rollback", pushed_at="2030-01-01T00:00:00Z")
    record = pushed()
    assert record["image_digest"] == standin.digest_of(b.SHA)
    assert (record["git_sha"], record["intent"], record["by_push"]) == (b.SHA, "release", True)


NOT_ITS = {
    "another commit": {"sha": b.OLD_SHA},
    "another service": {"service": "balanced"},
    "long ago": {"at": ASKED - timedelta(days=1)},
    "after the push": {"at": ASKED + timedelta(minutes=6)},
}


@pytest.mark.parametrize("changes", NOT_ITS.values(), ids=NOT_ITS)
def test_another_request_is_not_joined(changes: dict[str, Any]) -> None:
    """Neither one for something else, nor one that is stale."""
    ask(**changes)
    assert not pushed().keys() & set(recorded_requests.FIELDS)


def test_a_request_whose_build_failed_is_not_joined_to_a_later_push() -> None:
    """The build's end is the request's end: what is pushed after that is somebody else's."""
    arn = standin.build(buildStatus="FAILED", endTime=(ASKED + timedelta(minutes=2)).timestamp())
    ask(build=arn.rpartition("build/")[2])
    assert "asked_by" not in pushed()


def test_a_request_whose_build_runs_for_hours_is_joined() -> None:
    """A build may be queued for long: the request is open as long as that is."""
    arn = standin.build(buildStatus="IN_PROGRESS")
    build_id = arn.rpartition("build/")[2]
    standin.build_of(build_id).pop("endTime", None)
    ask(at=ASKED - timedelta(hours=5), build=build_id)
    record = pushed()
    assert (record["asked_by"], record["asked_build"]) == (WHO, build_id)


def test_where_codebuild_does_not_answer_the_push_is_deployed_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who asked is told, and decides nothing: it can't hold up a release."""
    arn = standin.build()
    ask(build=arn.rpartition("build/")[2])
    monkeypatch.setattr(CodeBuildBackend, "batch_get_builds", standin.throttled)
    assert pushed()["asked_by"] == WHO


def test_a_deployment_that_the_front_started_is_joined_by_its_name() -> None:
    """Of all requests for the commit the one that this very execution was started for."""
    standin.push()
    ask(reason="another's")
    name = b.EXECUTION.rpartition(":")[2]
    ask(at=ASKED + timedelta(minutes=1), asked_in=f"arn:aws:states:x:1:execution:landfall-ask-sample:{name}")
    machine.resolve({"service": "sample", "image_tag": b.SHA, "requested_by": WHO})
    record = recorded()
    assert (record["asked_why"], "asked_too" in record) == ("the fix", False)


def test_a_rejected_push_says_who_asked() -> None:
    """Nothing was deployed, and somebody waits for it."""
    ask()
    event = standin.push_event(b.SHA, b.OTHER_DIGEST, time=moment(ASKED + timedelta(minutes=5)))
    assert machine.resolve(event)["verdict"]["code"] == "IMAGE_NOT_FOUND"
    record = recorded()
    assert (record["asked_by"], record["git_sha"]) == (WHO, "UNKNOWN")


def test_it_stands_in_the_closed_record_and_no_chain_counts_it() -> None:
    """The request itself is deleted one day, the record is kept; and a request is no record of a deployment."""
    ask()
    record = pushed()
    release = b.release(**{"execution_arn": record["execution_arn"], "deployment_id": record["deployment_id"]})
    joined = recorded_requests.joined(release, (b.asked(by=WHO),))
    closed = standin.ledger().close(deployment_record.closed(b.ended(Outcome.REJECTED, release=joined), b.NOW))
    assert closed
    assert (closed["sequence"], closed["asked_by"]) == (1, WHO)
    assert standin.ledger().chains() == ["sample"]
    assert [r["service"] for r in standin.ledger().newest_first("sample")] == ["sample"]


UNREAD = {
    "an unknown field": ({"service": "sample", "requested_by": WHO, "reason": "now", "cluster": "prod"}, WHO, "now"),
    "a reason too long": ({"service": "sample", "requested_by": WHO, "reason": "x" * 900}, WHO, "x" * 200),
    "line breaks": ({"service": "sample", "requested_by": f"{WHO}\nroot", "reason": "a\nb"}, f"{WHO} root", "a b"),
    "no object": (["sample", WHO], "UNKNOWN", ""),
    "a name that is no text": ({"service": "sample", "requested_by": {"a": 1}}, "UNKNOWN", ""),
}


@pytest.mark.parametrize(("document", "by", "why"), UNREAD.values(), ids=UNREAD)
def test_what_can_not_be_read_says_who_asked_all_the_same(document: Any, by: str, why: str) -> None:
    """The first question of an audit has an answer, and what came is kept, bounded."""
    assert machine.resolve(document)["verdict"]["state"] == "FAIL"
    record = recorded()
    assert (record["requested_by"], record["reason"]) == (by, why)
    assert record["came"].startswith(("{", "["))
    assert len(record["came"]) <= 400


def test_what_came_is_redacted() -> None:
    """By the standard kinds and by the settings' own: an input is anybody's."""
    machine.resolve({"service": "sample", "password": "hunter2hunter2", "note": "CASE-12345"})
    record = recorded()
    assert "hunter2" not in str(record)
    assert "CASE-12345" not in str(record)
