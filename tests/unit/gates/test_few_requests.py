"""Too few requests are not doubt; and the errors among log lines."""

from __future__ import annotations

import pytest

from landfall.gates.traffic_series import Evidence
from landfall.model import State
from landfall.settings.traffic import Traffic
from tests.campaigns.evaluator import tally
from tests.campaigns.evaluator.generator import Truth
from tests.campaigns.evaluator.trials import play
from tests.support.gate_traffic import HOUR, NONE, judged, minutes


@pytest.mark.parametrize(
    ("requests", "errors", "bad", "code"),
    [
        (5, 1, 2, "TOO_FEW_REQUESTS"),
        (5, 2, 3, "TRAFFIC_NOT_SURE"),
        (5, 5, 3, "ERRORS_WORSE"),
        (60, 1, 3, "TRAFFIC_NOT_SURE"),
    ],
)
def test_one_error_of_a_few_is_no_doubt(requests: int, errors: int, bad: int, code: str) -> None:
    """Too little to tell follows the setting `undecided`; doubt goes back; proof stays proof, also of a few."""
    green = (*minutes(0, bad, requests, errors), *minutes(bad, 5 - bad, requests))
    found = judged(HOUR, green, after=8, settings=Traffic(latency=False))
    assert found.verdict.code == code
    assert found.undecided_is_traffic == (code == "TOO_FEW_REQUESTS")


def test_doubt_of_earlier_gates_waits_for_requests() -> None:
    """What earlier gates left goes on, and says nothing new at a gate that had no requests."""
    found = judged(HOUR, minutes(0, 3, 5), after=6, left=Evidence(errors=2.0, gates=3, minutes=30, requests=900))
    assert found.undecided_is_traffic
    assert found.evidence.errors is not None
    assert found.evidence.errors > 0


def test_small_services_do_not_go_back_by_chance() -> None:
    """1 request a minute at 34 gates: one error in a thousand requests comes up, and proves nothing."""
    ends = [play(Truth(1, (*range(3, 100, 3), 100), longest=6), seed, go_on=True) for seed in range(12)]
    assert not any(map(tally.is_called_worse, ends))


LINES = minutes(-60, 70, 500, 2)


@pytest.mark.parametrize(
    ("errors", "state", "code"),
    [(0, State.PASS, "TRAFFIC_NO_WORSE"), (2, State.PASS, "TRAFFIC_NO_WORSE"), (60, State.FAIL, "LOG_ERRORS_WORSE")],
)
def test_errors_among_log_lines(errors: int, state: State, code: str) -> None:
    """Requests are answered well, and every eighth line is an error: blue logs one in 250."""
    found = judged(HOUR, minutes(0, 9, 100), logs=(LINES, minutes(0, 9, 500, errors)))
    assert (found.verdict.state, found.verdict.code) == (state, code)


def test_the_reason_tells_the_lines() -> None:
    """People see what was counted."""
    found = judged(HOUR, minutes(0, 9, 100), logs=(LINES, minutes(0, 9, 500, 60)))
    assert "green has 540 of 4,500 (12.00 %) log lines that are errors" in found.verdict.reason


def test_few_lines_hold_nothing_up() -> None:
    """One error among ten lines is no doubt, and where neither side logs there is nothing to wait for."""
    assert judged(HOUR, minutes(0, 9, 100), logs=((), ())).verdict.state == State.PASS
    assert judged(HOUR, minutes(0, 9, 100), logs=(minutes(-10, 12, 1), ())).verdict.state == State.PASS
    assert judged(HOUR, minutes(0, 9, 100), logs=(LINES, minutes(0, 1, 10, 1))).verdict.state == State.PASS


def test_a_silent_release_is_not_enough_to_tell() -> None:
    """Where blue writes many lines, none of green say nothing for it: the gate waits, as for requests."""
    found = judged(HOUR, minutes(0, 9, 100), logs=(LINES, ()))
    assert (found.verdict.state, found.verdict.code, found.undecided_is_traffic) == (State.WAIT, "LOGS_SILENT", True)


def test_a_network_load_balancer_is_judged_by_logs() -> None:
    """It counts no requests, so the log is all that tells: errors there fail the gate, and silence holds it."""
    bad, good = minutes(0, 9, 500, 60), minutes(0, 9, 500, 2)
    codes = [judged(NONE, NONE, balancer="network", logs=(LINES, each)).verdict.code for each in (bad, good, NONE)]
    assert codes == ["LOG_ERRORS_WORSE", "TRAFFIC_NOT_JUDGED", "LOGS_SILENT"]


def test_doubt_in_the_log_alone_holds_a_gate() -> None:
    """Behind a Network Load Balancer the log is all there is: what may be chance is no pass, and no lack of lines."""
    found = judged(NONE, NONE, balancer="network", logs=(LINES, minutes(0, 9, 500, 14)))
    assert (found.verdict.state, found.verdict.code, found.undecided_is_traffic) == (
        State.WAIT,
        "TRAFFIC_NOT_SURE",
        False,
    )
    assert found.verdict.reason.startswith("green looks worse than blue, but it may be chance: green has 126 of 4,500")


def test_logs_can_be_switched_off() -> None:
    """Some services log errors that are none."""
    bad = (LINES, minutes(0, 9, 500, 60))
    assert judged(HOUR, minutes(0, 9, 100), logs=bad, settings=Traffic(log_errors=False)).verdict.state == State.PASS


def test_played_deployments_have_logs() -> None:
    """The simulation's own logs: as blue's, they pass; one line in ten is an error, and they don't."""
    good = [play(Truth(300, (100,), log_errors=0.005), seed) for seed in range(10)]
    bad = [play(Truth(300, (100,), log_errors=0.005, green_log_errors=0.1), seed) for seed in range(10)]
    assert sum(map(tally.is_called_worse, good)) <= 1
    assert all(map(tally.is_called_worse, bad))
