"""What people are told: within SNS's limits, and it says what, where, why, what is live and what to do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from landfall.migration import run_task
from landfall.migration.migration import Migration, Stage
from landfall.model import QUIET, Failure, Outcome
from landfall.telling import deployment_notice, migration_notice
from tests.support import builders as b

OUTCOMES = [Outcome.REJECTED, Outcome.ROLLED_BACK, Outcome.ROLLBACK_FAILED, Outcome.SUPERSEDED, Outcome.NO_BASELINE]
NEXT = {
    Outcome.REJECTED: "The service was not changed",
    Outcome.ROLLED_BACK: "The release before is live again",
    Outcome.ROLLBACK_FAILED: "ACT NOW",
    Outcome.SUPERSEDED: "Somebody else",
    Outcome.NO_BASELINE: "first release failed",
}


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_message(outcome: Outcome) -> None:
    """Whoever reads it learns at once why, what is live now, what to do, and where to look."""
    text = deployment_notice.notice(b.crashed(outcome), "s3://bucket/report.md").text
    first, *_ = text.splitlines()
    assert first == f"{outcome.value}: sample, commit {b.SHA}"
    for part in (NEXT[outcome], "container 'app' exited with code 1", b.DIGEST, b.REVISION, "s3://bucket/report.md"):
        assert part in text
    assert "Live now:  " in text
    assert "https://us-east-1.console.aws.amazon.com/s3/object/bucket?region=us-east-1&prefix=report.md" in text
    assert f"Runbook:   docs/runbooks/{RUNBOOK.get(outcome, 'failed-deployment')}.md" in text


def test_a_release_that_another_migration_kept_out_is_not_called_wrong() -> None:
    """Nothing in the request can be fixed: the advice is to let the other task end, or to stop it."""
    why = Failure("RunMigration", run_task.OF_ANOTHER, "task arn:aws:ecs:x:1:task/c/t still migrates")
    text = deployment_notice.notice(b.ended(Outcome.REJECTED, failure=why), None).text
    assert "Let the earlier migration end" in text
    assert "Fix the request" not in text
    assert "The service was not changed" in text


def test_message_without_a_report() -> None:
    """A report that could not be written is said to be missing, and where the evidence is instead."""
    assert "could not be written" in deployment_notice.notice(b.crashed(Outcome.ROLLED_BACK), "").text


def test_everybody_who_is_told_is_told_what_to_do() -> None:
    """An outcome that is not quiet has its words; one that is needs none."""
    assert {each for each in Outcome if deployment_notice.what_next(each)} == set(Outcome) - set(QUIET)


RUNBOOK = {Outcome.ROLLBACK_FAILED: "rollback-failed"}
SUBJECTS = {
    "short": ("sample", "Landfall: ROLLED_BACK sample aaaaaaaaaaaa"),
    "long": ("s" * 200, f"Landfall: ROLLED_BACK {'s' * 77}"),
    "not ASCII": ("café", "Landfall: ROLLED_BACK caf? aaaaaaaaaaaa"),
}


@pytest.mark.parametrize(("service", "subject"), SUBJECTS.values(), ids=SUBJECTS.keys())
def test_subject_is_within_the_limits_of_sns(service: str, subject: str) -> None:
    """SNS refuses a subject of 100 characters or more, or outside ASCII: the page would be lost over its own title."""
    text = deployment_notice.notice(b.crashed(Outcome.ROLLED_BACK, release=b.release(service=service)), None).subject
    assert text == subject
    assert len(text) < 100
    assert text.isascii()


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_attributes(outcome: Outcome) -> None:
    """Subscribers can filter by outcome, and only a service that is not proven healthy pages."""
    attributes = deployment_notice.notice(b.crashed(outcome), None).attributes
    assert attributes["outcome"] == outcome.value
    assert attributes["severity"] == ("page" if outcome == Outcome.ROLLBACK_FAILED else "notice")
    assert attributes["code"] == "CRASH_LOOP"
    assert attributes["intent"] == "release"
    assert all(attributes.values())


SUFFERS = Migration(
    Stage.STARTED,
    b.NOW.isoformat(),
    b.REVISION,
    "app",
    timeout_seconds=900,
    task="arn:aws:ecs:us-east-1:123456789012:task/c/7",
    asked_at="2026-01-02T03:04:06+00:00",
    unhealthy_since="2026-01-02T03:05:00+00:00",
    unhealthy_why="0 of 2 targets healthy",
)


def test_a_service_that_suffers_under_its_migration_pages() -> None:
    """Landfall does not stop the task itself: the page says which one it is, how to stop it, and what that would do."""
    page = migration_notice.notice(b.release(), SUFFERS, "c")
    assert page.attributes == {
        "outcome": "MIGRATING",
        "service": "sample",
        "severity": "page",
        "code": "UNHEALTHY_DURING_MIGRATION",
        "intent": "release",
    }
    assert page.subject == "Landfall: sample is unhealthy while its migration runs"
    for part in (
        f"sample is unhealthy while the migration of commit {b.SHA} runs",
        "Seen:      the service is unhealthy since 2026-01-02T03:05:00+00:00 (0 of 2 targets healthy)",
        f"Task:      {SUFFERS.task}",
        "Began:     2026-01-02T03:04:06+00:00; Landfall stops it after 900 s",
        f"To stop:   aws ecs stop-task --cluster c --task {SUFFERS.task}",
        "the database may be half changed",
        "Runbook:   docs/runbooks/failed-deployment.md",
        b.EXECUTION,
    ):
        assert part in page.text
    started = migration_notice.notice(b.release(), replace(SUFFERS, started_at="2026-01-02T03:04:59+00:00"), "c")
    assert "Began:     2026-01-02T03:04:59+00:00; " in started.text
