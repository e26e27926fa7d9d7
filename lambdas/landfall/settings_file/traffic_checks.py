"""Checks the traffic settings of services.toml beyond their types."""

from __future__ import annotations

import math

from landfall.settings.traffic import Traffic
from landfall.settings_file.problem import Problems, limits

Where = tuple[str, ...]
LEAST_TIMES = {"errors_times": 3.0, "log_errors_times": 3.0, "latency_times": 1.2}
"""The least factors: a third of a share of errors, and the fourth root of a ratio of latency, count as harmless."""
POINTS = ("errors_points", "log_errors_points")
LEAST_REQUESTS = 20
"""With fewer requests, a release that answers 2 % with an error shows no error at two of three gates."""


def check(traffic: Traffic, where: Where, problem: Problems) -> None:
    """Check the traffic table of a service's strategy. Raises SettingsError."""
    for key, least in LEAST_TIMES.items():
        value = getattr(traffic, key)
        if not least <= value < math.inf:
            why = f"is {value!r}; must be a number of at least {least:g}, as a release that is like the last one varies"
            raise problem.at((*where, key), why)
    for key in POINTS:
        value = getattr(traffic, key)
        if not 0 < value < 1:
            raise problem.at((*where, key), f"is {value!r}; must be a share above 0 and below 1 (0.005: 5 of 1,000)")
    if not 0 < traffic.latency_seconds < math.inf:
        why = f"is {traffic.latency_seconds!r}; must be a number of seconds above 0"
        raise problem.at((*where, "latency_seconds"), why)
    limits({"min_requests": traffic.min_requests}, where, problem)
    if traffic.min_requests < LEAST_REQUESTS:
        why = f"is {traffic.min_requests}; fewer than {LEAST_REQUESTS} requests tell nothing of a release"
        raise problem.at((*where, "min_requests"), why)
