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
from landfall.model import State, failed, passed, wait
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
