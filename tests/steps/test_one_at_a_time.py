"""Lock, recovery, sweep: what must hold however often a step is repeated, and whoever else is at work."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from landfall import naming
from landfall.aws.dynamodb.locks import Locks
from landfall.intake.lock import Lock
from landfall.ledger import recovery
from landfall.model import Outcome, Release
from landfall.partitions import UNKNOWN_SERVICE
from landfall.runtime.world import World
from tests.steps import machine, standin
from tests.steps.shared.published import sent
from tests.steps.shared.requests_for_a_lock import PUSHED, acquire, closed, code, later
from tests.support import builders as b


def finish(release: Release) -> Any:
    """Invoke Finish."""
    return machine.invoke("finish", {"release": asdict(release)})


def told(release: Release, outcome: Outcome) -> Any:
    """Invoke Notify for a release that ended so."""
    ended = asdict(replace(b.crashed(outcome), release=release))
    return machine.invoke("notify", {"ended": ended, "report": "s3://x"})


def test_a_lock_has_one_holder() -> None:
    """While one deployment has the lock another waits, and gets it when it is given back."""
    first, second = PUSHED, later(PUSHED, 5, by_push=False)
    for release in (first, second):
        standin.open_record(release)
    held = acquire(first)

    assert code(held) == "LOCKED"
    assert code(acquire(second)) == "LOCKED_BY_ANOTHER"
    first = replace(first, fence=held["release"]["fence"])
    closed(first, Outcome.REJECTED)
    told(first, Outcome.REJECTED)
    assert finish(first) == {"unlocked": True, "finished": True}
    again = acquire(second)
    assert (code(again), again["release"]["fence"] > held["release"]["fence"]) == ("LOCKED", True)


def test_a_retried_acquire_keeps_its_turn() -> None:
    """A lost reply, and a newer push meanwhile: who has the lock is not overtaken, or two would wait for each other."""
    standin.open_record(PUSHED)
    acquire(PUSHED)
    standin.open_record(later(PUSHED, 5))

    assert code(acquire(PUSHED)) == "LOCKED"


def test_a_push_delivered_late_is_overtaken() -> None:
    """Its execution started last, but it was pushed first: the newer image stays live."""
    late = later(PUSHED, 9, requested_at="2026-01-02T03:00:00Z")
    for release in (PUSHED, late):
        standin.open_record(release)

    assert code(acquire(late)) == "OVERTAKEN"
    assert code(acquire(PUSHED)) == "LOCKED"


def test_a_push_that_was_lost_for_days_is_overtaken() -> None:
    """It is asked for again long after: every push since is newer, however long ago that was deployed."""
    newer = replace(
        PUSHED,
        deployment_id="20251231T000000Z-newer",
        execution_arn=f"{b.EXECUTION}-newer",
        requested_at="2025-12-31T00:00:00Z",
        started_at="2025-12-31T00:00:01Z",
    )
    lost = replace(PUSHED, requested_at="2025-12-30T00:00:00Z")
    for release in (newer, lost):
        standin.open_record(release)

    assert code(acquire(lost)) == "OVERTAKEN"


def test_a_push_that_is_no_good_overtakes_nobody() -> None:
    """A newer push whose image is not there is rejected right away; the one before it goes ahead meanwhile."""
    standin.open_record(PUSHED)
    event = standin.push_event("d" * 40, b.OTHER_DIGEST, time="2026-01-02T04:00:00Z")
    execution = {"arn": "another", "deployment_id": "20260102T040000Z-bad", "started_at": "2026-01-02T04:00:01Z"}
    assert code(machine.invoke("resolve", {"input": event, "execution": execution})) == "IMAGE_NOT_FOUND"

    assert code(acquire(PUSHED)) == "LOCKED"


def test_who_lost_the_lock_says_nothing_and_frees_nothing() -> None:
    """An execution that was taken over closes no record, sends no message, and leaves the new owner its lock."""
    standin.open_record(PUSHED)
    old = replace(PUSHED, fence=acquire(PUSHED)["release"]["fence"])
    new = replace(PUSHED, fence=acquire(PUSHED, recovering=True, owner="a recovery")["release"]["fence"])

    assert closed(old, Outcome.REJECTED) == {"report": None, "outcome": "LOST"}
    assert told(old, Outcome.REJECTED) == {"message_id": "", "event_id": ""}
    assert finish(old) == {"unlocked": False, "finished": False}
    assert sent() == []
    assert closed(new, Outcome.ROLLED_BACK)["outcome"] == "ROLLED_BACK"
    assert told(new, Outcome.ROLLED_BACK)["message_id"]
    assert finish(new) == {"unlocked": True, "finished": True}


def test_an_acquire_that_arrives_after_its_own_repetition_changes_nothing() -> None:
    """A call that the client gave up takes effect late: the fence that the deployment was told must still be right."""
    locks = Locks(boto3.resource("dynamodb", region_name=standin.REGION).Table(standin.LOCKS))
    wanted = Lock("sample", PUSHED.execution_arn, PUSHED.deployment_id, fence=0, lease_until=0)
    held = locks.acquire(wanted, seen=None)
    assert held is not None

    assert locks.acquire(wanted, seen=None) is None
    assert locks.read("sample") == held
    locks.release("sample", PUSHED.deployment_id, held.fence)
    assert locks.acquire(wanted, seen=None) is None
    assert locks.acquire(wanted, seen=locks.read("sample")) is not None


def test_an_execution_that_asks_again_keeps_its_fence() -> None:
    """A lost reply must not outdate what the first try may still be about; a recovery does outdate it."""
    standin.open_record(PUSHED)
    first, again = (acquire(PUSHED)["release"]["fence"] for _ in range(2))
    recovery_of_it = acquire(PUSHED, recovering=True, owner="a recovery")["release"]["fence"]

    assert first == again < recovery_of_it


def test_a_report_says_what_the_record_holds() -> None:
    """A redriven execution that believes in its success learns that the release was rolled back meanwhile."""
    closed(PUSHED, Outcome.ROLLED_BACK)

    assert closed(PUSHED, Outcome.SUCCEEDED)["outcome"] == "ROLLED_BACK"


def test_nothing_is_finished_that_is_not() -> None:
    """Report or Notify failed: the lock is free all the same, and the record stays where the sweep finds it."""
    standin.open_record(PUSHED)
    release = replace(PUSHED, fence=acquire(PUSHED)["release"]["fence"])

    assert finish(release) == {"unlocked": True, "finished": False}
    closed(release, Outcome.ROLLBACK_FAILED)
    assert finish(release)["finished"] is False
    told(release, Outcome.ROLLBACK_FAILED)
    assert finish(release)["finished"] is True


PROGRESS = json.dumps({"baseline": asdict(b.baseline()), "deployment": asdict(b.deployment())})
LEFT = [
    pytest.param({}, "ABORTED", None, "STOPPED", None, id="nothing-touched"),
    pytest.param({"progress": PROGRESS}, "ABORTED", None, "RECOVER", "ROLLBACK_FAILED", id="touched"),
    pytest.param({"progress": PROGRESS}, "TIMED_OUT", None, "RECOVER", "ROLLBACK_FAILED", id="timed-out"),
    pytest.param({"progress": PROGRESS}, None, None, "RECOVER", "ROLLBACK_FAILED", id="execution-unknown"),
    pytest.param({"progress": PROGRESS, "recoveries": 3}, "ABORTED", None, "EXHAUSTED", "ROLLBACK_FAILED", id="thrice"),
    pytest.param({"progress": PROGRESS}, "SUCCEEDED", "Succeeded", "FINISH", "SUCCEEDED", id="proven-but-unreported"),
    pytest.param({}, "SUCCEEDED", "Skipped", "FINISH", "SKIPPED", id="skipped-but-unreported"),
    pytest.param({"progress": PROGRESS}, "RUNNING", None, "IGNORED", None, id="running"),
    pytest.param({"unfinished": None}, "ABORTED", None, "IGNORED", None, id="finished"),
]


@pytest.mark.parametrize(("fields", "status", "last", "way", "outcome"), LEFT)
def test_what_is_left_to_do(
    fields: dict[str, Any], status: str | None, last: str | None, way: str, outcome: str | None
) -> None:
    """A lost execution is recovered by how far it had come, and a proven release is never rolled back for it."""
    record = {"execution_arn": "x", "unfinished": "yes", "release": json.dumps(asdict(PUSHED)), **fields}
    plan = recovery.plan({k: v for k, v in record.items() if v is not None}, status, None, last)

    assert plan.verdict.code == way
    if outcome:
        assert plan.ended is not None
        assert plan.ended.outcome == outcome


def test_an_unknown_execution_leaves_nothing_to_recover() -> None:
    """Most executions that end badly have closed their own record."""
    assert recovery.plan(None, None, None, None).verdict.code == "IGNORED"


def test_an_execution_that_was_gone_before_it_opened_its_record_leaves_one_all_the_same() -> None:
    """Stopped while its first step died: its recovery opens the record and closes it as REJECTED (law 4)."""
    execution = standin.started({"service": "sample", "image_tag": b.SHA, "requested_by": "ann"}, "quick")
    event = standin.ended_event(execution)

    running = machine.resolve(event)
    standin.client("stepfunctions").stop_execution(executionArn=execution)
    answer = machine.resolve(event)

    assert (running["way"], answer["way"], answer["outcome"]) == ("IGNORED", "STOPPED", "REJECTED")
    (record,) = standin.records()
    assert (record["service"], record["execution_arn"]) == ("sample", execution)
    assert re.fullmatch(r"\d{8}T\d{6}Z-quick", record["deployment_id"])
    assert record["requested_by"] == "ann"
    ended = {k: answer[k] for k in ("release", "outcome", "verdict", "baseline", "deployment", "failure", "checks")}
    machine.invoke("report", ended)
    (record,) = standin.records()
    assert record["outcome"] == "REJECTED"


def test_the_record_of_a_push_that_was_gone_names_its_image() -> None:
    """The reconciler looks for a record of the newest image: what somebody stopped must not be started by it."""
    execution = standin.started(standin.push_event(b.SHA, b.DIGEST), "stopped")
    standin.client("stepfunctions").stop_execution(executionArn=execution)

    machine.resolve(standin.ended_event(execution))

    assert standin.ledger().any_of_image("sample", b.DIGEST)
    (record,) = standin.records()
    assert (record["git_sha"], record["image_digest"]) == (b.SHA, b.DIGEST)


def test_an_execution_that_left_a_record_under_no_service_leaves_no_other() -> None:
    """Its Resolve never came to its service, its Report closed a record all the same: one execution, one record."""
    execution = standin.started({"service": "sample", "image_tag": b.SHA}, "zombie")
    standin.client("stepfunctions").stop_execution(executionArn=execution)
    begun = World().executions.begun(execution)
    name = naming.deployment(begun.name, begun.started_at)
    # the index by execution is eventually consistent: it is not under that name that the record is found
    closed = {"service": UNKNOWN_SERVICE, "deployment_id": name, "outcome": "REJECTED"}
    standin.table().put_item(Item=closed | {"execution_arn": f"{execution}-later"})

    assert machine.resolve(standin.ended_event(execution))["way"] == "IGNORED"
    assert [r["service"] for r in standin.records()] == [UNKNOWN_SERVICE]


def test_so_it_does_where_its_recovery_is_gone_too() -> None:
    """The next recovery hears of the first one's end alone, and follows it to whom that was to recover."""
    first = standin.started({"service": "sample", "image_tag": b.SHA}, "first")
    states = standin.client("stepfunctions")
    states.stop_execution(executionArn=first)
    recovery_of_it = standin.started(standin.ended_event(first), "recovery")
    states.stop_execution(executionArn=recovery_of_it)

    answer = machine.resolve(standin.ended_event(recovery_of_it))

    assert (answer["way"], answer["release"]["execution_arn"]) == ("STOPPED", first)
    assert machine.resolve(standin.ended_event(recovery_of_it))["way"] == "IGNORED"
    assert [r["execution_arn"] for r in standin.records()] == [first]


@pytest.mark.parametrize(
    "document", [{"source": "aws.ecr", "detail-type": "x"}, {"source": "aws.states", "detail": {}}]
)
def test_an_execution_that_concerns_no_release_leaves_no_record(document: Any) -> None:
    """Neither an event that is ignored nor a recovery that was stopped is a deployment."""
    execution = standin.started(document, "other")
    standin.client("stepfunctions").stop_execution(executionArn=execution)

    assert machine.resolve(standin.ended_event(execution))["way"] == "IGNORED"
    assert standin.records() == []


def test_the_sweep_starts_a_recovery_for_what_is_left() -> None:
    """A record is open and its execution is gone: a recovery is started. One that still runs is left alone."""
    states = standin.client("stepfunctions")
    lost = later(PUSHED, 1, execution_arn=f"{b.EXECUTION}-lost")
    for release in (PUSHED, lost):  # the first one's execution runs
        standin.open_record(release)

    assert machine.invoke("sweep", {}) == {"unfinished": 2, "started": 1, "opened": 0}
    started = states.list_executions(stateMachineArn=standin.machine_arn())["executions"]
    inputs = [json.loads(states.describe_execution(executionArn=e["executionArn"])["input"] or "{}") for e in started]
    assert [i["deployment_id"] for i in inputs if i.get("intent") == "recover"] == [lost.deployment_id]


MIDNIGHT = datetime(2026, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("record", "minutes", "left"),
    [
        ({"outcome": "SUCCEEDED", "recoveries": 3}, 15, True),
        ({"outcome": "SUCCEEDED", "recoveries": 3}, 14, False),
        ({"outcome": "SUCCEEDED", "recoveries": 2}, 600, False),
        ({"recoveries": 3}, 600, False),
    ],
    ids=["tried often enough", "the first sweep of a day", "not yet", "still open, so that it pages"],
)
def test_a_record_that_can_not_be_told_is_not_tried_for_ever(record: dict[str, Any], minutes: int, left: bool) -> None:
    """A bus or a bucket that is gone costs one recovery a day for each record, and not one each quarter of an hour."""
    assert recovery.given_up(record, MIDNIGHT + timedelta(minutes=minutes)) is left


def test_the_sweep_leaves_alone_what_was_given_up() -> None:
    """It is counted as unfinished, and nothing is started for it until the next day."""
    lost = later(PUSHED, 1, execution_arn=f"{b.EXECUTION}-lost")
    standin.open_record(lost)
    given_up = {"outcome": "SUCCEEDED", "recoveries": 3}
    standin.ledger().mark(lost.service, lost.deployment_id, **given_up)
    due = not recovery.given_up(given_up, datetime.now(UTC))  # as it is in the first minutes of a day
    assert machine.invoke("sweep", {}) == {"unfinished": 1, "started": int(due), "opened": 0}
