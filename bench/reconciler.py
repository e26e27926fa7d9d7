"""What the reconciler looks at in one run, and what it costs while nothing happens, counted below the real adapters."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from bench.figure import Figure
from bench.prices import dollars
from bench.quiet import QuietWorld, quiet
from landfall.reconcile import BUDGET, LOOK_EVERY
from landfall.reconcile.call_rate import BURST, RATE
from landfall.reconcile.turns import WHOLE_EVERY
from landfall.runtime.shared_pace import Pacing
from landfall.steps.reconciling.reconcile_round import Round

RUNS = 30 * 24 * 3600 / LOOK_EVERY.total_seconds()
"""Runs in a month of 30 days: 2,880."""
FLEETS = {50: 27, 500: 27}
"""Services, and how many of them one run looked at when services were looked at one after the other for 40 s."""
HISTORIES = ((1, 1), (200, 200), (10_000, 1000))
"""Records of a service, and images in its repository."""
MANY_IMAGES = 10_000
BEFORE = 1.2
"""Dollars a month, before: 50 lists of S3, and the newest 200 records twice, 96 times a day."""
MOST_DOLLARS = 0.10
IN_ONE_RUN = 1000
GB, SECONDS_A_CALL, SECONDS_AN_IMAGE = 0.5, 0.05, 0.0002
"""The function's memory, and how long it is assumed to take for a call and for an image of ECR's list. These are not
counted but modelled: a thousand images take 44 ms of a whole CPU, measured, and 512 MiB have 0.29 of one."""
COLD_SECONDS = 1.5
"""How long a cold start takes, if each run begins with one. Modelled, too."""


@dataclass(frozen=True)
class Used:
    """What one service takes in a run, on average over all rounds."""

    calls: Counter[str]
    used: Counter[str]
    runs: int

    def per_run(self, name: str) -> float:
        """Return how much of something one run takes."""
        return self.used[name] / self.runs

    @property
    def requests(self) -> float:
        """Return what the requests cost in a month."""
        return dollars({n: v for n, v in self.used.items() if n in ("read unit", "write unit", "list")}) * self._months

    @property
    def seconds(self) -> float:
        """Return what the function's time costs in a month."""
        seconds = self.calls.total() * SECONDS_A_CALL + self.used["images"] * SECONDS_AN_IMAGE
        return dollars({"GB-second": seconds * GB}) * self._months

    @property
    def cost(self) -> float:
        """Return what both cost in a month."""
        return self.requests + self.seconds

    @property
    def _months(self) -> float:
        return RUNS / self.runs


def looked(world: QuietWorld) -> int:
    """Run once, without waiting. Return at how many services it looked. Raises ValueError if it found anything."""
    this = Round(world, world.findings.all(), world.now(), Pacing(lambda: 0.0, lambda _: None))
    found = dict(this.looked())
    seen = [each for looks in found.values() for look in looks for each in look.seen]
    if seen:
        raise ValueError(f"nothing happens here, and that was found: {seen}")
    world.turns.move(this.cursor)
    return len(found) - 1


def of_services(count: int, records: int, images: int = 50, runs: int = WHOLE_EVERY) -> Used:
    """Return what runs over so many services take, by default over all rounds."""
    with quiet(count, records, images) as world:
        for _ in range(runs):
            looked(world)
        return Used(world.account.calls, world.account.used, runs)


def of_service(records: int, images: int = 50, runs: int = WHOLE_EVERY) -> Used:
    """Return what a service of so many records takes. What a run takes without any service is left out."""
    one, none = (of_services(count, records, images, runs) for count in (1, 0))
    one.calls.subtract(none.calls)
    one.used.subtract(none.used)
    return one


def figures() -> list[Figure]:
    """Return the figures of the reconciler."""
    return [*(_of_fleet(count) for count in FLEETS), _in_one_run(), _of_account(), *_of_histories(), _of_images()]


def _of_fleet(count: int) -> Figure:
    with quiet(count, 50) as world:
        value = looked(world)
    name = f"reconciler, {count} services: looked at in a run"
    return Figure(name, value, "services", count, FLEETS[count], at_least=True)


def _in_one_run() -> Figure:
    most = int(BURST + RATE * BUDGET.total_seconds())
    name = "reconciler: services that its pace allows in a run"
    return Figure(name, most, "services", IN_ONE_RUN, FLEETS[500], at_least=True)


def _of_account() -> Figure:
    """Return what runs cost that have no service to look at, cold starts included (docs/decisions/0098)."""
    used = of_services(0, 1)
    started = dollars({"invocation": RUNS, "GB-second": RUNS * COLD_SECONDS * GB})
    cost = used.cost + started
    return Figure("reconciler: cost by the month without any service", round(cost, 4), "dollars")


def _of_histories() -> list[Figure]:
    found = []
    for records, images in HISTORIES:
        used = of_service(records, images)
        name, cost = f"reconciler, a quiet service of {records} records and {images} images", used.cost
        found += [
            Figure(f"{name}: cost by the month", cost, "dollars", MOST_DOLLARS, BEFORE),
            Figure(f"{name}: of that requests, counted", round(used.requests, 4), "dollars", None, BEFORE),
            Figure(f"{name}: calls in a run", round(used.calls.total() / used.runs, 2), "calls"),
            Figure(f"{name}: items read in a run", round(used.per_run("items"), 2), "items"),
            Figure(f"{name}: bytes read in a run", round(used.per_run("bytes")), "bytes"),
        ]
    return found


def _of_images() -> Figure:
    """Return what a service costs in whose repository no image is ever deleted. It has no target of its own."""
    used = of_service(MANY_IMAGES, MANY_IMAGES)
    name = f"reconciler, a quiet service of {MANY_IMAGES} records and {MANY_IMAGES} images: cost by the month"
    return Figure(name, round(used.cost, 4), "dollars", None, BEFORE)
