"""A gate of Landfall from look to look: when it ends, and what becomes of doubt."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, replace
from datetime import timedelta

import pytest

from landfall.errors import AwsBusy, AwsCallFailed
from landfall.gates import gate_state
from landfall.gates.gate_state import GateState, Hooked
from landfall.gates.log_minutes import LoggedMinute
from landfall.gates.traffic_series import Evidence
from landfall.model import State, Verdict, failed, passed, wait
from landfall.settings.strategy import Strategy
from landfall.wire import parse
from tests.support import builders as b

SETTINGS = Strategy(test_url="http://sample.example")
HOOKED = Hooked("arn:deployment/1", "ecs-pause-1")


def begun(gate: str = "shift", **changes: object) -> GateState:
    """Return a gate that began now."""
    settings = replace(SETTINGS, **changes)  # type: ignore[arg-type]
    return gate_state.at(None, gate, HOOKED, settings, b.NOW)  # type: ignore[arg-type]


def test_a_gate_has_its_time() -> None:
    """The bake has its shortest time beside the time that each gate has."""
    assert begun().ends_at - begun().began_at == timedelta(seconds=900)
    assert begun("bake").ends_at - begun("bake").began_at == timedelta(seconds=1200)


def test_a_gate_ends_before_ecs_ends_it() -> None:
    """Landfall's own verdict comes first, so that the reason is not a hook that timed out."""
    soon = replace(HOOKED, expires_at=b.NOW + timedelta(seconds=60))
    state = gate_state.at(None, "bake", soon, SETTINGS, b.NOW)
    assert b.NOW < state.ends_at < b.NOW + timedelta(seconds=60)


def test_a_gate_stays_the_same_from_look_to_look() -> None:
    """A later look must not give a gate more time."""
    assert gate_state.at(begun(), "shift", HOOKED, SETTINGS, b.NOW + timedelta(hours=1)) == begun()


def test_a_bake_that_somebody_continued_keeps_its_time() -> None:
    """It is judged behind the end of ECS's deployment, by what was seen and in what time was left; no other gate is."""
    over, later = replace(HOOKED, hook="over"), b.NOW + timedelta(seconds=600)
    assert gate_state.at(begun("bake"), "bake", over, SETTINGS, later) == begun("bake")
    anew = gate_state.at(begun("shift"), "bake", over, SETTINGS, later)
    assert (anew.hook, anew.began, anew.number) == (gate_state.OVER, later.isoformat(), 2)
    other = replace(over, service_deployment="arn:deployment/2")
    assert gate_state.at(begun("bake"), "bake", other, SETTINGS, later).began == later.isoformat()
    paused = replace(HOOKED, hook="ecs-pause-9")
    assert gate_state.at(begun("bake"), "bake", paused, SETTINGS, later).began == later.isoformat()


def test_evidence_goes_on_from_gate_to_gate() -> None:
    """The promise is per deployment, so no gate may begin with a clean slate."""
    left = gate_state.with_evidence(begun(), [Evidence(errors=1.5, gates=1)])
    later = gate_state.at(left, "shift", replace(HOOKED, hook="ecs-pause-2"), SETTINGS, b.NOW)
    assert (later.number, later.evidence.errors) == (2, 1.5)
    assert later.phase == ""


def test_another_deployment_begins_anew() -> None:
    """One update may make two service deployments; the second has other tasks."""
    left = gate_state.with_evidence(begun(), [Evidence(errors=1.5, gates=1)])
    other = gate_state.at(left, "shift", Hooked("arn:deployment/2", "ecs-pause-9"), SETTINGS, b.NOW)
    assert (other.number, other.evidence) == (1, Evidence())


def test_what_goes_on_with_a_deployment_and_what_does_not() -> None:
    """Each pair's evidence, alarms that were red before, and minutes of logs are those of one service deployment."""
    known = replace(
        begun(), red_before=("errors",), logged=(LoggedMinute(1, (2, 1), (3, 0)),), baked=True, unlogged="x"
    )
    known = gate_state.with_evidence(known, [Evidence(errors=1.5), Evidence(errors=2.5), Evidence(errors=3.5)])
    assert known.evidence_of == (Evidence(errors=1.5), Evidence(errors=2.5), Evidence(errors=3.5))
    later = gate_state.at(known, "bake", replace(HOOKED, hook="ecs-pause-2"), SETTINGS, b.NOW)
    assert (later.evidence_of, later.red_before, later.logged) == (known.evidence_of, ("errors",), known.logged)
    assert (later.baked, later.unlogged) == (False, "")
    other = gate_state.at(known, "bake", Hooked("arn:deployment/2", "ecs-pause-2"), SETTINGS, b.NOW)
    first = gate_state.at(None, "bake", Hooked("arn:deployment/2", "ecs-pause-2"), SETTINGS, b.NOW)
    assert other == first
    assert (first.evidence_of, first.red_before, first.logged, first.baked) == ((Evidence(),), (), (), False)


def test_no_evidence_at_all_is_none() -> None:
    """JSON has no infinity: whichever comparison says it, the step's answer can be written."""
    none = Evidence(-math.inf, -math.inf, -math.inf, gates=1, refusals=-math.inf)
    left = gate_state.with_evidence(begun(), [none, none])
    assert left.evidence_of == (Evidence(gates=1), Evidence(gates=1))


def test_state_travels_as_json() -> None:
    """Step Functions takes no infinity, and the next look reads what this one wrote."""
    left = gate_state.with_evidence(begun(), [Evidence(errors=-math.inf, latency=2.0)])
    assert left.evidence.errors is None
    assert parse(GateState, json.loads(json.dumps(asdict(left), allow_nan=False))) == left


@pytest.mark.parametrize("verdict", [passed("P", "p"), failed("F", "f")])
def test_a_decision_stands(verdict: object) -> None:
    """The end of a gate changes no verdict that was reached."""
    late = b.NOW + timedelta(hours=9)
    assert gate_state.settle(verdict, begun(), SETTINGS, late) is verdict  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("undecided", "lacks_traffic", "state", "code"),
    [
        ("back", True, State.FAIL, "GATE_UNDECIDED"),
        ("go_on", True, State.PASS, "GATE_UNDECIDED_WENT_ON"),
        ("back", False, State.FAIL, "GATE_TIMEOUT"),
        ("go_on", False, State.FAIL, "GATE_TIMEOUT"),
    ],
)
def test_doubt_at_the_end(undecided: str, lacks_traffic: bool, state: State, code: str) -> None:
    """Only too little traffic may let a release go on; what could not be read or measured never does."""
    settings = replace(SETTINGS, undecided=undecided)  # type: ignore[arg-type]
    verdict = gate_state.settle(
        wait("X", "x", 60), begun(), settings, b.NOW + timedelta(seconds=900), lacks_traffic=lacks_traffic
    )
    assert (verdict.state, verdict.code) == (state, code)


@pytest.mark.parametrize(
    ("error", "pause", "after", "state"),
    [
        (AwsBusy("Throttling", "Rate exceeded"), None, 900, State.WAIT),
        (AwsBusy("Throttling", "Rate exceeded"), None, 1799, State.WAIT),
        (AwsBusy("Throttling", "Rate exceeded"), None, 1800, State.FAIL),
        (AwsBusy("Throttling", "Rate exceeded"), 1000, 989, State.WAIT),
        (AwsBusy("Throttling", "Rate exceeded"), 1000, 990, State.FAIL),
        (AwsCallFailed("AccessDenied", "denied"), None, 900, State.FAIL),
    ],
)
def test_a_busy_aws_is_no_evidence(error: AwsCallFailed, pause: int | None, after: int, state: State) -> None:
    """A throttled last look takes no good release back while ECS pauses; a denied one never comes to an answer."""
    expires = b.NOW + timedelta(seconds=pause) if pause else None
    settings = replace(SETTINGS, undecided="go_on")
    waiting = gate_state.at(None, "shift", Hooked("arn:deployment/1", "ecs-pause-1", expires), settings, b.NOW)
    unread = gate_state.unread("TRAFFIC_UNREAD", "the traffic", error, 60)
    verdict = gate_state.settle(unread, waiting, settings, b.NOW + timedelta(seconds=after))
    assert verdict.state == state
    assert verdict.state == State.WAIT or verdict.code == "GATE_TIMEOUT"
    assert unread.code == ("AWS_BUSY" if isinstance(error, AwsBusy) else "TRAFFIC_UNREAD")


@pytest.mark.parametrize(("lasted", "expected"), [(0, 60), (400, 100), (850, 50), (899, 1)])
def test_looks_get_rarer_and_the_last_is_at_the_end(lasted: int, expected: int) -> None:
    """An execution has 25,000 events; a gate of hours must not spend them."""
    now = b.NOW + timedelta(seconds=lasted)
    assert gate_state.settle(wait("X", "x", 60), begun(), SETTINGS, now).retry_after == expected


def test_a_look_never_follows_at_once() -> None:
    """Looks without a wait between them would use up the execution's events."""
    assert gate_state.settle(wait("X", "x", 0), begun(), SETTINGS, b.NOW).retry_after == 1


def test_what_a_gate_says_is_safe() -> None:
    """It goes through the execution's history, which keeps what a service said."""
    assert "hunter2hunter2" not in GateState(said="password=hunter2hunter2").said
    assert len(GateState(said="x" * 5000).said) <= 1000


def test_the_words_that_others_read() -> None:
    """The hook of a bake that is judged behind its end, and the code by which a page knows a busy AWS."""
    assert (gate_state.OVER, gate_state.BUSY) == ("over", "AWS_BUSY")
    unread = gate_state.unread("TRAFFIC_UNREAD", "the traffic", AwsBusy("Throttling", "Rate exceeded"), 60)
    assert (unread.code, unread.retry_after) == ("AWS_BUSY", 60)
    assert unread.reason.startswith("the traffic could not be read: ")


def test_before_the_first_gate_nothing_is_known() -> None:
    """No gate has begun, and the bake has not passed: nothing may be taken for proven."""
    nothing = GateState()
    assert (nothing.number, nothing.baked, nothing.phase, nothing.hook) == (0, False, "", "")


LEFT = GateState(
    service_deployment="arn:deployment/1",
    hook="ecs-pause-1",
    gate="shift",
    began=b.NOW.isoformat(),
    ends=b.NOW.isoformat(),
    last=b.NOW.isoformat(),
    phase="compared",
    number=3,
    evidence=Evidence(errors=1.5),
    other_pairs=(Evidence(errors=2.5),),
    said="said",
    blue_answered=b.NOW.isoformat(),
    green_answered=b.NOW.isoformat(),
    red_before=("old-alarm",),
    logged=(LoggedMinute(29_500_000, (500, 2), (50, 0)),),
    unlogged="not read",
)


def test_what_goes_on_to_the_next_gate() -> None:
    """Evidence of every pair, alarms that were red before, and the minutes of logs; the rest begins anew."""
    later = b.NOW + timedelta(minutes=30)
    state = gate_state.at(LEFT, "bake", Hooked("arn:deployment/1", "ecs-pause-2"), SETTINGS, later)
    assert state == GateState(
        service_deployment="arn:deployment/1",
        hook="ecs-pause-2",
        gate="bake",
        began=later.isoformat(),
        ends=(later + timedelta(seconds=1_200)).isoformat(),
        last=(later + timedelta(seconds=2_400)).isoformat(),
        number=4,
        evidence=LEFT.evidence,
        other_pairs=LEFT.other_pairs,
        red_before=LEFT.red_before,
        logged=LEFT.logged,
    )


def test_nothing_goes_on_to_another_deployment() -> None:
    """Its tasks are others, so neither evidence nor logs nor alarms of the first say anything of it."""
    state = gate_state.at(LEFT, "shift", Hooked("arn:deployment/2", "ecs-pause-2"), SETTINGS, b.NOW)
    assert state == begun_at("arn:deployment/2", "ecs-pause-2")
    assert gate_state.at(None, "shift", Hooked("arn:deployment/2", "ecs-pause-2"), SETTINGS, b.NOW) == state


def begun_at(deployment: str, hook: str) -> GateState:
    """Return a shift's gate that began now, with nothing left by others."""
    return GateState(
        service_deployment=deployment,
        hook=hook,
        gate="shift",
        began=b.NOW.isoformat(),
        ends=(b.NOW + timedelta(seconds=900)).isoformat(),
        last=(b.NOW + timedelta(seconds=1_800)).isoformat(),
        number=1,
    )


@pytest.mark.parametrize(
    ("deployment", "hook", "gate", "stays"),
    [
        ("arn:deployment/1", "ecs-pause-1", "shift", True),
        ("arn:deployment/1", "over", "shift", True),
        ("arn:deployment/1", "over", "bake", False),
        ("arn:deployment/2", "over", "shift", False),
        ("arn:deployment/1", "ecs-pause-2", "shift", False),
        ("arn:deployment/2", "ecs-pause-1", "shift", False),
    ],
)
def test_which_gate_is_the_same(deployment: str, hook: str, gate: str, stays: bool) -> None:
    """The same pause; or the same gate that somebody else continued, which keeps its time and its evidence."""
    found = gate_state.at(LEFT, gate, Hooked(deployment, hook), SETTINGS, b.NOW)  # type: ignore[arg-type]
    assert (found is LEFT) == stays


def test_a_first_gate_that_is_over_begins() -> None:
    """Nothing was known of it when somebody continued the bake: it is judged as any other."""
    assert gate_state.at(None, "bake", Hooked("arn:deployment/1", "over"), SETTINGS, b.NOW).number == 1


def test_all_evidence_is_kept_and_no_infinity_of_any_way() -> None:
    """Each pair's numbers in its own place; JSON has no infinity and no number that is none."""
    kept = Evidence(1.0, 2.0, 3.0, 4, 5, 6, 7.0)
    endless = Evidence(-math.inf, math.inf, math.nan, 4, 5, 6, math.inf)
    left = gate_state.with_evidence(begun(), [kept, endless, kept])
    assert left.evidence_of == (kept, Evidence(None, None, None, 4, 5, 6, None), kept)


@pytest.mark.parametrize(
    ("asked", "after", "pause"), [(0, 0, 1), (1, 0, 1), (60, 0, 60), (60, 239, 60), (60, 244, 61), (60, 899.5, 1)]
)
def test_how_long_a_look_waits(asked: int, after: float, pause: int) -> None:
    """As long as the look asks, or a quarter of the gate's time so far; never past its end, and never not at all."""
    now = b.NOW + timedelta(seconds=after)
    waiting = gate_state.settle(Verdict(State.WAIT, "X", "x", asked), begun(), SETTINGS, now)
    assert (waiting.state, waiting.code, waiting.retry_after) == (State.WAIT, "X", pause)
    assert waiting.reason == f"gate 'shift', {math.ceil(900 - after)} s left: x"


def test_a_long_gate_is_looked_at_twice_an_hour() -> None:
    """A gate of days is seen to end half an hour late at most."""
    long = replace(begun(), ends=(b.NOW + timedelta(days=3)).isoformat())
    assert gate_state.settle(wait("X", "x", 60), long, SETTINGS, b.NOW + timedelta(days=1)).retry_after == 1_800


def test_the_end_tells_why() -> None:
    """People read what was waited for, until when, and that the settings let it go on."""
    late = b.NOW + timedelta(seconds=900)
    back = gate_state.settle(wait("X", "few", 60), begun(), SETTINGS, late, lacks_traffic=True)
    on = gate_state.settle(
        wait("X", "few", 60), begun(), replace(SETTINGS, undecided="go_on"), late, lacks_traffic=True
    )
    assert back.reason == f"gate 'shift' could not be decided by {late.isoformat()}: few"
    assert on.reason == "gate 'shift' continued undecided, as the settings say: few"
