"""Checks the traffic settings of services.toml beyond their types."""

from __future__ import annotations

import math

from landfall.settings.traffic import Traffic
from landfall.settings_file.problem import Problems, limits

Where = tuple[str, ...]
TIMES = ("errors_times", "latency_times", "log_errors_times")
POINTS = ("errors_points", "log_errors_points")
LEAST_REQUESTS = 20
"""With fewer, a release that answers 2 % with an error shows none at two gates of three."""


def check(traffic: Traffic, where: Where, problem: Problems) -> None:
    """Check the traffic table of a service's strategy. Raises SettingsError."""
    if not traffic.judges:
        why = "errors, latency and log_errors are all off, so no gate could fail; switch one on, or remove the gates"
        raise problem.at(where, why)
    for key in TIMES:
        value = getattr(traffic, key)
        if not 1 <= value < math.inf:
            raise problem.at((*where, key), f"is {value!r}; must be a number of at least 1 (1.5: half as much again)")
    for key in POINTS:
        value = getattr(traffic, key)
        if not 0 < value < 1:
            raise problem.at((*where, key), f"is {value!r}; must be a share above 0 and below 1 (0.002: 2 of 1,000)")
    if not 0 < traffic.latency_seconds < math.inf:
        why = f"is {traffic.latency_seconds!r}; must be a number of seconds above 0"
        raise problem.at((*where, "latency_seconds"), why)
    limits({"min_requests": traffic.min_requests}, where, problem)
    if traffic.min_requests < LEAST_REQUESTS:
        why = (
            f"is {traffic.min_requests}; fewer than {LEAST_REQUESTS} requests can't tell a bad release from a good one"
        )
        raise problem.at((*where, "min_requests"), why)
