"""The log gate's decision: a release fails by errors that are new, and by nothing else that it writes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landfall.logs import task_logs
from landfall.logs.task_logs import Line, Place, Tally, Written
from landfall.model import State
from landfall.settings import Logs
from tests.support import builders as b

GATE = Logs(gate=True, gate_errors=5, gate_times=2.0)
CASES: dict[str, tuple[Tally, Tally, State, str]] = {
    "nothing to compare with": (Tally(10, 10), Tally(), State.PASS, "LOGS_NOTHING_BEFORE"),
    "nothing written now": (Tally(), Tally(100, 1), State.PASS, "LOGS_QUIET"),
    "new errors": (Tally(100, 6), Tally(100, 0), State.FAIL, "LOG_ERRORS"),
    "as few errors as are let pass": (Tally(100, 4), Tally(100, 0), State.PASS, "LOGS_QUIET"),
    "the least that fails": (Tally(100, 5), Tally(100, 0), State.FAIL, "LOG_ERRORS"),
    "twice the share, and no more": (Tally(100, 6), Tally(100, 3), State.PASS, "LOGS_QUIET"),
    "a little more than twice": (Tally(100, 7), Tally(100, 3), State.FAIL, "LOG_ERRORS"),
    "more errors in more lines": (Tally(10_000, 60), Tally(100, 3), State.PASS, "LOGS_QUIET"),
}


@pytest.mark.parametrize(("now", "before", "state", "code"), CASES.values(), ids=CASES.keys())
def test_what_the_gate_says(now: Tally, before: Tally, state: State, code: str) -> None:
    """Its verdict names both counts: people must see what was compared."""
    verdict = task_logs.assess(now, before, GATE)
    assert (verdict.state, verdict.code) == (state, code)
    assert f"{now}, before the update {before}" in verdict.reason


COUNTS = st.integers(0, 500).flatmap(lambda n: st.builds(Tally, st.just(n), st.integers(0, n)))


@given(COUNTS, COUNTS)
def test_a_release_that_writes_no_more_errors_never_fails(now: Tally, before: Tally) -> None:
    """Law 8: whatever a service has always written is no evidence against a release."""
    if task_logs.assess(now, before, GATE).state == State.FAIL:
        assert now.share > before.share
        assert now.errors >= GATE.gate_errors


def test_a_count_of_a_part_says_so() -> None:
    """Where a task wrote more than is read."""
    assert str(Tally(5, 1)) == "1 errors in 5 lines"
    assert str(Tally(5, 1, whole=False)) == "1 errors in 5 lines that were read"


def test_two_tasks_lines_are_merged_by_time() -> None:
    """The report's last lines are those of all tasks; a part of one is a part of all."""
    early, late = (Line(b.NOW + timedelta(seconds=n), f"t{n}", "x") for n in (1, 2))
    assert Written((late,)) + Written((early,)) == Written((early, late))
    assert not (Written((late,)) + Written((early,), whole=False)).whole


OPTIONS = {"awslogs-group": "/app", "awslogs-stream-prefix": "web"}
PLACES: dict[str, tuple[dict[str, Any], Place | None]] = {
    "to CloudWatch": ({"logDriver": "awslogs", "options": OPTIONS}, Place("/app", "web", "app")),
    "elsewhere": ({"logDriver": "splunk", "options": OPTIONS}, None),
    "without a prefix": ({"logDriver": "awslogs", "options": {"awslogs-group": "/app"}}, None),
    "without options": ({"logDriver": "awslogs"}, None),
}


@pytest.mark.parametrize(("config", "place"), PLACES.values(), ids=PLACES.keys())
def test_where_a_container_logs(config: dict[str, Any], place: Place | None) -> None:
    """Without a prefix no stream can be told to be a task's (ECS developer guide, awslogs log driver)."""
    revision = {"containerDefinitions": [{"name": "app", "logConfiguration": config}, {"name": "agent"}]}
    assert task_logs.place(revision, "app") == place
    assert task_logs.place(revision, "agent") is None
    assert task_logs.place(revision, "nobody") is None


def test_the_stream_of_a_task() -> None:
    """Named by the task's id, the end of its ARN."""
    arn = "arn:aws:ecs:eu-west-1:123456789012:task/cluster/0a1b"
    assert Place("/app", "web", "app").stream(arn) == "web/app/0a1b"
