"""A sign-off on the local AWS: the machine asks, people answer at the door, and the record says who."""

from __future__ import annotations

import json
from contextlib import closing
from typing import Any

import httpx
import pytest

from cli.evidence import gather
from landfall.chain.check.verification import judge
from local.stage.landfall_stage import Stage
from tests.e2e import laws, stopping
from tests.e2e.command import landfall
from tests.e2e.pushing import pushed
from tests.e2e.signing_off import ITEM, PATIENCE, answer, door, waiting

pytestmark = pytest.mark.e2e
ASKED, KEPT, LAPSING = "asked", "kept", "lapsing"


def approval(record: dict[str, Any]) -> dict[str, Any]:
    """Return what the record says of its sign-off."""
    return dict(json.loads(record["approval"]))


def test_a_release_waits_and_lands_after_a_yes_with_all_items(stage: Stage) -> None:
    """Nothing is changed and no lock is held while it waits; a missing item and a stranger change nothing.

    Who approved, and which items, are in what `verify-evidence` checks, and in the report.
    """
    follower, record = waiting(stage, ASKED, "asked")
    before = laws.untouched(stage, ASKED)
    assert "owner" not in stage.lock(ASKED)
    assert httpx.get(door(stage)).status_code == 403
    code, said = answer(stage, "Approver", record, items=[])
    assert (code, ITEM in said) == ("BAD_ANSWER", True)
    code, said = answer(stage, "Stranger", record)
    assert (code, "approvers" in said) == ("NOT_AN_APPROVER", True)
    assert laws.untouched(stage, ASKED) == before
    exit_code, told = landfall(stage, "status", "--service", ASKED)
    assert (exit_code, f'"{ITEM}"' in told) == (0, True), told
    exit_code, told = landfall(stage, "approve", record["deployment_id"], "--check", ITEM, "--reason", "all is green")
    assert exit_code == 0, told
    ending = stage.ended(follower, ASKED, PATIENCE)

    laws.hold(stage, ending, ASKED, "SUCCEEDED")
    entered = [event.state for event in ending.events if event.kind == "TaskStateEntered"]
    assert min(entered.count("Preflight"), entered.count("AcquireLock")) >= 2
    known = approval(ending.record)
    (yes,) = known["answers"]
    assert (known["stage"], yes["items"], yes["reason"]) == ("APPROVED", [ITEM], "all is green")
    assert yes["who"].endswith(":user/local")
    assert known["turned_away"][0]["who"].endswith(":role/Stranger")
    assert laws.report_of(stage, ending)["approval"]["answers"][0]["who"] == yes["who"]
    assert "_wake" not in json.dumps(ending.record)


@pytest.mark.long
def test_a_used_answer_and_a_changed_record(stage: Stage) -> None:
    """A second yes is told who was first; a record in which somebody changes the approver is found."""
    follower, record = waiting(stage, ASKED, "used")
    assert answer(stage, "Approver", record)[0] == ""
    ending = stage.ended(follower, ASKED, PATIENCE)
    laws.hold(stage, ending, ASKED, "SUCCEEDED")
    code, said = answer(stage, "Second", record)
    assert code == "NO_LONGER_AWAITED"
    assert "already approved by" in said

    changed = ending.record["approval"].replace("role/Approver", "role/Another")
    _rewrite(stage, ending.record, changed)
    with closing(gather.Reading(laws._cloud(stage.settings, stage.aws.endpoint), ASKED)) as reading:
        assert judge(reading.whole()).findings
    _rewrite(stage, ending.record, ending.record["approval"])


def _rewrite(stage: Stage, record: dict[str, Any], text: str) -> None:
    stage.aws.client("dynamodb").update_item(
        TableName=stage.pipeline["LedgerTableName"],
        Key={"service": {"S": record["service"]}, "deployment_id": {"S": record["deployment_id"]}},
        UpdateExpression="SET approval = :text",
        ExpressionAttributeValues={":text": {"S": text}},
    )


@pytest.mark.long
def test_a_no_before_the_update_rejects_the_release(stage: Stage) -> None:
    """The service is as it was, and the reason is the person's."""
    follower, record = waiting(stage, ASKED, "refused")
    before = laws.untouched(stage, ASKED)
    assert answer(stage, "Second", record, "reject", items=[], reason="not on a Friday")[0] == ""
    ending = stage.ended(follower, ASKED, PATIENCE)

    laws.hold(stage, ending, ASKED, "REJECTED")
    assert ending.record["code"] == "APPROVAL_REFUSED"
    assert "not on a Friday" in ending.record["why"]
    assert laws.untouched(stage, ASKED) == before


@pytest.mark.long
def test_a_newer_push_takes_the_place_of_one_that_waits(stage: Stage) -> None:
    """The older is SKIPPED, and its late yes is told to approve the newer one."""
    older, record = waiting(stage, ASKED, "older")
    newer, later = waiting(stage, ASKED, "newer")
    skipped = stage.ended(older, ASKED, PATIENCE)
    laws.hold(stage, skipped, ASKED, "SKIPPED")
    assert answer(stage, "Approver", record)[0] == "NO_LONGER_AWAITED"
    assert answer(stage, "Approver", later)[0] == ""
    laws.hold(stage, stage.ended(newer, ASKED, PATIENCE), ASKED, "SUCCEEDED")


@pytest.mark.long
def test_nobody_answers_in_time(stage: Stage) -> None:
    """It expires, is rejected, and a late yes is told to release again."""
    ending = pushed(stage, LAPSING, "expires")

    laws.hold(stage, ending, LAPSING, "REJECTED")
    assert ending.record["code"] == "APPROVAL_EXPIRED"
    code, said = answer(stage, "Approver", ending.record)
    assert (code, "release again" in said) == ("NO_LONGER_AWAITED", True)


@pytest.mark.long
def test_two_people_sign_off_what_is_live(stage: Stage) -> None:
    """With four eyes one role is one person, in however many sessions. A release that is refused goes back."""
    follower, record = waiting(stage, KEPT, "first")
    laws.live(stage, KEPT, digest=record["image_digest"], sha=record["git_sha"])
    assert stage.lock(KEPT)["deployment_id"] == record["deployment_id"]
    assert answer(stage, "Approver", record)[0] == ""
    code, said = answer(stage, "Approver", record)
    assert (code, "second role or user" in said) == ("NO_LONGER_AWAITED", True)
    assert json.loads(stage.record_of(follower.arn, KEPT)["approval"])["stage"] == "WAITING"
    assert answer(stage, "Second", record)[0] == ""
    landed = stage.ended(follower, KEPT, PATIENCE)
    laws.hold(stage, landed, KEPT, "SUCCEEDED")
    assert len(approval(landed.record)["answers"]) == 2

    follower, record = waiting(stage, KEPT, "unwanted")
    assert answer(stage, "Second", record, "reject", items=[], reason="the numbers are wrong")[0] == ""
    ending = stage.ended(follower, KEPT, PATIENCE)
    laws.hold(stage, ending, KEPT, "ROLLED_BACK")
    assert "the numbers are wrong" in ending.record["why"]
    laws.live(stage, KEPT, digest=landed.record["image_digest"], sha=landed.record["git_sha"])


@pytest.mark.long
def test_a_wait_whose_execution_is_stopped_is_recovered(stage: Stage) -> None:
    """Stopped while it waits before the update: REJECTED, and a late yes finds it over."""
    follower, record = waiting(stage, ASKED, "stopped")
    before = laws.untouched(stage, ASKED)
    stage.stepfunctions.stop_execution(executionArn=follower.arn, cause="stopped by a test")

    def finished() -> dict[str, Any] | None:
        found = stage.record_of(follower.arn, ASKED)
        return found if "outcome" in found and "unfinished" not in found else None

    over = stopping.eventually(finished, f"{follower.arn} to be finished")
    assert over["outcome"] == "REJECTED"
    assert laws.untouched(stage, ASKED) == before
    assert answer(stage, "Approver", record)[0] == "NO_LONGER_AWAITED"
