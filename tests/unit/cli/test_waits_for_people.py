"""`landfall status` says that a deployment is paused while its last look says so, and no longer."""

from __future__ import annotations

from typing import Any

import pytest

from cli.deployments import waits_for_people
from landfall.ledger.execution_history import Event
from tests.support import builders as b

PAUSED = {"state": "WAIT", "code": "PAUSED_BY_OWNER", "reason": "paused by its owner at PRE_SCALE_UP"}
ROLLING = {"state": "WAIT", "code": "ROLLING", "reason": "0 of 2"}
TOLD: dict[str, tuple[list[dict[str, Any] | None], str]] = {
    "the last look": ([ROLLING, PAUSED, None], PAUSED["reason"]),
    "a look before the last": ([PAUSED, ROLLING], ""),
    "no look": ([None], ""),
}


@pytest.mark.parametrize(("verdicts", "said"), TOLD.values(), ids=TOLD.keys())
def test_the_last_verdict_counts(verdicts: list[dict[str, Any] | None], said: str) -> None:
    """States that were only entered say nothing."""
    assert waits_for_people.said(Event(b.NOW, "CheckStability", each) for each in verdicts) == said


@pytest.mark.parametrize(
    ("state", "verdict", "told"),
    [
        ("JudgeGate", ("WAIT", "BAKING"), True),
        ("JudgeGate", ("PASS", "GATE_PASSED"), False),
        ("CheckStability", ("WAIT", "AT_GATE"), True),
        ("CheckStability", ("WAIT", "SHIFTING"), True),
    ],
)
def test_what_a_gate_waits_for_is_said(state: str, verdict: tuple[str, str], told: bool) -> None:
    """The stage, the traffic and the time left are in the reason; a gate that is open is no wait."""
    reason = "gate 'bake', 120 s left: 40 requests, and 1000 are needed"
    seen = {"state": verdict[0], "code": verdict[1], "reason": reason}
    assert waits_for_people.said([Event(b.NOW, state, seen)]) == (reason if told else "")
