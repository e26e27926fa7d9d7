"""When tasks were pulled and started: as ECS says it, as a report keeps it, and nothing that is not known."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta

from landfall.ledger import task_times
from landfall.ledger.task_times import TaskTimes
from landfall.telling.report import document, report
from tests.support import builders as b
from tests.unit.telling.reports import SEEN

EARLIER = b.NOW - timedelta(hours=1)


def times(revision: str, stopped: bool) -> TaskTimes:
    """Return the times of a task that ended an hour before now, or runs."""
    return TaskTimes(
        f"arn:{revision}", revision, "RUNNING", EARLIER, None, None, EARLIER, None, EARLIER if stopped else None
    )


def test_what_ecs_says_is_kept_by_the_report() -> None:
    """A task as ECS describes it comes out of the report's JSON as it went in; what did not happen is null."""
    told = {
        "taskArn": "arn:1",
        "taskDefinitionArn": "f:1",
        "lastStatus": "PENDING",
        "createdAt": b.NOW,
        "stoppedAt": "soon",
    }
    (kept,) = (found := task_times.read(told),)
    seen = type(SEEN)(SEEN.look, times=(kept,))
    ended = b.ended()
    made = document(report(ended, {"ended_at": b.NOW.isoformat()}, seen))

    assert asdict(found)["created_at"] == b.NOW
    assert made["task_times"][0]["stopped_at"] is None
    assert task_times.of_report(made) == (kept,)


def test_a_report_of_before_has_no_times() -> None:
    """Nor has one that somebody wrote by hand: none is an error."""
    assert task_times.of_report({}) == ()
    assert task_times.of_report({"task_times": "x"}) == ()
    assert task_times.of_report({"task_times": [1, {"arn": 5, "started_at": "yesterday"}]})[0].started_at is None


def test_those_that_stopped_before_it_began_are_not_of_the_deployment() -> None:
    """Its own come first, then those that it replaced."""
    before, replaced, own = times("old", stopped=True), times("old", stopped=False), times("new", stopped=True)
    found = task_times.of_interest((before, replaced, own), "new", b.NOW.isoformat())

    assert found == (own, replaced)
