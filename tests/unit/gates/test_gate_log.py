"""What is recorded of gates: bounded, redacted, and never wrong about who continued one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landfall import wire
from landfall.gates import gate_log, gate_words
from landfall.gates.comparison import Difference
from landfall.gates.gate_log import NotedGate
from landfall.gates.gate_state import OVER
from landfall.model import Outcome
from landfall.redaction import Redaction
from tests.support import builders as b

KINDS = Redaction().kinds
BEFORE = NotedGate(
    service_deployment="arn/one",
    hook="ecs-pause-1",
    gate="before_traffic",
    stage="POST_TEST_TRAFFIC_SHIFT",
    began=b.NOW.isoformat(),
    ends=(b.NOW + timedelta(seconds=900)).isoformat(),
    weight=0.0,
    seen_at=b.NOW.isoformat(),
    state="WAIT",
    code="GREEN_HEALTHY",
    reason="2 of 2 targets healthy",
)
SHIFT = replace(BEFORE, hook="ecs-pause-2", gate="shift", stage="PRE_PRODUCTION_TRAFFIC_SHIFT", weight=10.0)
WORSE = Difference("security_headers", "GET / strict-transport-security", "present", "absent", worse=True)


def test_looks_at_one_gate_are_one_entry() -> None:
    """The newest look stands there, and what was found at an earlier one is kept."""
    first = replace(BEFORE, differences=(WORSE,))
    known = gate_log.added(gate_log.added((), first, KINDS), replace(BEFORE, code="LATER"), KINDS)
    assert [(g.code, g.looks, g.differences) for g in known] == [("LATER", 2, (WORSE,))]


def test_a_later_look_does_not_forget_that_landfall_continued_it() -> None:
    """ECS may name a gate for a moment longer; the record would else say that somebody else continued it."""
    asked = gate_log.asked(gate_log.added((), BEFORE, KINDS), BEFORE.service_deployment, BEFORE.hook, b.NOW)
    known = gate_log.added(asked, replace(BEFORE, code="LATER"), KINDS)
    assert (known[0].code, known[0].continue_asked_at) == ("LATER", b.NOW.isoformat())


def test_what_is_worse_is_kept_first() -> None:
    """Of many differences those stay that may fail the gate, each cut and redacted, and the rest is counted."""
    better = replace(WORSE, worse=False, blue="jane.roe@example.com", green=f"jane.roe@example.com {'x' * 999}")
    many = replace(BEFORE, differences=(*(replace(better, name=str(n)) for n in range(20)), WORSE, WORSE))
    (kept,) = gate_log.added((), many, KINDS)
    assert (len(kept.differences), kept.more_differences) == (20, 2)
    assert kept.differences[:2] == (WORSE, WORSE)
    assert [each.name for each in kept.differences[2:]] == [str(n) for n in range(18)]
    assert "jane.roe" not in gate_log.written((kept,))
    assert all(len(each.green) <= 80 for each in kept.differences)
    (later,) = gate_log.added((kept,), BEFORE, KINDS)
    assert (later.differences, later.more_differences) == (kept.differences, 2)
    (none,) = gate_log.added((), BEFORE, KINDS)
    assert (none.differences, none.more_differences) == ((), 0)


@pytest.mark.parametrize(
    ("asked", "came_to", "outcome", "expected"),
    [
        (True, SHIFT, None, False),
        (False, SHIFT, None, True),
        (False, None, None, False),
        (False, None, Outcome.SUCCEEDED, True),
        (True, None, Outcome.SUCCEEDED, False),
        (False, None, Outcome.ROLLED_BACK, False),
        (False, None, Outcome.ROLLBACK_FAILED, False),
        (False, None, Outcome.NO_BASELINE, False),
        (False, None, Outcome.SUPERSEDED, False),
        (False, SHIFT, Outcome.ROLLED_BACK, True),
        (False, replace(SHIFT, service_deployment="arn/two"), Outcome.ROLLED_BACK, False),
    ],
)
def test_who_continued(asked: bool, came_to: NotedGate | None, outcome: Outcome | None, expected: bool) -> None:
    """A gate that ECS left, and that Landfall did not ask it to leave, was continued by somebody else."""
    known = gate_log.added((), BEFORE, KINDS)
    if asked:
        known = gate_log.asked(known, BEFORE.service_deployment, BEFORE.hook, b.NOW)
    if came_to:
        known = gate_log.added(known, came_to, KINDS)
    assert gate_log.by_hand(known[0], known[1:], outcome) == expected
    told = gate_words.told(known, outcome, b.NOW)[0]
    assert (told.end == gate_words.BY_HAND) == expected


def test_a_bake_that_somebody_continued_is_judged_and_says_so() -> None:
    """The judging after the end of ECS's deployment is no pause that anybody could continue."""
    bake = replace(BEFORE, gate="bake", hook="ecs-pause-3")
    known = gate_log.added(gate_log.added((), bake, KINDS), replace(bake, hook=OVER, state="PASS"), KINDS)
    told = gate_words.told(known, Outcome.SUCCEEDED)
    assert [each.end for each in told] == [gate_words.BY_HAND, gate_words.PASSED]


def test_what_a_gate_waits_for_and_how_long() -> None:
    """A page shows the time that is left, only while the gate waits."""
    known = gate_log.added((), BEFORE, KINDS)
    now = b.NOW + timedelta(seconds=60)
    assert gate_words.told(known, None, now)[0].left == "14 min 0 s left"
    assert gate_words.told(known, Outcome.ROLLED_BACK, now)[0].left == ""
    assert gate_words.waiting(known) == known[0]
    assert gate_words.waiting(gate_log.asked(known, "arn/one", "ecs-pause-1", now)) is None


def test_gates_that_ecs_has_left() -> None:
    """None of them waits any more, since the first moment at which that was known: later looks don't move it."""
    known = gate_log.added(gate_log.added((), BEFORE, KINDS), SHIFT, KINDS)
    later = b.NOW + timedelta(seconds=60)
    left = gate_log.left(known, later)
    assert [each.left_at for each in left] == [b.NOW.isoformat(), later.isoformat()]
    assert gate_log.left(left, later + timedelta(seconds=60)) == left
    assert gate_words.waiting(known) == known[-1]
    assert gate_words.waiting(left) is None


def test_a_time_that_can_not_be_read_is_not_told() -> None:
    """A record that somebody changed by hand breaks no page, and no duration is made up."""
    broken = replace(BEFORE, began="soon", ends="later")
    assert gate_words.left(broken, b.NOW) == ""
    (told,) = gate_words.told(gate_log.added((), broken, KINDS), None, b.NOW)
    assert (told.end, told.left, told.seconds) == (gate_words.WAITS, "", None)
    (known,) = gate_words.told(gate_log.added((), BEFORE, KINDS), None, b.NOW)
    assert known.seconds == 0


@pytest.mark.parametrize(
    ("gate", "outcome", "end", "state"),
    [
        (BEFORE, None, "waits", "here"),
        (replace(BEFORE, state="FAIL"), None, "failed", "bad"),
        (replace(BEFORE, state="FAIL"), Outcome.ROLLED_BACK, "failed", "bad"),
        (replace(BEFORE, continue_asked_at=b.NOW.isoformat()), Outcome.ROLLED_BACK, "passed", "good"),
        (replace(BEFORE, hook=OVER, state="PASS"), None, "passed", "good"),
        (BEFORE, Outcome.ROLLED_BACK, "rolled back while it waited", "bad"),
        (replace(BEFORE, left_at=b.NOW.isoformat()), None, "UNKNOWN", "unknown"),
    ],
)
def test_how_a_gate_ended(gate: NotedGate, outcome: Outcome | None, end: str, state: str) -> None:
    """A gate that failed is never shown as passed, and what nobody saw is UNKNOWN."""
    (told,) = gate_words.told((gate,), outcome, b.NOW)
    assert (told.end, told.state) == (end, state)


@pytest.mark.parametrize(
    ("after", "said"),
    [(0, "15 min 0 s left"), (841, "59 s left"), (840, "1 min 0 s left"), (900, "its time is over"), (999, "its time")],
)
def test_the_time_that_is_left(after: int, said: str) -> None:
    """A person who reads it knows whether there is time to look."""
    assert gate_words.left(BEFORE, b.NOW + timedelta(seconds=after)).startswith(said)


def test_what_services_say_is_redacted() -> None:
    """A cookie's name or a path may hold what nobody should keep."""
    secret = replace(WORSE, name="GET /?email=jane.roe@example.com")
    known = gate_log.added((), replace(BEFORE, differences=(secret,), reason="password=hunter2hunter2"), KINDS)
    text = gate_log.written(known)
    assert "jane.roe" not in text
    assert "hunter2hunter2" not in text


@given(st.integers(0, 60), st.integers(0, 40), st.text(max_size=3000))
def test_the_record_stays_small(gates: int, differences: int, text: str) -> None:
    """However many gates, differences and words there are, they take less than a quarter of an item of DynamoDB."""
    found = tuple(replace(WORSE, name=text, worse=n % 2 == 0) for n in range(differences))
    known: tuple[NotedGate, ...] = ()
    for number in range(gates):
        new = replace(SHIFT, hook=str(number), reason=text, differences=found if number == 0 else ())
        known = gate_log.added(known, new, KINDS)
    assert len(known) <= gate_log.MOST
    assert wire.size(gate_log.written(known)) < 100_000


def test_what_was_written_is_read_again() -> None:
    """And what somebody changed by hand is no gate."""
    known = gate_log.added((), replace(BEFORE, differences=(WORSE,)), KINDS)
    assert gate_log.read({"gates": gate_log.written(known)}) == known
    assert gate_log.read({}) == gate_log.read(None) == ()
    for broken in ("", "[" * 100_000, "{}x", '[{"hook": 1}]', "[1]", "null", 5):
        assert gate_log.read({"gates": broken}) == ()
