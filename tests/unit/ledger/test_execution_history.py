"""The timeline: everything that a state machine did, with each loop shown once."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from landfall.ledger import execution_history
from landfall.ledger.execution_history import CHOICES, WAITS, Event
from tests.support import builders as b


def told(*events: tuple[int, str, str, Any]) -> list[tuple[str, int, float | None, str, str]]:
    """Return the timeline of events given as second, kind, state, and an answer or an error."""
    found = []
    for second, kind, state, answer in events:
        at = b.NOW + timedelta(seconds=second)
        found.append(Event(at, state, kind=kind))
        if isinstance(answer, dict):
            found.append(Event(at, state, verdict=answer, kind="TaskSucceeded"))
        elif answer:
            found.append(Event(at, state, error=answer, kind="TaskFailed"))
    return [(e.state, e.looks, e.seconds, e.answer, e.reason) for e in execution_history.timeline(found)]


def wait(reason: str) -> dict[str, str]:
    """Return a verdict to wait."""
    return {"state": "WAIT", "code": "IN_PROGRESS", "reason": reason}


TASK = "TaskStateEntered"
PASSED = {"state": "PASS", "code": "STABLE", "reason": "2 of 2"}


def test_a_loop_is_told_once() -> None:
    """Three looks that say the same are one line with the last reason; the one that says otherwise is its own."""
    assert told(
        (0, TASK, "UpdateService", None),
        (1, WAITS, "WaitForStability", None),
        (6, TASK, "CheckStability", wait("0 of 2")),
        (7, CHOICES, "StabilityVerdict", None),
        (7, WAITS, "WaitForStability", None),
        (12, TASK, "CheckStability", wait("1 of 2")),
        (13, CHOICES, "StabilityVerdict", None),
        (13, TASK, "CheckStability", PASSED),
        (14, TASK, "ReportSuccess", None),
    ) == [
        ("UpdateService", 1, 1.0, "", ""),
        ("CheckStability", 2, 12.0, "WAIT", "1 of 2"),
        ("CheckStability", 1, 1.0, "PASS", "2 of 2"),
        ("ReportSuccess", 1, None, "", ""),
    ]


def test_rounds_with_something_between_are_told_apart() -> None:
    """A look that is repeated after another step's answer is a second look, not a loop."""
    assert [
        line[:2] for line in told((0, TASK, "Check", PASSED), (1, TASK, "Smoke", PASSED), (2, TASK, "Check", PASSED))
    ] == [
        ("Check", 1),
        ("Smoke", 1),
        ("Check", 1),
    ]


def test_a_step_that_failed() -> None:
    """An error is shown with its message, even if a retry of the step succeeded."""
    assert told((0, TASK, "Preflight", "AwsCallFailed: Throttling"), (3, TASK, "ReportRejection", None))[0] == (
        "Preflight",
        1,
        3.0,
        "ERROR",
        "AwsCallFailed: Throttling",
    )
    assert told() == []


def test_an_error_is_redacted_before_it_is_cut() -> None:
    """What a step died of ends up in a report; of a secret at the cut no half is left."""
    cause = "x" * 270 + " password=hunter2-Example-of-some-length"
    failed = {"timestamp": b.NOW, "taskFailedEventDetails": {"error": "AwsCallFailed", "cause": cause}}
    (event,) = execution_history.events([failed])
    assert "hunter2" not in event.error
    assert len(event.error) <= 300


def test_a_history_as_step_functions_gives_it() -> None:
    """States, verdicts and errors are read; what a step answered besides is not.

    Source: Step Functions API reference, HistoryEvent.
    """

    def payload(output: str | None) -> dict[str, Any]:
        details = {"resource": "invoke"} if output is None else {"resource": "invoke", "output": output}
        return {"timestamp": b.NOW, "type": "TaskSucceeded", "taskSucceededEventDetails": details}

    history: list[dict[str, Any]] = [
        {"timestamp": b.NOW, "type": "ExecutionStarted", "executionStartedEventDetails": {"input": "{}"}},
        {"timestamp": b.NOW, "type": TASK, "stateEnteredEventDetails": {"name": "CheckStability"}},
        payload(json.dumps({"Payload": {"verdict": PASSED}})),
        payload(json.dumps({"Payload": {"lock": "taken"}})),
        payload(json.dumps({"Payload": [1]})),
        payload(json.dumps({"Payload": None})),
        payload(None),
        {"timestamp": b.NOW, "type": "TaskFailed", "taskFailedEventDetails": {"error": "E", "cause": "x" * 999}},
        {"timestamp": b.NOW, "type": "TaskFailed", "taskFailedEventDetails": {}},
    ]
    entered, passed, failed, silent = execution_history.events(history)
    assert (entered.state, entered.kind, entered.verdict) == ("CheckStability", TASK, None)
    assert (passed.state, passed.verdict) == ("CheckStability", PASSED)
    assert failed.error.startswith("E: xxx")
    assert len(failed.error) == 300
    assert silent.error == "None: "
