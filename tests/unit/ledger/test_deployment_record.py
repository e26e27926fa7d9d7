"""The record: every outcome says what was asked for, why it ended so, and what is live now."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import Any

import pytest

from landfall import worker
from landfall.abort import aborted
from landfall.abort.aborted import Aborted
from landfall.after import inquiry
from landfall.after.inquiry import Inquiry, InquiryStage
from landfall.approval import approval
from landfall.approval.approval import Approval, ApprovalStage
from landfall.ledger import deployment_record
from landfall.ledger.deployment_record import Ended
from landfall.migration import migration
from landfall.migration.migration import Migration
from landfall.migration.migration import Stage as MigrationStage
from landfall.model import UNKNOWN, Failure, Outcome, Release, failed, passed
from landfall.partitions import UNKNOWN_SERVICE
from landfall.redaction.kind import OwnKind
from landfall.smoke.case import PASS, SKIP, Check
from landfall.worker import progress
from tests.support import builders as b
from tests.support.endings import ENDINGS

LIVE = {
    Outcome.SUCCEEDED: f"{b.SHA} ({b.DIGEST}), proven",
    Outcome.NO_CHANGE: f"{b.SHA} ({b.DIGEST}), proven",
    Outcome.SKIPPED: "UNKNOWN",
    Outcome.ROLLED_BACK: f"{b.OLD_SHA} ({b.OLD_DIGEST}), proven again",
    Outcome.REJECTED: "the service was not changed",
    Outcome.ROLLBACK_FAILED: "UNKNOWN",
    Outcome.SUPERSEDED: "UNKNOWN",
    Outcome.NO_BASELINE: "nothing ran before to go back to; at the last look: 2 of 2 targets healthy",
}
CRASH = "CheckStability: 2 tasks stopped alike: container 'app' exited with code 1"
WHY = {
    Outcome.SUCCEEDED: "2 of 2 targets healthy",
    Outcome.NO_CHANGE: "is live already",
    Outcome.SKIPPED: "a newer one",
    Outcome.ROLLED_BACK: CRASH,
    Outcome.REJECTED: "Resolve: image_tag 'final-v3' is bad",
    Outcome.ROLLBACK_FAILED: f"{CRASH}; then: not stable",
    Outcome.SUPERSEDED: f"{CRASH}; then: somebody deployed",
    Outcome.NO_BASELINE: CRASH,
}


@pytest.mark.parametrize("outcome", Outcome)
def test_live_now_and_why(outcome: Outcome) -> None:
    """What is live is claimed only as far as it was proven; the reason names state, container and exit code."""
    ended = ENDINGS[outcome]
    assert LIVE[outcome] in deployment_record.live_now(ended)
    assert deployment_record.why(ended) == WHY[outcome]


def test_what_runs_without_a_baseline_is_what_was_seen() -> None:
    """Auto scaling may start tasks after a rollback to none, so the message doesn't claim that there are none."""
    seen = passed("STABLE", "2 of 2 tasks run this release, rollout COMPLETED")
    told = deployment_record.live_now(b.crashed(Outcome.NO_BASELINE, verdict=seen))
    assert "2 of 2 tasks" in told
    assert "no tasks" not in told


def test_no_baseline_says_what_runs_all_the_same() -> None:
    """Auto scaling raises a count below its minimum: then 'no tasks' is not true."""
    again = passed("SCALED_OUT_AGAIN", "2 tasks of sample:1 run: somebody, or auto scaling, raised the count")
    told = deployment_record.live_now(replace(ENDINGS[Outcome.NO_BASELINE], verdict=again))
    assert "2 tasks of sample:1 run" in told
    assert "no tasks" not in told


@pytest.mark.parametrize("outcome", sorted(set(Outcome) - {Outcome.SUCCEEDED, Outcome.NO_CHANGE, Outcome.ROLLED_BACK}))
def test_nothing_unproven_is_called_proven(outcome: Outcome) -> None:
    """The word 'proven' belongs to the three outcomes that are."""
    assert "proven" not in deployment_record.live_now(ENDINGS[outcome])


@pytest.mark.parametrize("outcome", Outcome)
def test_record(outcome: Outcome) -> None:
    """Every outcome makes one whole record, of values DynamoDB takes, over the record that was opened."""
    ended = ENDINGS[outcome]
    record = deployment_record.closed(ended, b.NOW)
    assert deployment_record.opened(ended.release).items() <= record.items()
    assert "outcome" not in deployment_record.opened(ended.release)
    assert (record["outcome"], record["ended_at"], record["why"]) == (outcome.value, b.NOW.isoformat(), WHY[outcome])
    assert all(type(v) in (str, int, bool) for v in record.values())


def test_record_of_a_rollback() -> None:
    """The record of a rollback holds both revisions: the one that failed and the one that was restored."""
    record = deployment_record.closed(ENDINGS[Outcome.ROLLED_BACK], b.NOW)
    assert (record["task_definition"], record["restored_to"]) == (b.REVISION, b.OLD_REVISION)
    assert (record["code"], record["baseline_git_sha"]) == ("CRASH_LOOP", b.OLD_SHA)


def test_record_of_a_success() -> None:
    """The record of a success holds the revision and the ECS deployment that were proven, and restores nothing."""
    record = deployment_record.closed(ENDINGS[Outcome.SUCCEEDED], b.NOW)
    assert (record["task_definition"], record["ecs_deployment"], record["restored_to"]) == (b.REVISION, b.OURS, "")


def test_record_of_a_request_that_could_not_be_read() -> None:
    """A request for nothing known is recorded all the same, with UNKNOWN where nothing is known."""
    bare = Release(UNKNOWN_SERVICE, "d", b.EXECUTION, b.NOW.isoformat())
    record = deployment_record.closed(replace(ENDINGS[Outcome.REJECTED], release=bare), b.NOW)
    assert (record["service"], record["git_sha"], record["image_digest"]) == (UNKNOWN_SERVICE, UNKNOWN, UNKNOWN)


def test_baseline_of_unknown_bytes_is_said_to_be() -> None:
    """Where the baseline's digests are not known, the report says so rather than leaving a gap."""
    ended = b.crashed(Outcome.ROLLED_BACK, deployment=b.way_back(digests={}, git_sha=UNKNOWN))
    assert "UNKNOWN (digest unknown)" in deployment_record.live_now(ended)


RELEASE = b.release(
    reason="the fix", requested_by="arn:aws:iam::123456789012:user/ann", started_at="2026-01-02T03:04:06+00:00", fence=4
)
OPENED = {
    "service": "sample",
    "deployment_id": "20260102T030405Z-one",
    "schema": 2,
    "execution_arn": b.EXECUTION,
    "git_sha": b.SHA,
    "image_digest": b.DIGEST,
    "intent": "release",
    "reason": "the fix",
    "requested_by": "arn:aws:iam::123456789012:user/ann",
    "requested_at": b.NOW.isoformat(),
    "started_at": "2026-01-02T03:04:06+00:00",
    "by_push": False,
    "unfinished": "yes",
}


def test_the_record_that_is_opened() -> None:
    """Field by field: the CLI, the index, the sweep and auditors read them by these names."""
    record = deployment_record.opened(RELEASE)
    assert json.loads(record.pop("release")) == json.loads(json.dumps(asdict(RELEASE)))
    assert record == OPENED


CLOSED = {
    "fence": 4,
    "outcome": "ROLLED_BACK",
    "ended_at": b.NOW.isoformat(),
    "code": "CRASH_LOOP",
    "why": CRASH,
    "task_definition": b.REVISION,
    "ecs_deployment": b.OURS,
    "baseline_task_definition": b.OLD_REVISION,
    "baseline_git_sha": b.OLD_SHA,
    "restored_to": b.OLD_REVISION,
}
NOTHING_KNOWN = {
    "outcome": "REJECTED",
    "code": "BAD_TAG",
    "why": "Resolve: image_tag 'final-v3' is bad",
    "task_definition": "",
    "ecs_deployment": "",
    "baseline_task_definition": "",
    "baseline_git_sha": "",
    "restored_to": "",
}


@pytest.mark.parametrize(
    ("outcome", "known"),
    [(Outcome.ROLLED_BACK, {}), (Outcome.REJECTED, NOTHING_KNOWN), (Outcome.SKIPPED, {"code": "NEWER"})],
)
def test_the_record_that_is_closed(outcome: Outcome, known: dict[str, str]) -> None:
    """Field by field: the hash of the chain covers them, and evidence is read by these names."""
    ended = replace(ENDINGS[outcome], release=RELEASE)
    record = deployment_record.closed(ended, b.NOW)
    assert json.loads(record.pop("ended")) == json.loads(json.dumps(asdict(ended)))
    assert json.loads(record.pop("release")) == json.loads(json.dumps(asdict(RELEASE)))
    expected = {**OPENED, **CLOSED, **known}
    if outcome == Outcome.SKIPPED:
        expected |= {**NOTHING_KNOWN, "outcome": "SKIPPED", "code": "NEWER", "why": "a newer one"}
    assert record == expected


def test_own_kinds_are_taken_out_of_every_word() -> None:
    """What the settings call private is in no record, wherever somebody's words are kept; codes and ids stay."""
    words = "secret-7 was here"
    ended = Ended(
        release=b.release(reason=words, came=words, asked=b.asked(reason=words)),
        outcome=Outcome.ROLLED_BACK,
        verdict=passed("HEALTHY", words),
        failure=Failure("CheckStability", "CRASH_LOOP", words),
        checks=(Check("version", "PASS", "", words), Check("live", "FAIL", "", words)),
    )
    told = deployment_record.redacted(ended, (OwnKind("own", r"secret-\d"),))
    assert told.release.asked is not None
    assert told.failure is not None
    kept = [told.release.reason, told.release.came, told.release.asked.reason, told.verdict.reason, told.failure.reason]
    kept += [check.seen for check in told.checks]
    assert all("secret-7" not in text and "was here" in text for text in kept)
    assert len(kept) == 7
    assert (told.verdict.code, told.failure.code, [c.name for c in told.checks]) == (
        "HEALTHY",
        "CRASH_LOOP",
        ["version", "live"],
    )
    assert told.release == replace(
        ended.release, reason=kept[0], came=kept[1], asked=replace(b.asked(), reason=kept[2])
    )


def test_what_was_never_told_is_not_made_up() -> None:
    """A deployment without a failure and without a recorded request has none after redaction either."""
    told = deployment_record.redacted(b.ended(), (OwnKind("own", "x"),))
    assert (told.failure, told.release.asked, told.checks) == (None, None, ())


@pytest.mark.parametrize("outcome", [Outcome.ROLLBACK_FAILED, Outcome.SUPERSEDED])
def test_nothing_is_said_twice(outcome: Outcome) -> None:
    """A recovery's verdict and failure have one reason."""
    assert deployment_record.why(b.crashed(outcome, verdict=failed("CRASH_LOOP", CRASH[-20:]))) == CRASH


REVISIONS = {
    "proven": (b.ended(), b.REVISION),
    "undone": (b.crashed(Outcome.ROLLED_BACK), b.REVISION),
    "live unchanged": (b.ended(Outcome.NO_CHANGE), b.OLD_REVISION),
    "live unchanged, of what nobody saw": (b.ended(Outcome.NO_CHANGE, baseline=None), b.REVISION),
    "never updated": (b.ended(Outcome.REJECTED, deployment=None), ""),
}


@pytest.mark.parametrize(("ended", "revision"), REVISIONS.values(), ids=REVISIONS.keys())
def test_the_revision_of_the_release(ended: Ended, revision: str) -> None:
    """A later rollback goes back to it: it is the release's own, and not what was restored."""
    assert deployment_record.revision(ended) == revision


def test_a_way_back_that_nobody_saw_is_not_called_proven() -> None:
    """ROLLED_BACK without a deployment claims nothing: an old record may lack it."""
    told = deployment_record.live_now(b.crashed(Outcome.ROLLED_BACK, deployment=None))
    assert told == "UNKNOWN: look at the service now"


def test_every_container_of_what_is_live_is_named() -> None:
    """A service of two images runs two digests; of each, the first that is accepted is the image's own."""
    two = {"app": (b.DIGEST, b.OTHER_DIGEST), "worker": (b.OLD_DIGEST,)}
    told = deployment_record.live_now(b.crashed(Outcome.ROLLED_BACK, deployment=b.way_back(digests=two)))
    assert f"({b.DIGEST}, {b.OLD_DIGEST}), proven again" in told


@pytest.mark.parametrize(
    ("started", "ended", "seconds"),
    [
        ("2026-01-02T03:04:06+00:00", "2026-01-02T03:05:06+00:00", 60),
        ("2026-01-02T03:04:06+00:00", "2026-01-02T03:04:07.600+00:00", 2),
        ("2026-01-02T03:04:06+00:00", "2026-01-02T03:04:06+00:00", 0),
        ("2026-01-02T03:04:06+00:00", "2026-01-02T03:04:00+00:00", 0),
        ("", "2026-01-02T03:04:00+00:00", None),
    ],
)
def test_how_long_it_took(started: str, ended: str, seconds: int | None) -> None:
    """Two clocks may disagree: no deployment takes less than nothing."""
    assert deployment_record.seconds({"started_at": started, "ended_at": ended}) == seconds


def test_a_record_without_a_start_took_nobody_knows_how_long() -> None:
    """Records of the first versions have none."""
    assert deployment_record.seconds({"ended_at": "2026-01-02T03:04:00+00:00"}) is None


def test_a_request_that_is_rejected_right_away_says_so() -> None:
    """It must neither overtake nor hold up others; a record of any other request has no such field."""
    assert deployment_record.opened(b.release(), doomed=True)["doomed"] is True
    assert "doomed" not in deployment_record.opened(b.release())


def test_what_the_record_says_is_added_and_taken_out() -> None:
    """The machine does not carry migration, after-check, sign-off and abort: the report reads them from the record."""
    ran = Migration(MigrationStage.RAN, b.NOW.isoformat(), b.REVISION, "app", ("migrate",), 900, exit_code=0)
    asked = Inquiry(InquiryStage.ACCEPTED, "check", b.NOW.isoformat(), b.NOW.isoformat())
    signed = Approval(ApprovalStage.WAITING, "before", b.NOW.isoformat(), b.NOW.isoformat())
    stopped = Aborted("arn:aws:iam::123456789012:role/OnCall", "arn", b.NOW.isoformat(), "wrong colour")
    record = {
        migration.FIELD: migration.written(ran),
        inquiry.FIELD: inquiry.written(asked),
        approval.FIELD: approval.written(signed),
        aborted.FIELD: aborted.written(stopped),
    }
    known = deployment_record.with_record(b.ended(), record)
    assert (known.migration, known.after_check, known.approval, known.abort) == (ran, asked, signed, stopped)
    assert deployment_record.without_record(known) == b.ended()


@pytest.mark.parametrize(
    ("changes", "more"),
    [
        ({"drill": "back"}, {"drill": "back"}),
        ({"cross_migration": True}, {"cross_migration": True}),
        ({"drill": "", "cross_migration": False}, {}),
    ],
)
def test_what_is_special_of_a_deployment_has_a_field(changes: dict[str, Any], more: dict[str, Any]) -> None:
    """`landfall drill` and the audit find drills and crossed migrations by these names; other records have neither."""
    record = deployment_record.opened(replace(RELEASE, **changes))
    assert {name: record[name] for name in record if name not in (*OPENED, "release")} == more


def test_a_migration_is_told_where_it_matters_and_once() -> None:
    """A rejected release whose migration ran says so, whatever sentence asks; a live one needs no such remark."""
    ran = Migration(MigrationStage.RAN, b.NOW.isoformat(), b.REVISION, "app", ("migrate",), 900, exit_code=0)
    remark = "its migration ran, and the database may have been changed"
    rejected = replace(ENDINGS[Outcome.REJECTED], migration=ran)
    assert deployment_record.why(rejected) == f"{WHY[Outcome.REJECTED]}; {remark}"
    assert deployment_record.live_now(rejected) == f"what ran before; the service was not changed; {remark}"
    assert (
        deployment_record.live_now(replace(rejected, migration=None)) == "what ran before; the service was not changed"
    )
    told = replace(rejected, failure=None, verdict=failed("MIGRATION_FAILED", f"exit code 1; {remark}"))
    assert deployment_record.why(told) == f"exit code 1; {remark}"
    assert deployment_record.why(replace(ENDINGS[Outcome.SUCCEEDED], migration=ran)) == WHY[Outcome.SUCCEEDED]


PROVEN_WORK = {
    "left out": (Check(progress.PROGRESS, SKIP, "", "no metric is named"), True),
    "seen": (Check(progress.PROGRESS, PASS, "", "12 lines"), False),
    "another check that was left out": (Check("cors", SKIP, "", "no origin is named"), False),
}


@pytest.mark.parametrize(("check", "told"), PROVEN_WORK.values(), ids=PROVEN_WORK.keys())
def test_a_worker_whose_work_nobody_saw_is_not_called_proven_without_more(check: Check, told: bool) -> None:
    """Its tasks run our digest; that it does its work is not proven, and whoever reads "proven" must read that."""
    said = deployment_record.live_now(replace(ENDINGS[Outcome.SUCCEEDED], checks=(check,)))
    assert said.endswith(f"proven; {worker.UNPROVEN}" if told else "proven")
