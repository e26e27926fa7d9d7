"""Virtual time for many executions at once: each in a thread of its own, and one of them at a time."""

from __future__ import annotations

import heapq
import threading
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(order=True)
class _Sleeper:
    until: float
    order: int
    turn: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0), compare=False)


class Timeline:
    """Runs functions side by side in virtual time. Who sleeps shortest goes next; of two alike, who came first."""

    def __init__(self) -> None:
        self.now = 0.0
        self._sleeping: list[_Sleeper] = []
        self._order = 0
        self._free = threading.Semaphore(0)
        self._errors: list[BaseException] = []

    def sleep_until(self, until: float) -> None:
        """Let the others go on, and return when it is that time."""
        sleeper = self._entered(until)
        self._free.release()
        sleeper.turn.acquire()

    def run(self, begun: list[tuple[float, Callable[[], None]]]) -> None:
        """Begin each function at its time, and return when all are done. Raises the first error of any."""
        threads = [self._thread(at, function) for at, function in begun]
        for thread in threads:
            thread.start()
        while self._sleeping and not self._errors:
            sleeper = heapq.heappop(self._sleeping)
            self.now = max(self.now, sleeper.until)
            sleeper.turn.release()
            self._free.acquire()
        if self._errors:
            raise self._errors[0]

    def _thread(self, at: float, function: Callable[[], None]) -> threading.Thread:
        sleeper = self._entered(at)

        def whole() -> None:
            sleeper.turn.acquire()
            try:
                function()
            except BaseException as error:
                self._errors.append(error)
            finally:
                self._free.release()

        return threading.Thread(target=whole, daemon=True)

    def _entered(self, until: float) -> _Sleeper:
        self._order += 1
        sleeper = _Sleeper(until, self._order)
        heapq.heappush(self._sleeping, sleeper)
        return sleeper
