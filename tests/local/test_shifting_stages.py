"""The stages of a deployment with a strategy, as AWS's pages list them."""

from __future__ import annotations

from typing import Any

import pytest

from local.ecs.shifting_stages import shifts, steps
from local.load_balancer.weights import in_percent

SHIFTS: dict[str, tuple[dict[str, Any], list[tuple[float, float]]]] = {
    "all at once": ({"strategy": "BLUE_GREEN"}, [(100, 0)]),
    "canary, defaults": ({"strategy": "CANARY"}, [(5, 10), (100, 0)]),
    "canary": (
        {"strategy": "CANARY", "canaryConfiguration": {"canaryPercent": 0.1, "canaryBakeTimeInMinutes": 0}},
        [(0.1, 0), (100, 0)],
    ),
    "linear": ({"strategy": "LINEAR"}, [*((10.0 * n, 6) for n in range(1, 10)), (100, 0)]),
    "uneven steps": (
        {"strategy": "LINEAR", "linearConfiguration": {"stepPercent": 40}},
        [(40, 6), (80, 6), (100, 0)],
    ),
    "even steps": ({"strategy": "LINEAR", "linearConfiguration": {"stepPercent": 50}}, [(50, 6), (100, 0)]),
}


@pytest.mark.parametrize(("config", "expected"), SHIFTS.values(), ids=SHIFTS)
def test_traffic_is_shifted_in_these_steps(config: dict[str, Any], expected: list[tuple[float, float]]) -> None:
    """The weights, and the minutes after each; none after the last."""
    assert shifts(config) == expected


def test_there_is_a_pause_before_each_shift_but_for_blue_green() -> None:
    """A canary comes twice to PRE_PRODUCTION_TRAFFIC_SHIFT, steps of 3 % 34 times, blue/green never."""
    linear = {"strategy": "LINEAR", "linearConfiguration": {"stepPercent": 3}}
    configs = ({"strategy": "BLUE_GREEN"}, {"strategy": "CANARY"}, linear)
    counts = [[step.stage for step in steps(each)].count("PRE_PRODUCTION_TRAFFIC_SHIFT") for each in configs]
    assert counts == [0, 2, 34]
    names = [step.stage for step in steps({"strategy": "BLUE_GREEN"})]
    assert names[4:] == [
        "TEST_TRAFFIC_SHIFT",
        "POST_TEST_TRAFFIC_SHIFT",
        "PRODUCTION_TRAFFIC_SHIFT",
        "POST_PRODUCTION_TRAFFIC_SHIFT",
        "BAKE_TIME",
        "CLEAN_UP",
    ]


@pytest.mark.parametrize(("percent", "weights"), [(0, (0, 100)), (20, (20, 80)), (0.1, (1, 998)), (100, (100, 0))])
def test_a_percentage_is_told_in_whole_weights(percent: float, weights: tuple[int, int]) -> None:
    """A rule takes whole numbers up to 999."""
    assert tuple(in_percent("green", "blue", percent).values()) == weights
