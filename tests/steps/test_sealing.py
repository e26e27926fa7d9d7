"""Closing a record puts it on top of its service's chain: once, whoever else closes one, and whatever is repeated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import boto3
import pytest

from landfall import chain
from landfall.aws.dynamodb.ledger import Ledger
from landfall.aws.dynamodb.ledger_closing import TRIES
from landfall.aws.reports import Reports
from landfall.chain import Anchor, Head
from landfall.errors import AwsCallFailed
from landfall.ledger import deployment_record
from landfall.model import Release
from tests.steps import machine, standin
from tests.steps.shared.verified_chain import told
from tests.support import builders as b

OTHER = "20260102T030506Z-two"


def release(deployment_id: str, **changes: Any) -> Release:
    """Return a release of that deployment."""
    arn = b.EXECUTION.rpartition(":")[0] + f":{deployment_id}"
    return b.release(deployment_id=deployment_id, execution_arn=arn, **changes)


def close(ledger: Ledger, deployment_id: str, **changes: Any) -> Any:
    """Close a record."""
    return ledger.close(deployment_record.closed(b.ended(release=release(deployment_id, **changes)), b.NOW))


def report(deployment_id: str) -> Any:
    """Let Report close a deployment, anchor it and report it."""
    return machine.invoke("report", asdict(b.ended(release=release(deployment_id))))


def before_closing(ledger: Ledger, act: Callable[[], object], times: int = 1) -> None:
    """Do something between what a closing step reads and what it writes, as another step of another deployment may."""
    left = [act] * times

    def intervene(**_: Any) -> None:
        if left:
            left.pop()()

    client = ledger._table.meta.client
    client.meta.events.register_first("before-call.dynamodb.TransactWriteItems", intervene)


def own_ledger() -> Ledger:
    """Return a ledger on a client of its own, as another Lambda has it."""
    return Ledger(boto3.resource("dynamodb", region_name=standin.REGION).Table(standin.LEDGER), standin.signing)


def test_each_report_adds_one_link_and_one_anchor(aws: None) -> None:
    """What DynamoDB gives back hashes as what was written; all of it is anchored by name."""
    for number in range(4):
        report(f"2026010{number + 1}T000000Z-{number}")
    newest = standin.ledger().record("sample", "20260104T000000Z-3") or {}
    assert standin.ledger().head("sample") == Head("sample", 4, str(newest["hash"]), "20260104T000000Z-3")
    assert (told().findings, told().chained, told().anchored) == ((), 4, 4)


def test_a_record_that_was_worked_on_is_sealed_with_all_it_holds(aws: None) -> None:
    """Lock, progress and recovery leave their fields in it; what is written after the closing is left out."""
    deployment = release("20260102T030405Z-one")
    ledger = standin.ledger()
    ledger.open(deployment_record.opened(deployment) | {"doomed": True})
    ledger.update("sample", deployment.deployment_id, fence=3)
    ledger.update("sample", deployment.deployment_id, progress="{}")
    ledger.claim_recovery(deployment_record.opened(deployment), "arn:recovery")
    sealed = close(ledger, deployment.deployment_id, fence=3)
    assert {"doomed", "progress", "fence"} <= sealed.keys()
    assert not sealed.keys() & chain.AFTER_CLOSING
    record = ledger.record("sample", deployment.deployment_id) or {}
    assert (record["unfinished"], record["recovered_by"]) == ("yes", "arn:recovery")
    ledger.mark("sample", deployment.deployment_id, notified="message")
    assert ledger.claim_recovery(record, "arn:second")
    assert told().findings == ()


def test_a_report_after_a_lost_reply_anchors_what_is_in_the_ledger(aws: None) -> None:
    """Closed, and dead before the anchor: the retry anchors the record as it was closed, at its first time."""
    close(standin.ledger(), "20260102T030405Z-one")
    assert standin.anchors() == []
    report("20260102T030405Z-one")
    report("20260102T030405Z-one")
    assert (told().findings, told().chained, told().anchored) == ((), 1, 1)
    anchor = chain.anchor_at(standin.anchors()[0])
    assert (
        standin.report(standin.anchors()[0])
        == chain.canonical(
            {
                "service": "sample",
                "sequence": 1,
                "hash": anchor.hash if anchor else "",
                "deployment_id": "20260102T030405Z-one",
                "signature": (standin.ledger().newest("sample") or {})["signature"],
            }
        ).decode()
    )


def test_an_anchor_is_never_written_over(aws: None) -> None:
    """Whoever may put objects can't put another one in an anchor's place through Landfall."""
    anchor = Anchor("sample", 1, "0" * 64)
    standin.client("s3").put_object(Bucket=standin.BUCKET, Key=anchor.key, Body=b"first")
    Reports(standin.client("s3"), standin.BUCKET).put(anchor.key, "second", "application/json")
    assert standin.report(anchor.key) == "first"


def test_two_that_close_at_once_are_both_chained(aws: None) -> None:
    """The slower one finds HEAD moved, and goes on top of the faster."""
    ledger = own_ledger()
    before_closing(ledger, lambda: close(standin.ledger(), OTHER))
    assert close(ledger, "20260102T030405Z-one")["sequence"] == 2
    assert (told().findings, told().chained) == ((), 2)


def test_one_deployment_is_closed_once_however_close_the_race(aws: None) -> None:
    """Two steps close the same record at the same moment: one outcome, one link."""
    ledger = own_ledger()
    before_closing(ledger, lambda: close(standin.ledger(), "20260102T030405Z-one"))
    assert close(ledger, "20260102T030405Z-one") is None
    assert (told().findings, told().chained) == ((), 1)


@pytest.mark.parametrize("field", [{"fence": 1}, {"progress": "{}"}])
def test_what_is_written_to_an_open_record_at_the_last_moment_is_sealed_too(aws: None, field: dict[str, Any]) -> None:
    """A hash that did not cover it would call the record changed for ever."""
    deployment = release("20260102T030405Z-one", fence=1)
    standin.ledger().open(deployment_record.opened(deployment))
    ledger = own_ledger()
    before_closing(ledger, lambda: standin.ledger().update("sample", deployment.deployment_id, **field))
    assert field.items() <= close(ledger, deployment.deployment_id, fence=1).items()
    assert told().findings == ()


def test_a_record_taken_over_at_the_last_moment_is_not_closed(aws: None) -> None:
    """A younger lock's deployment goes on from here: the older step closes nothing, and HEAD stays."""
    deployment = release("20260102T030405Z-one", fence=1)
    standin.ledger().open(deployment_record.opened(deployment))
    ledger = own_ledger()
    before_closing(ledger, lambda: standin.ledger().update("sample", deployment.deployment_id, fence=2))
    assert close(ledger, deployment.deployment_id, fence=1) is None
    assert standin.ledger().head("sample") is None


def test_a_chain_that_never_stands_still_is_left_to_a_retry(aws: None) -> None:
    """Bounded: the step fails without having closed anything, and Step Functions tries it again later."""
    ledger, others = own_ledger(), iter(range(100))
    before_closing(ledger, lambda: close(standin.ledger(), f"20260103T000000Z-{next(others):03}"), times=TRIES)
    with pytest.raises(AwsCallFailed, match="HEAD moved"):
        close(ledger, "20260102T030405Z-one")
    assert standin.ledger().record("sample", "20260102T030405Z-one") is None
    assert close(ledger, "20260102T030405Z-one")["sequence"] == TRIES + 1
    assert told().findings == ()


def test_head_is_no_deployment(aws: None) -> None:
    """Nothing that lists a service's deployments takes HEAD for one."""
    report("20260102T030405Z-one")
    ledger = standin.ledger()
    listed = [*ledger.newest_first("sample"), *ledger.since("sample", "2"), *ledger.unfinished()]
    assert {r["deployment_id"] for r in listed} == {"20260102T030405Z-one"}
    proven = ledger.last_proven("sample")
    assert proven is not None
    assert proven["deployment_id"] == "20260102T030405Z-one"


def test_records_of_the_first_schema_stay_as_they_are(aws: None) -> None:
    """The chain begins at the first record that is closed after the change, and says so; the older ones are read."""
    old = {**deployment_record.closed(b.ended(release=release("20250101T000000Z-old")), b.NOW), "schema": 1}
    standin.table().put_item(Item=old)
    report("20260102T030405Z-one")
    assert (told().findings, told().before, told().began) == ((), 1, "20260102T030405Z-one")
    assert report("20250101T000000Z-old")["outcome"] == "SUCCEEDED"
    assert (told().findings, told().chained) == ((), 1)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("SET why = :x", "CHANGED"),
        ("REMOVE baseline_git_sha", "CHANGED"),
        ("SET added = :x", "CHANGED"),
    ],
)
def test_a_change_in_the_table_is_found(aws: None, change: str, code: str) -> None:
    """Whoever may write to the table can change a record, and not unseen."""
    report("20260102T030405Z-one")
    values = {"ExpressionAttributeValues": {":x": "fine"}} if ":x" in change else {}
    key = {"service": "sample", "deployment_id": "20260102T030405Z-one"}
    standin.table().update_item(Key=key, UpdateExpression=change, **values)
    assert {f.code for f in told().findings} == {code}


def test_a_field_that_closing_does_not_watch_is_refused(aws: None) -> None:
    """A new field of open records must be named where closing looks, or a race would leave it out of the hash."""
    with pytest.raises(ValueError, match="reviewed"):
        standin.ledger().update("sample", "20260102T030405Z-one", reviewed=True)
