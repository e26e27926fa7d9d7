"""What the smoke test asks and what came back: plain values, made by probe.py and judged in smoke/."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any

from landfall.secret import Secret
from landfall.smoke import caches
from landfall.smoke.sampling import Sampling

THROTTLED = 429
BUSY = 503
SERVER_ERROR = 500
ON_THE_WAY = frozenset({408, 425, THROTTLED, 502, BUSY, 504, *range(520, 530), 530, 561})
"""Answers of something between here and the service: a limiter, a load balancer, a CDN (Cloudflare's 52x and 530).

408 and 425 say that no whole request was taken, and to ask again (RFC 9110, 15.5.9; RFC 8470, 5.2). 408 and 561 are a
load balancer's own too (Application Load Balancers user guide, "Troubleshoot your Application Load Balancers").
"""


@dataclass(frozen=True)
class Request:
    """A request, below the base URL. With a `plain_port` it goes to that port of the same host, over plain HTTP.

    A header's value may be a secret's name: what that stands for is put in where the request is sent.
    """

    path: str
    method: str = "GET"
    headers: tuple[tuple[str, str | Secret], ...] = ()
    plain_port: int = 0

    @property
    def sends_a_secret(self) -> bool:
        """Say whether a header's value is a secret."""
        return any(isinstance(value, Secret) for _, value in self.headers)

    def __str__(self) -> str:
        return f"{self.method} {self.path}" if self.method != "GET" else self.path


@dataclass(frozen=True)
class Answer:
    """One HTTP answer, or the `error` that came instead of one.

    Names of `headers` are in lower case. `cut`: the body was longer than what was read of it. `unconnected`: not even
    a connection came about.
    """

    status: int = 0
    body: str = ""
    seconds: float = 0.0
    error: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False
    unconnected: bool = False

    @property
    def lost(self) -> bool:
        """Say whether no answer of the service itself arrived."""
        return bool(self.error) or self.status in ON_THE_WAY

    @property
    def is_error(self) -> bool:
        """Say whether it is what an error rate counts: no answer, or one that says that the service failed."""
        return self.lost or self.status >= SERVER_ERROR

    @property
    def cached(self) -> str:
        """Return the header that says that a cache answered in the service's place, or nothing."""
        return caches.source(self.headers)

    @property
    def retry_after(self) -> int:
        """Return how many seconds are asked to pass before the next request (RFC 9110, 10.2.3), 0 where none are.

        A moment is compared with the answer's own Date: what clock the two machines go by does not matter then.
        """
        told = self.headers.get("retry-after", "").strip()
        if self.status not in (THROTTLED, BUSY) or not told:
            return 0
        if told.isdigit():
            return int(told[:9])
        try:
            until, now = (parsedate_to_datetime(text) for text in (told, self.headers.get("date", "")))
            return max(0, int((until - now).total_seconds()))
        except (ValueError, TypeError, OverflowError):
            return 0

    @property
    def seen(self) -> str:
        """Describe the answer in a few words, without its body."""
        return self.error or f"HTTP {self.status}"

    @property
    def json(self) -> Any:
        """Return what the body holds. Raises ValueError where it is no JSON."""
        try:
            return json.loads(self.body)
        except RecursionError as error:
            raise ValueError("nested too deeply") from error


@dataclass(frozen=True)
class Round:
    """A round of requests to be made, and how.

    Each request is made so many times: one answer is luck. `warm_up` is made first, and answered before the others are
    made: the first request that a task ever gets may take long, or fail. `per_second`: no more requests than that.
    """

    requests: Mapping[Request, int]
    warm_up: Mapping[Request, int] = field(default_factory=dict)
    per_second: int = 20
    sampling: Sampling = field(default_factory=Sampling)


@dataclass(frozen=True)
class Answers:
    """All that a round of requests to a base URL brought back.

    `early` are the answers of the warm-up; `sampling` is the promise under which the round was made.
    """

    base_url: str
    given: Mapping[Request, tuple[Answer, ...]]
    early: Mapping[Request, tuple[Answer, ...]] = field(default_factory=dict)
    sampling: Sampling = field(default_factory=Sampling)

    @property
    def retry_after(self) -> int:
        """Return the longest pause in seconds that an answer asks for."""
        return max((answer.retry_after for several in self.given.values() for answer in several), default=0)

    def of(self, request: Request) -> tuple[Answer, ...]:
        """Return the answers to a request, none where it was not made."""
        return self.given.get(request, ())
