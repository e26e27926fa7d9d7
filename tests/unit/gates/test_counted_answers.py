"""What counts against a side beside the 5xx of its targets: lost answers, and refusals."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from landfall.gates import counted_answers
from landfall.gates.traffic_series import Minute
from landfall.model import State
from landfall.settings.traffic import Traffic
from tests.support import builders as b
from tests.support.gate_traffic import HOUR, judged, minutes

GREEN = minutes(0, 9, 100)


def having(side: tuple[Minute, ...], **counts: Any) -> tuple[Minute, ...]:
    """Return minutes with these counts."""
    return tuple(replace(each, **counts) for each in side)


def test_lost_answers_are_errors() -> None:
    """The load balancer answers 502 for a target that closes the connection, and no metric of the target has it."""
    found = judged(HOUR, having(GREEN, lost=20)).verdict
    assert (found.state, found.code) == (State.FAIL, "ERRORS_WORSE")
    assert "180 of 900" in found.reason


@pytest.mark.parametrize("lost", [9, 300, 900])
def test_what_blue_loses_as_a_rule_is_no_error(lost: int) -> None:
    """WebSockets have no counted answer, and an emulator may count none at all."""
    share = lost / 900
    green = having(GREEN, lost=round(100 * share))
    assert judged(having(HOUR, lost=lost), green).verdict.state == State.PASS


def test_refusals_of_nearly_everybody() -> None:
    """A login that is broken makes no 5xx."""
    found = judged(having(HOUR, refused=18), having(GREEN, refused=90)).verdict
    assert (found.state, found.code) == (State.FAIL, "REFUSALS_WORSE")
    off = judged(having(HOUR, refused=18), having(GREEN, refused=90), settings=Traffic(refusals=False))
    assert off.verdict.state == State.PASS


@pytest.mark.parametrize(("blue", "green"), [(0, 10), (18, 12), (180, 30), (450, 55), (880, 99)])
def test_some_more_refusals_are_harmless(blue: int, green: int) -> None:
    """Ten points more, or as many as blue has: a route that went, a scanner, a service that refuses most anyway."""
    assert judged(having(HOUR, refused=blue), having(GREEN, refused=green)).verdict.state == State.PASS


@pytest.mark.parametrize(("lost", "counted"), [(9, True), (10, False), (11, False)])
def test_from_which_share_on_lost_answers_are_usual(lost: int, counted: bool) -> None:
    """1 of 100 of all of blue's requests: up to there a lost answer is an error of both sides."""
    blue = (Minute(b.NOW, 600, 2, lost=lost), Minute(b.NOW, 400, 1))
    green = (Minute(b.NOW, 50, 3, lost=4),)
    found = counted_answers.failed((blue, green))
    errors = [[each.errors for each in side] for side in found]
    assert errors == ([[2 + lost, 1], [7]] if counted else [[2, 1], [3]])


def test_no_minute_has_more_errors_than_requests() -> None:
    """CloudWatch tells its counts one by one, and a share above 1 means nothing."""
    found = counted_answers.failed(((Minute(b.NOW, 1_000),), (Minute(b.NOW, 50, 30, lost=30),)))
    assert found[1][0].errors == 50


def test_without_traffic_of_blue_nothing_is_usual() -> None:
    """Then green's lost answers are not counted: they may be WebSockets."""
    green = (Minute(b.NOW, 50, 3, lost=4),)
    assert counted_answers.failed(((), green)) == ((), green)


def test_refusals_stand_in_place_of_errors() -> None:
    """Each minute's own, on both sides."""
    sides = ((Minute(b.NOW, 90, 5, refused=7),), (Minute(b.NOW, 50, 3, refused=4),))
    assert [[each.errors for each in side] for side in counted_answers.refused(sides)] == [[7], [4]]
