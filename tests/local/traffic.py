"""Clients of a service while something is done to it, and the samples that prove they weren't harmed."""

from __future__ import annotations

import threading
import time
from collections import Counter
from types import TracebackType
from typing import Self

from tests.local.world import World


class Traffic:
    """A client that asks at a steady rate, and a look at the healthy targets between the requests."""

    def __init__(self, world: World, rate: float = 16, askers: int = 4) -> None:
        self.world, self.pause = world, askers / rate
        self.answers: Counter[str] = Counter()
        self.failures: list[str] = []
        self.healthy: list[int] = []
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._ask) for _ in range(askers)]
        self._threads.append(threading.Thread(target=self._look))

    def __enter__(self) -> Self:
        self._began = time.monotonic()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()
        self.rate = sum(self.answers.values()) / (time.monotonic() - self._began)

    def _ask(self) -> None:
        due = time.monotonic()
        while not self._over.is_set():
            try:
                status, body = self.world.get()
                if status != 200:
                    self.failures.append(f"{status} {body}")
                self.answers[body] += 1
            except OSError as error:
                self.failures.append(repr(error))
            due += self.pause
            self._over.wait(max(0, due - time.monotonic()))

    def _look(self) -> None:
        while not self._over.is_set():
            self.healthy.append(sum(each["State"] == "healthy" for each in self.world.healths()))
            self._over.wait(0.2)
