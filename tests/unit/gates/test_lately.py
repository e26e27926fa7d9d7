"""What green is compared with once blue has no traffic: its hour, or an incident that goes on."""

from __future__ import annotations

import pytest

from landfall.gates import lately, likelihood
from landfall.gates.lately import Lately
from landfall.gates.traffic_series import BAKE, Minute
from landfall.model import State
from landfall.settings.traffic import Traffic
from tests.support.gate_traffic import BEGAN, MINUTE, judged, minutes

ERRORS = Traffic(latency=False)


def hour(last: int, requests: int, errors: int, p95: float = 0.3) -> tuple[Minute, ...]:
    """Return blue's hour before the bake, of which so many last minutes are an incident."""
    return (*minutes(-60, 60 - last, requests), *minutes(-last, last, requests, errors, p95))


def test_an_incident_of_both_is_not_greens() -> None:
    """Blue has 2 % in its last eleven minutes, and 0.37 % in its hour; green has 2 %, too."""
    found = judged(hour(11, 2_700, 54), minutes(0, 10, 3_000, 60), stage=BAKE)
    assert (found.verdict.state, found.verdict.code) == (State.PASS, "TRAFFIC_NO_WORSE")


def test_a_release_can_be_worse_than_an_incident() -> None:
    """Blue has 2 %; 15 % is green's own. The reason tells what green was compared with."""
    found = judged(hour(11, 2_700, 54), minutes(0, 10, 3_000, 450), stage=BAKE)
    assert (found.verdict.state, found.verdict.code) == (State.FAIL, "ERRORS_WORSE")
    assert "blue 594 of 29,700 (2.00 %); more than 8.51 % is worse" in found.verdict.reason


@pytest.mark.parametrize("burst", [1, 2, 3])
def test_a_burst_of_blue_hides_no_bad_release(burst: int) -> None:
    """Errors come in bursts: a few bad minutes at the end are not what blue is like."""
    found = judged(hour(burst, 2_700, 270), minutes(0, 10, 3_000, 150), stage=BAKE)
    assert (found.verdict.state, found.verdict.code) == (State.FAIL, "ERRORS_WORSE")


def test_an_incident_that_was_over_excuses_nothing() -> None:
    """Only what lasted up to blue's last minutes may go on at green."""
    blue = (*hour(30, 2_700, 0)[:30], *minutes(-30, 10, 2_700, 54), *minutes(-20, 20, 2_700))
    found = judged(blue, minutes(0, 10, 3_000, 90), stage=BAKE)
    assert (found.verdict.state, found.verdict.code) == (State.FAIL, "ERRORS_WORSE")


@pytest.mark.parametrize(("errors", "fails"), [(0, True), (3, False)])
def test_few_requests_of_blue_tell_of_an_incident_too(errors: int, fails: bool) -> None:
    """Blue has 60 requests a minute: 5 % of them over 15 minutes are an incident."""
    found = judged(hour(15, 60, errors), minutes(0, 10, 60, 3), stage=BAKE, settings=ERRORS)
    assert (found.verdict.state == State.FAIL) == fails


def test_blue_of_few_requests_beside_green() -> None:
    """At 97 % blue's minutes are small; together they show the incident that green has, too."""
    blue = (*minutes(-60, 50, 300), *minutes(-10, 10, 300, 6), *minutes(0, 10, 9))
    assert judged(blue, minutes(0, 9, 290, 6), settings=ERRORS).verdict.state == State.PASS


def test_a_slow_dependency_is_not_greens() -> None:
    """Both sides take twice as long since eight minutes before the bake; three times as long is green's own."""
    slow = hour(8, 2_700, 0, p95=0.6)
    assert judged(slow, minutes(0, 10, 3_000, p95=0.6), stage=BAKE).verdict.state == State.PASS
    assert judged(slow, minutes(0, 10, 3_000, p95=1.3), stage=BAKE).verdict.code == "LATENCY_WORSE"


@pytest.mark.parametrize(("known", "first"), [(0, 0), (1, 1), (2, 1), (3, 2), (4, 2), (5, 3), (60, 30)])
def test_the_first_half_is_what_was_usual(known: int, first: int) -> None:
    """An incident of up to half an hour does not raise what it is compared with (docs/decisions/0118)."""
    assert lately.earlier(range(known)) == range(first)


QUARTER, MOST = likelihood.BAR / 4, likelihood.BAR


@pytest.mark.parametrize(
    ("ratios", "last"),
    [
        ([MOST] * 3, 0),
        ([MOST] * 4, 4),
        ([QUARTER] * 4, 0),
        ([QUARTER] * 5, 5),
        ([-0.5, *[MOST] * 4], 4),
        ([-0.5, *[QUARTER] * 4], 0),
        ([0.5, *[QUARTER] * 4], 5),
        ([0.5, -0.5, *[MOST] * 4], 4),
        ([2.0, -1.5, *[MOST] * 4], 6),
        ([*[MOST] * 4, -1.0], 5),
        ([*[MOST] * 4, -1.2], 0),
        ([*[MOST] * 4, -9.0, *[MOST] * 4], 4),
        ([], 0),
    ],
)
def test_how_many_last_minutes_are_an_incident(ratios: list[float], last: int) -> None:
    """Those whose logarithms, each up to the limit, come to more than the bar, from where their sum began to grow."""
    blue = minutes(-len(ratios), len(ratios), 100)
    assert list(Lately(blue, ratios).incident(BEGAN)) == list(blue[len(blue) - last :])


@pytest.mark.parametrize(("minute", "found"), [(-5, 0), (-2, 0), (-1, 4), (0, 5), (1, 0), (2, 0)])
def test_an_incident_is_one_up_to_a_minute(minute: int, found: int) -> None:
    """Beside green, blue's minutes after the one that is judged are not known yet."""
    lasted = Lately(minutes(-4, 6, 100), [*[MOST] * 4, 0.0, -9.0])
    assert len(lasted.incident(BEGAN + minute * MINUTE)) == found
