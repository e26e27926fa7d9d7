"""A client that sends requests all the time, and an observer of target health, to prove that a rollout fails no
request.
"""

from __future__ import annotations

import ssl
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

REQUEST_INTERVAL = 0.08  # 12 a second
TARGET_INTERVAL = 0.5


@dataclass(frozen=True)
class RequestSample:
    """One client request: the status it got, or 0 and the error."""

    at: float
    status: int
    git_sha: str
    error: str = ""


@dataclass(frozen=True)
class TargetSample:
    """One observation of the target group."""

    at: float
    healthy: int
    desired: int


@dataclass
class Samples:
    """The observations during a release. `at` is in seconds since the start."""

    requests: list[RequestSample] = field(default_factory=list)
    targets: list[TargetSample] = field(default_factory=list)

    @property
    def failed(self) -> list[RequestSample]:
        """Return the failed requests."""
        return [r for r in self.requests if not 200 <= r.status < 400]  # noqa: PLR2004

    def dips(self) -> list[TargetSample]:
        """Return the observations with fewer healthy targets than desired."""
        return [t for t in self.targets if t.healthy < t.desired]

    def summary(self) -> dict[str, Any]:
        """Return everything as plain values."""
        span = self.requests[-1].at - self.requests[0].at if len(self.requests) > 1 else 0.0
        return {
            "requests": len(self.requests),
            "requests_failed": len(self.failed),
            "requests_per_second": round(len(self.requests) / span, 1) if span else 0,
            "served": {sha: sum(r.git_sha == sha for r in self.requests) for sha in {r.git_sha for r in self.requests}},
            "healthy_targets_min": min((t.healthy for t in self.targets), default=None),
            "targets": [{"at": round(t.at, 2), "healthy": t.healthy, "desired": t.desired} for t in self.targets],
            "failures": [{"at": round(r.at, 2), "status": r.status, "error": r.error} for r in self.failed[:20]],
        }


class Load:
    """Sends requests and observes in two threads until the end of the block."""

    def __init__(self, url: str, ca: Path, healthy_and_desired: Any) -> None:
        self.samples = Samples()
        self._url, self._look = url, healthy_and_desired
        self._verify = ssl.create_default_context(cafile=str(ca))
        self._stop = threading.Event()
        self._began = time.monotonic()
        self._threads = [threading.Thread(target=run, daemon=True) for run in (self._ask, self._watch)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _ask(self) -> None:
        # a new connection per request, since a kept one would always reach the same target
        limits = httpx.Limits(max_keepalive_connections=0)
        with httpx.Client(verify=self._verify, timeout=5, limits=limits) as client:
            while not self._stop.is_set():
                began = time.monotonic()
                self.samples.requests.append(self._one(client, began - self._began))
                self._stop.wait(max(0.0, REQUEST_INTERVAL - (time.monotonic() - began)))

    def _one(self, client: httpx.Client, at: float) -> RequestSample:
        try:
            reply = client.get(self._url)
            sha = reply.json().get("gitSha", "") if reply.status_code == httpx.codes.OK else ""
        except (httpx.HTTPError, ValueError) as error:
            return RequestSample(at, 0, "", f"{type(error).__name__}: {error}")
        return RequestSample(at, reply.status_code, str(sha))

    def _watch(self) -> None:
        while not self._stop.is_set():
            healthy, desired = self._look()
            self.samples.targets.append(TargetSample(time.monotonic() - self._began, healthy, desired))
            self._stop.wait(TARGET_INTERVAL)
