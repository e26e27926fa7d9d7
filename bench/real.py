"""Thirty real deployments at once on a local AWS: real images, processes and HTTP. Every law is judged."""

from __future__ import annotations

import sys
import tempfile
import threading
import time
from pathlib import Path

from bench.figure import Figure
from tests.campaigns.chaos.lane import Lane
from tests.campaigns.chaos.run import SETTINGS, Pace, Played, Theatre, theatre
from tests.campaigns.chaos.schedule import GOOD, Deployment

SIZE, SEED = 30, 17
LONGER = 600.0
"""Seconds that a rollout may take longer than usual, since thirty of them share two cores."""
PAUSE = 5.0
"""Seconds between two looks, as on AWS. The demo's one second would be thirty processes begun in each."""
PACE = Pace(
    sweep_every=60.0,
    settings={
        "stability_poll_seconds": 5,
        "target_health_interval_seconds": 5,
        "smoke_interval_seconds": 5,
        "lock_poll_seconds": 5,
        "stack": {**SETTINGS["stack"], "health_check_interval_seconds": 10, "health_check_timeout_seconds": 8},
    },
)


def figures(size: int = SIZE) -> list[Figure]:
    """Release to all services at once, each for the first time."""
    lanes = [f"sea{number:02}" for number in range(1, size + 1)]
    state = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
    with state, theatre(SEED, Path(state.name), lanes, LONGER, pace=PACE) as there:
        began = time.monotonic()
        played = _all_at_once(there, lanes)
        took = time.monotonic() - began
    landed = sum(each.outcomes == ("SUCCEEDED",) for each in played)
    broken = sum(len(each.violations) for each in played)
    return [
        Figure(f"real releases that land, {size} at once", landed, "releases", size, at_least=True),
        Figure(f"laws broken, {size} real releases at once", broken, "laws", 0),
        Figure(f"seconds of {size} real releases at once, on this machine", took, "s"),
    ]


def _all_at_once(there: Theatre, lanes: list[str]) -> list[Played]:
    played: list[Played] = []

    def go(number: int, name: str) -> None:
        one = there.play(Lane(there.stage, name, pause=PAUSE), Deployment(number, GOOD, ()))
        sys.stderr.write(f"{name}: {', '.join(one.outcomes)} after {one.seconds:.0f} s{_why(one)}\n")
        played.append(one)

    threads = [threading.Thread(target=go, args=each) for each in enumerate(lanes, start=1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return played


def _why(one: Played) -> str:
    """Say which laws broke, and what each deployment of the service failed by."""
    failures = [record["failure"] for record in one.records if record.get("failure")]
    said = [*one.violations, *(f"{each['state']} {each['code']}: {each['reason']}" for each in failures)]
    return "".join(f"; {each}" for each in said)
