"""Asks blue and green the same read-only requests side by side, and compares their answers."""

from __future__ import annotations

from collections.abc import Sequence

from landfall.gates import comparison
from landfall.gates.comparison import Difference
from landfall.judging import Judged
from landfall.model import Verdict, failed, passed
from landfall.runtime.world import World
from landfall.settings import Service
from landfall.settings.strategy import Strategy
from landfall.smoke.http_answers import Request, Round

TIMES = 5
"""How often each side gets each request: the median of fewer answers says little."""
MOST_PATHS = 10
SHOWN = 5
"""How many differences a reason names."""
DIFFERS, PASSED = "ANSWERS_WORSE", "BEFORE_TRAFFIC_PASSED"


def paths(settings: Service) -> tuple[str, ...]:
    """Return the paths to compare: the configured ones, else those of the smoke checks that are plain GETs."""
    strategy, smoke = settings.strategy or Strategy(), settings.smoke
    if strategy.compare is not None:
        return strategy.compare
    own = (check.path for check in smoke.checks if check.method == "GET" and not check.send)
    return tuple(dict.fromkeys((smoke.version_path, smoke.live_path, smoke.ready_path, *own)))[:MOST_PATHS]


def test_url(event: Judged, strategy: Strategy) -> str:
    """Return the test URL for the new tasks. A stack of Landfall has one address, and headers select the tasks."""
    return strategy.test_url or event.baseline.base_url


def assess(event: Judged, settings: Service, world: World) -> tuple[Verdict, str, tuple[Difference, ...]]:
    """Compare once. Returns the verdict, what differs in a sentence, and all differences."""
    wanted = Round({Request(path): TIMES for path in paths(settings)}, per_second=settings.smoke.requests_per_second)
    strategy = settings.strategy or Strategy()
    blue = world.ask_for(settings, event.baseline.base_url, wanted)
    green = world.ask_for(settings, test_url(event, strategy), wanted, headers=tuple(strategy.test_headers.items()))
    found = comparison.differences(blue.given, green.given)
    bad = comparison.failing(found, strategy.compare_fails)
    told = f"{len(wanted.requests)} requests to blue and green side by side: {_told(found)}"
    if bad:
        return failed(DIFFERS, f"green is worse than blue: {_told(bad)}"), told, found
    return passed(PASSED, told), told, found


def _told(found: Sequence[Difference]) -> str:
    shown = "; ".join(str(each) for each in found[:SHOWN])
    more = f"; and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    return f"{shown}{more}" if found else "no difference"
