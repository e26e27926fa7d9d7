"""An execution has 25,000 events of history: a deployment with many gates must end before they are spent."""

from __future__ import annotations

import pytest

from landfall.proof import stages
from landfall.proof.strategy import StrategyView
from landfall.settings import Limits, shifting_looks
from landfall.settings.strategy import Strategy

EVENTS = 25_000
LOOK, GATE_LOOK, OPENED = 9, 18, 7
"""Events of a look (Wait, Task, Choice), of one at a gate (with JudgeGate and its Choice), and of opening a gate."""
REST = 1_500
"""More than all other states take, their retries included."""
SHIFT, CLEAN_UP = 60, 600
"""Seconds that ECS takes for a shift, and for stopping the old tasks."""


def looks(seconds: int, poll: int, least: int = 0) -> int:
    """Return how many looks there are at a stage of so many seconds."""
    lasted = count = 0
    while lasted < seconds:
        lasted += max(shifting_looks.wait(lasted, poll), least)
        count += 1
    return count + 1


def events(shape: StrategyView, settings: Strategy, *, back: bool) -> int:
    """Return the events after scaling up if every gate takes all its time; on the way back gates take none."""
    limits = Limits()
    poll, gates = limits.stability_poll_seconds, shape.shifts + 2
    step = shape.waits_minutes * 60 // shape.shifts + SHIFT
    moving = shape.shifts * looks(step, poll) + looks(CLEAN_UP, poll)
    judging = 0 if back else gates * looks(settings.gate_seconds, poll, least=60)
    return (moving + gates) * LOOK + judging * GATE_LOOK + gates * OPENED


@pytest.mark.parametrize("percent", [3.0, 10.0, 100.0])
def test_history_is_long_enough(percent: float) -> None:
    """34 gates, 10 and one, each with all its time, there and then back again by a deployment of its own."""
    settings = Strategy(test_url="http://sample.example")
    shape = StrategyView("LINEAR", step_percent=percent)
    scaling = 2 * Limits().stability_attempts * LOOK
    spent = scaling + events(shape, settings, back=False) + events(shape, settings, back=True)
    assert spent + REST < EVENTS


@pytest.mark.parametrize("percent", [3.0, 10.0])
def test_looks_are_enough(percent: float) -> None:
    """The machine counts its looks: a deployment that has time left must not run out of them."""
    settings = Strategy(test_url="http://sample.example", deployment_seconds=76_080)
    shape = StrategyView("LINEAR", step_percent=percent)
    assert stages.allowed_seconds(shape, settings) <= settings.deployment_seconds
    poll = Limits().stability_poll_seconds
    moving = shape.shifts * looks(360 + SHIFT, poll) + looks(CLEAN_UP, poll)
    gates = (shape.shifts + 2) * (looks(settings.gate_seconds, poll, least=60) + 1)
    assert moving + gates < shifting_looks.looks(settings.deployment_seconds)


def test_services_without_a_strategy_have_no_more_looks() -> None:
    """Their history is as it was."""
    assert shifting_looks.looks(0) == 0
