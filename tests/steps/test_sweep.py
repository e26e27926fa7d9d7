"""The sweep: nothing that is left to do is forgotten, one that can't be helped stops no other, and no try is free."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from landfall.errors import StepError
from landfall.ledger import recovery
from landfall.model import Failure, Outcome, Release, passed
from landfall.smoke.case import Check
from tests.steps import machine, standin
from tests.steps.shared.published import sent
from tests.steps.shared.requests_for_a_lock import PUSHED, later
from tests.support import builders as b

LOST = later(PUSHED, 1, execution_arn=f"{b.EXECUTION}-lost")
MIDNIGHT = datetime(2026, 1, 2, tzinfo=UTC)


def swept() -> Any:
    """Sweep once."""
    return machine.invoke("sweep", {})


def recoveries() -> list[str]:
    """Return the deployments that recoveries were started for."""
    states = standin.client("stepfunctions")
    found = states.list_executions(stateMachineArn=standin.machine_arn())["executions"]
    inputs = [json.loads(states.describe_execution(executionArn=e["executionArn"])["input"] or "{}") for e in found]
    return [i["deployment_id"] for i in inputs if i.get("intent") == "recover"]


def record(release: Release = LOST) -> dict[str, Any]:
    """Return a deployment's record."""
    return standin.ledger().record(release.service, release.deployment_id) or {}


def mark(**fields: Any) -> None:
    """Set fields of the lost deployment's record."""
    standin.ledger().mark(LOST.service, LOST.deployment_id, **fields)


def test_a_try_is_counted_before_it_begins() -> None:
    """A recovery that dies before it claims the record counts nothing itself: the sweep has counted it."""
    standin.open_record(LOST)
    for _ in range(2):
        swept()
    assert record()["swept"] == len(recoveries()) >= 1  # the second sweep is of the same minute, or of the next
    assert "recoveries" not in record()


@pytest.mark.parametrize(
    ("fields", "minutes", "left"),
    [
        ({"swept": 4}, 15, True),
        ({"swept": 4}, 74, False),
        ({"swept": 4}, 14, False),
        ({"swept": 3, "recoveries": 3}, 15, False),
        ({"swept": 3, "outcome": "SUCCEEDED"}, 15, True),
        ({"swept": 3, "outcome": "SUCCEEDED"}, 74, True),
        ({"swept": "many"}, 15, True),
        ({"recoveries": "many"}, 15, False),
        ({}, 15, False),
    ],
)
def test_tries_are_bounded(fields: dict[str, Any], minutes: int, left: bool) -> None:
    """Four sweeps' recoveries for one that is open, then one an hour; three for one that is closed, then one a day."""
    assert recovery.given_up(fields, MIDNIGHT + timedelta(minutes=minutes)) is left


def test_when_no_recovery_can_begin_a_person_is_paged() -> None:
    """Resolve never works, so no recovery pages: the reconciler does, without waiting for more tries."""
    arn = standin.started({"service": "sample", "image_tag": b.SHA}, "stopped")
    standin.client("stepfunctions").stop_execution(executionArn=arn)
    lost = replace(LOST, execution_arn=arn)
    standin.open_record(lost)
    mark(swept=recovery.MOST)
    machine.invoke("reconcile", {})
    mark(swept=recovery.MOST + 1)
    for _ in range(2):
        machine.invoke("reconcile", {})
        for item in standin.table().scan()["Items"]:
            if item["service"] == "_finding":
                item["seen_at"] = (datetime.now(UTC) - timedelta(minutes=10)).isoformat()
                standin.table().put_item(Item=item)
    (page,) = [m for m in sent() if m[3].get("kind", {}).get("Value") == "NEVER_CLOSED"]
    assert page[3]["severity"]["Value"] == "page"
    assert "4 recoveries did not close it" in page[1]


def test_one_that_can_not_be_helped_stops_no_other() -> None:
    """A record that somebody changed by hand: the others are recovered, and the step fails so that its alarm tells."""
    spoilt = later(PUSHED, 0, deployment_id="20260101T000000Z-spoilt", execution_arn="no execution")
    for release in (spoilt, LOST):
        standin.open_record(release)
    standin.ledger().mark("sample", spoilt.deployment_id, release="{", progress="[]")
    with pytest.raises(StepError, match="0 executions and 1 records"):
        swept()
    assert LOST.deployment_id in recoveries()


def test_an_execution_that_left_no_record_is_found() -> None:
    """Its first step never worked and its event was lost: the sweep opens its record, and has it recovered."""
    arn = standin.started({"service": "sample", "image_tag": b.SHA, "requested_by": "ann"}, "unrecorded")
    standin.client("stepfunctions").stop_execution(executionArn=arn)
    assert swept() == {"unfinished": 1, "started": 1, "opened": 1}
    (found,) = standin.records()
    assert (found["execution_arn"], found["requested_by"], found["service"]) == (arn, "ann", "sample")
    assert recoveries() == [found["deployment_id"]]
    assert swept()["opened"] == 0


@pytest.mark.parametrize(
    "document", [{"source": "aws.ecr", "detail-type": "x"}, {"source": "aws.states", "detail": {}}]
)
def test_an_execution_that_concerns_no_release_is_given_no_record(document: dict[str, Any]) -> None:
    """However it ended."""
    standin.client("stepfunctions").stop_execution(executionArn=standin.started(document, "other"))
    assert swept() == {"unfinished": 0, "started": 0, "opened": 0}


def recover(release: Release = LOST) -> Any:
    """Let a recovery find out what is left to do."""
    return machine.resolve({"service": release.service, "intent": "recover", "deployment_id": release.deployment_id})


def carried(answer: Any) -> dict[str, Any]:
    """Return what the machine passes on of a recovery's answer."""
    return {
        key: answer[key] for key in ("release", "outcome", "verdict", "baseline", "deployment", "failure", "checks")
    }


SHARED = ("sha256:" + "5" * 64, "sha256:" + "6" * 64)
KNOWN = replace(LOST, accepted_digests=SHARED, reason="because", requested_by="ann", fence=3)


def test_what_a_recovery_only_finishes_is_told_in_full() -> None:
    """Its answer holds ids and words alone; report and message tell what the record holds, as it was closed."""
    standin.open_record(KNOWN)
    ended = replace(
        b.crashed(Outcome.ROLLED_BACK, release=KNOWN),
        baseline=b.baseline(restores="the last proven release", warnings=("one",)),
        checks=(Check("version", "PASS", "a", "b"),),
    )
    machine.invoke("report", asdict(ended))
    whole = json.loads(standin.report(f"sample/{KNOWN.deployment_id}/report.json"))
    for field in ("reported", "notified"):
        standin.table().update_item(
            Key={"service": "sample", "deployment_id": KNOWN.deployment_id}, UpdateExpression=f"REMOVE {field}"
        )
    for key in standin.reports():
        standin.client("s3").delete_object(Bucket=standin.BUCKET, Key=key)

    answer = recover()
    assert (answer["way"], answer["baseline"], answer["deployment"], answer["checks"]) == ("FINISH", None, None, [])
    assert answer["release"]["accepted_digests"] == []
    found = carried(answer)
    told = machine.invoke("report", found)
    machine.invoke("notify", {"ended": found, "report": told["report"]})

    again = json.loads(standin.report(f"sample/{KNOWN.deployment_id}/report.json"))
    same = ("release", "baseline", "deployment", "failure", "checks", "why", "live_now", "ended_at")
    assert {k: again[k] for k in same} == {k: whole[k] for k in same}
    assert again["release"]["accepted_digests"] == list(SHARED)
    (message,) = [m[1] for m in sent()]
    assert "Because:   because" in message
    assert "Asked by:  ann" in message


def test_a_recovery_that_goes_back_closes_the_record_in_full() -> None:
    """What was left out on its way is in the record of how it ended."""
    standin.open_record(KNOWN)
    baseline, ours = b.baseline(restores="what ran", warnings=("one",)), b.deployment(digests={"app": SHARED})
    progress = json.dumps(asdict(recovery.Progress(baseline, ours)))
    standin.ledger().update("sample", KNOWN.deployment_id, progress=progress, fence=3)
    answer = recover()
    assert (answer["way"], answer["deployment"]["digests"], answer["baseline"]["warnings"]) == ("RECOVER", {}, [])
    assert answer["baseline"]["digests"] == baseline.digests

    back = {"deployment": asdict(b.way_back()), "outcome": "ROLLED_BACK", "verdict": asdict(passed("PROVEN", "2 of 2"))}
    machine.invoke("report", {**carried(answer), **back})
    told = json.loads(record()["ended"])
    assert told["baseline"] == json.loads(json.dumps(asdict(baseline)))
    assert (told["release"]["reason"], told["release"]["accepted_digests"]) == ("because", list(SHARED))
    assert told["deployment"]["undoes"] == b.REVISION
    assert (record()["requested_by"], record()["reason"], record()["outcome"]) == ("ann", "because", "ROLLED_BACK")


def test_a_recovery_that_gives_up_says_what_was_to_be_undone() -> None:
    """Its record names the revision, and what ran before."""
    standin.open_record(KNOWN)
    progress = json.dumps(asdict(recovery.Progress(b.baseline(), b.deployment())))
    standin.ledger().update("sample", KNOWN.deployment_id, progress=progress, fence=3)
    mark(recoveries=recovery.MOST)
    answer = recover()
    assert (answer["way"], answer["baseline"]) == ("EXHAUSTED", None)
    failure = asdict(Failure("Recovery", "EXECUTION_STOPPED", "gone"))
    machine.invoke("report", {**carried(answer), "failure": failure})
    found = record()
    assert (found["task_definition"], found["baseline_task_definition"]) == (b.REVISION, b.OLD_REVISION)
