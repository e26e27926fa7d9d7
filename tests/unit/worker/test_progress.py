"""Progress fails a release only where the work stopped: seen before the update, not seen after it, and all was read."""

from __future__ import annotations

from datetime import timedelta

import pytest

from landfall import worker
from landfall.ledger import deployment_record
from landfall.model import passed
from landfall.settings.worker import METRIC_LATE, Metric, Progress
from landfall.smoke.case import Check
from landfall.worker import progress
from landfall.worker.progress import Progressed, Work
from landfall.worker.steadiness import Held
from tests.support import builders as b

LOG = Progress(within_seconds=120, log="processed")
MINUTE = timedelta(minutes=1)
METRIC = Progress(within_seconds=120, metric=Metric("AWS/SQS", "NumberOfMessagesDeleted", {"QueueName": "jobs"}))


@pytest.mark.parametrize(
    ("now", "before", "state", "code"),
    [
        (Work(), Work(45), "FAIL", "NO_PROGRESS"),
        (Work(), Work(3), "FAIL", "NO_PROGRESS"),
        (Work(), Work(2), "SKIP", ""),
        (Work(), Work(0), "SKIP", ""),
        (Work(whole=False), Work(45), "SKIP", ""),
        (Work(), Work(45, whole=False), "FAIL", "NO_PROGRESS"),
    ],
    ids=["it stopped", "it stopped", "too few to tell", "none before either", "not all was read", "more before"],
)
def test_absence(now: Work, before: Work, state: str, code: str) -> None:
    """A worker that had nothing to do before the update either is not bad: it is not proven, and that is said."""
    found = progress.compared(LOG, now, before)
    assert (found.check.state, found.verdict.code if found.verdict else "", found.proven) == (state, code, False)
    assert found.check.name == "progress"
    assert found.check.seen.startswith("no lines that match 'processed'")


def test_a_metric_is_late() -> None:
    """CloudWatch has a minute's value minutes later: until then its absence says nothing."""
    alone = b.NOW
    assert progress.is_due(LOG, alone, b.NOW + timedelta(seconds=120))
    assert not progress.is_due(METRIC, alone, b.NOW + timedelta(seconds=120 + METRIC_LATE - 1))
    assert progress.is_due(METRIC, alone, b.NOW + timedelta(seconds=120 + METRIC_LATE))


def test_the_minute_in_which_older_tasks_still_worked_does_not_count() -> None:
    """A metric does not say who worked: only minutes that began after the older tasks were out do."""
    alone = b.NOW.replace(second=5)
    assert progress.since(METRIC, alone, alone) == b.NOW.replace(second=0) + timedelta(minutes=1)
    assert progress.since(METRIC, b.NOW.replace(second=0), b.NOW) == b.NOW.replace(second=0)
    assert progress.since(METRIC, b.NOW.replace(second=0, microsecond=1), b.NOW) == b.NOW.replace(second=0) + MINUTE
    assert progress.since(LOG, alone, alone) == alone


def test_the_bake_wants_progress_of_its_own() -> None:
    """Work that was done long ago is no sign that the worker works now."""
    assert progress.since(LOG, b.NOW - timedelta(hours=1), b.NOW) == b.NOW - timedelta(seconds=120)


def test_the_time_before_is_as_long() -> None:
    """Twice the time would find work that half of it does not hold."""
    start, end = progress.before(LOG, b.NOW)
    assert (end, end - start) == (b.NOW, timedelta(seconds=120))
    start, end = progress.before(METRIC, b.NOW.replace(second=7, microsecond=9))
    assert (end, end - start) == (b.NOW.replace(second=0, microsecond=0), timedelta(seconds=120))


def test_what_was_not_proven_is_said_first_and_last() -> None:
    """Nobody takes a worker that only runs for one that works."""
    found = progress.not_set("sample")
    assert "services.sample.worker.progress is not set" in found.check.seen
    looked = passed("NO_TARGETS", "live")
    left_out = worker.confirmed(looked, worker.WORK_UNPROVEN)
    assert (left_out.code, left_out.reason) == (worker.WORK_UNPROVEN, "live; not proven: that it does its work")
    assert worker.confirmed(looked, worker.PROVEN) == passed(worker.PROVEN, "live")


def test_waits_while_there_is_time() -> None:
    """The first message may come at the end of the time."""
    found = progress.early(METRIC, b.NOW, b.NOW + timedelta(seconds=20), 10)
    assert found.verdict is not None
    assert (found.verdict.state, found.verdict.code) == ("WAIT", "NO_PROGRESS_YET")
    assert "AWS/SQS NumberOfMessagesDeleted (QueueName=jobs); there are 400 s left" in found.verdict.reason
    assert found.check.state == "RETRY"
    late = progress.early(METRIC, b.NOW, b.NOW + timedelta(hours=1), 10)
    assert "there are 0 s left" in late.check.seen


def test_movement_is_proof() -> None:
    """It says how much was seen."""
    found = progress.moved(LOG, Work(12))
    assert (found.proven, found.verdict, found.check.seen) == (True, None, "12 lines that match 'processed'")
    assert progress.moved(LOG, Work()).check.seen == "no lines that match 'processed'"
    of_metric = progress.moved(METRIC, Work(12.5)).check.seen
    assert of_metric == "metric AWS/SQS NumberOfMessagesDeleted (QueueName=jobs) adds up to 12.5"
    bare = Progress(metric=Metric("App", "Jobs"))
    assert progress.moved(bare, Work(3)).check.seen == "metric App Jobs adds up to 3"


@pytest.mark.parametrize(("state", "left_out"), [("SKIP", True), ("PASS", False)])
def test_a_record_says_what_was_not_proven(state: str, left_out: bool) -> None:
    """Whoever reads what is live learns that nobody saw it work."""
    ended = b.ended(checks=(Check("progress", state, "", ""),))
    assert ("not proven: that it does its work" in deployment_record.live_now(ended)) is left_out


@pytest.mark.parametrize(
    ("progressed", "code", "reason"),
    [
        (progress.moved(LOG, Work(12)), "WORKER_PROVEN", "2 run; 2 log it; 12 lines that match 'processed'"),
        (
            progress.not_set("sample"),
            "WORK_NOT_PROVEN",
            "not proven: that it does its work (services.sample.worker.progress is not set); 2 run; 2 log it",
        ),
    ],
    ids=["seen at work", "not asked"],
)
def test_the_conclusion_names_what_was_proven(progressed: Progressed, code: str, reason: str) -> None:
    """Programs tell a worker that works from one that only runs by the code, and people by the first words."""
    held = Held(passed("STEADY", "2 run"), 60, (), b.NOW)
    verdict, checks = worker.conclusion(held, Check("commit", "PASS", "", "2 log it"), progressed)
    assert (verdict.state, verdict.code, verdict.reason) == ("PASS", code, reason)
    assert tuple(check.name for check in checks) == worker.CHECKS == ("steady", "commit", "progress")
    assert (checks[0].state, checks[0].expected, checks[0].seen) == ("PASS", "60 s without a stop", "2 run")
