"""Asks blue and green the same read-only requests side by side, and compares their answers."""

from __future__ import annotations

from landfall.judging import Judged
from landfall.model import Verdict, passed
from landfall.runtime.world import World
from landfall.settings import Service
from landfall.settings.strategy import Strategy
from landfall.smoke.http_answers import Request, Round

TIMES = 5
"""How often each side is asked each path: the median of fewer says little."""
MOST_PATHS = 10


def paths(settings: Service) -> tuple[str, ...]:
    """Return the paths to compare: as set, else those of the smoke checks that are plain GETs."""
    strategy, smoke = settings.strategy or Strategy(), settings.smoke
    if strategy.compare is not None:
        return strategy.compare
    own = (check.path for check in smoke.checks if check.method == "GET" and not check.send)
    return tuple(dict.fromkeys((smoke.version_path, smoke.live_path, smoke.ready_path, *own)))[:MOST_PATHS]


def assess(event: Judged, settings: Service, world: World) -> tuple[Verdict, str]:
    """Compare once. Returns the verdict, and what differs, for people."""
    wanted = Round({Request(path): TIMES for path in paths(settings)}, per_second=settings.smoke.requests_per_second)
    strategy = settings.strategy or Strategy()
    blue = world.ask_for(settings, event.baseline.base_url, wanted)
    green = world.ask_for(settings, strategy.test_url or "", wanted, headers=tuple(strategy.test_headers.items()))
    told = f"{len(blue.given)} and {len(green.given)} requests compared"
    return passed("BEFORE_TRAFFIC_PASSED", told), told
