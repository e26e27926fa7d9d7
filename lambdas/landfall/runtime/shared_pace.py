"""Shares one pace among the threads of a run.

Other steps never sleep. The reconciler does: otherwise its calls would use up deployments' quotas
(reconcile/call_rate.py).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from landfall.reconcile.call_rate import Pace


class Pacing:
    """One pace for many threads."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], object] = time.sleep
    ) -> None:
        self._pace, self._lock = Pace(), threading.Lock()
        self._clock, self._sleep = clock, sleep

    def take(self, calls: int) -> None:
        """Take this many calls, and wait until more may follow."""
        with self._lock:
            seconds = self._pace.take(calls, self._clock())
        if seconds:
            self._sleep(seconds)

    def owe(self, calls: int) -> None:
        """Count this many calls that were made already. The next caller waits for them."""
        with self._lock:
            self._pace.take(calls, self._clock())
