"""A client of production: a steady rate of requests over kept connections, and each failure."""

from __future__ import annotations

import http.client
import ssl
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from tests.campaigns.strategies.record import PRODUCTION

ASKERS = 10
KIND = "X-Request-Kind"
"""The header that tells production from test requests."""
GOOD = range(200, 400)


@dataclass
class Asked:
    """What one client sent and got."""

    requests: int = 0
    seconds: float = 0.0
    failures: list[str] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Return the requests a second."""
        return round(self.requests / self.seconds, 1) if self.seconds else 0.0


class Client:
    """Asks until the end of the block. Requests are due at fixed times, however long an answer takes."""

    def __init__(self, url: str, ca: Path, rate: float) -> None:
        self.asked = Asked()
        place = urlsplit(url)
        self._place, self._pause = (place.hostname or "", place.port or 443), ASKERS / rate
        self._context = ssl.create_default_context(cafile=str(ca))
        self._lock, self._over = threading.Lock(), threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(n,), daemon=True) for n in range(ASKERS)]

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
        self.asked.seconds = time.monotonic() - self._began

    def _run(self, number: int) -> None:
        due = time.monotonic() + self._pause * number / ASKERS
        connection: http.client.HTTPSConnection | None = None
        while not self._over.wait(max(0.0, due - time.monotonic())):
            due = max(due + self._pause, time.monotonic() - 1)  # a stalled machine isn't caught up with a burst
            connection = connection or http.client.HTTPSConnection(*self._place, timeout=10, context=self._context)
            failure = self._one(connection)
            with self._lock:
                self.asked.requests += 1
                if failure:
                    self.asked.failures.append(f"{time.time():.1f} {failure}")
            if failure:
                connection.close()
                connection = None
        if connection:
            connection.close()

    def _one(self, connection: http.client.HTTPSConnection) -> str:
        try:
            connection.request("GET", "/", headers={KIND: PRODUCTION})
            reply = connection.getresponse()
            reply.read()
        except (OSError, http.client.HTTPException) as error:
            return f"{type(error).__name__}: {error}"
        return "" if reply.status in GOOD else f"status {reply.status}"
