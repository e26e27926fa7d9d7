"""Health checks like an Application Load Balancer's: one thread per target, and a record of the results."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from local.load_balancer.one_check import (
    CHECKING,
    DRAINING,
    HEALTHY,
    NOT_REGISTERED,
    REGISTERING,
    Health,
    Key,
    Settings,
    check,
)

FIRST_CHECK_AFTER = 0.25  # seconds; a new target is checked soon, not only after an interval


@dataclass
class Judge:
    """Turns the results of single checks into a state, by the group's thresholds."""

    health: Health = REGISTERING
    good: int = 0
    bad: int = 0

    def hear(self, result: Health, group: Settings) -> None:
        """Add a result. A new target needs one success, an unhealthy one needs HealthyThresholdCount in a row."""
        if result is HEALTHY:
            self.good, self.bad = self.good + 1, 0
            needed = int(group["HealthyThresholdCount"]) if self.health.state == "unhealthy" else 1
            if self.good >= needed:
                self.health = HEALTHY
            return
        self.good, self.bad = 0, self.bad + 1
        if self.bad >= int(group["UnhealthyThresholdCount"]):
            self.health = result  # the latest reason, as in AWS
        elif self.health.state == "initial":
            self.health = CHECKING


@dataclass
class Monitor:
    """Checks one target until it is deregistered. Settings are read each time, since they can be modified."""

    key: Key
    settings: Callable[[], Settings | None]
    judge: Judge = field(default_factory=Judge)
    over: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Check once per interval, even if a check takes long."""
        self.over.wait(FIRST_CHECK_AFTER)
        while not self.over.is_set() and (group := self.settings()) is not None:
            began = time.monotonic()
            result = check(group, *self.key[1:])
            if not self.over.is_set():
                self.judge.hear(result, group)
            self.over.wait(max(0.05, began + float(group["HealthCheckIntervalSeconds"]) - time.monotonic()))


class HealthBook:
    """The health of every target, and the draining targets."""

    def __init__(self) -> None:
        self._monitors: dict[Key, Monitor] = {}
        self._draining: dict[Key, float] = {}
        self._lock = threading.Lock()

    def sync(
        self, group: str, targets: Iterable[tuple[str, int]], settings: Callable[[], Settings | None], delay: float
    ) -> None:
        """Watch exactly these targets of the group. Removed targets are draining for ``delay`` seconds."""
        wanted = {(group, address, port) for address, port in targets}
        with self._lock:
            watched = {key for key in self._monitors if key[0] == group}
            for key in watched - wanted:
                self._monitors.pop(key).over.set()
                self._draining[key] = time.monotonic() + delay
            for key in wanted - watched:
                self._draining.pop(key, None)
                monitor = self._monitors[key] = Monitor(key, settings)
                threading.Thread(target=monitor.run, daemon=True, name=f"health-{key[1]}").start()

    def health(self, group: str, address: str, port: int) -> Health:
        """Return a target's current health."""
        with self._lock:
            monitor = self._monitors.get((group, address, port))
            if monitor:
                return monitor.judge.health
            ends = self._draining.get((group, address, port), 0)
        return DRAINING if ends > time.monotonic() else NOT_REGISTERED

    def draining(self, group: str) -> list[tuple[str, int]]:
        """Return the group's targets that are still draining."""
        now = time.monotonic()
        with self._lock:
            self._draining = {key: ends for key, ends in self._draining.items() if ends > now}
            return [(address, port) for name, address, port in self._draining if name == group]


BOOK = HealthBook()
