"""The record: every outcome says what was asked for, why it ended so, and what is live now."""

from __future__ import annotations

from dataclasses import replace

import pytest

from landfall.ledger import deployment_record
from landfall.model import UNKNOWN, Outcome, Release, passed
from landfall.partitions import UNKNOWN_SERVICE
from tests.support import builders as b
from tests.support.endings import ENDINGS

LIVE = {
    Outcome.SUCCEEDED: f"{b.SHA} ({b.DIGEST}), proven",
    Outcome.NO_CHANGE: f"{b.SHA} ({b.DIGEST}), proven",
    Outcome.SKIPPED: "UNKNOWN",
    Outcome.ROLLED_BACK: f"{b.OLD_SHA} ({b.OLD_DIGEST}), proven again",
    Outcome.REJECTED: "nothing was touched",
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
    """Auto scaling may have started tasks again where going back meant none: nobody is told that there are none."""
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
