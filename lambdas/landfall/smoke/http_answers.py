"""The requests and answers of the smoke test, as plain values. http_probe.py makes them, landfall.smoke judges them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import Any

from landfall.secret import Secret
from landfall.smoke import caches, firewalls
from landfall.smoke.sampling import Sampling

BYTE_ORDER_MARK = "\ufeff"
THROTTLED = 429
BUSY = 503
SERVER_ERROR = 500
ON_THE_WAY = frozenset({408, 425, THROTTLED, 502, BUSY, 504, *range(520, 530), 530, 561})
"""Status codes that come from something in between: a rate limiter, a load balancer, a CDN (Cloudflare's 52x and 530).

408 and 425 say that the request was not received in full and may be repeated (RFC 9110, 15.5.9; RFC 8470, 5.2). Load
balancers send 408 and 561 too (Application Load Balancers user guide, "Troubleshoot your Application Load Balancers").
"""


@dataclass(frozen=True)
class Request:
    """A request below the base URL. With `plain_port` it goes to that port of the same host over plain HTTP.

    A header's value may be a secret's name. The value is inserted when the request is sent.
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

    Names in `headers` are in lower case. `cut`: only the beginning of the body was read. `unconnected`: no connection
    was made.
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
        """Say whether the service itself did not answer."""
        return bool(self.error) or self.status in ON_THE_WAY or bool(self.firewall)

    @property
    def firewall(self) -> str:
        """Return the header that shows that a firewall answered; empty if none does."""
        return firewalls.source(self.headers)

    @property
    def is_error(self) -> bool:
        """Say whether it counts for the error rate: no answer, or a server error."""
        return self.lost or self.status >= SERVER_ERROR

    @property
    def cached(self) -> str:
        """Return the header that shows that a cache answered; empty if none does."""
        return caches.source(self.headers)

    @property
    def retry_after(self) -> int:
        """Return the seconds to wait before the next request (RFC 9110, 10.2.3); 0 if there is no Retry-After.

        A date is compared with the answer's own Date header, so the clocks of the two machines don't matter.
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
        by = f" of a firewall ({self.firewall})" if self.firewall else ""
        return self.error or f"HTTP {self.status}{by}"

    @cached_property
    def json(self) -> Any:
        """Return the parsed body, which several checks read. Raises ValueError if it is not JSON.

        A byte order mark before it is ignored, as RFC 8259, 8.1 allows: some frameworks send one.
        """
        try:
            return json.loads(self.body.removeprefix(BYTE_ORDER_MARK))
        except RecursionError as error:
            raise ValueError("nested too deeply") from error


@dataclass(frozen=True)
class Round:
    """A round of requests to make, and how.

    Each request is made several times, since one good answer may be luck. `warm_up` is made and answered before the
    others, since the first request to a task may take long or fail. `per_second` is the most requests a second.
    """

    requests: Mapping[Request, int]
    warm_up: Mapping[Request, int] = field(default_factory=dict)
    per_second: int = 20
    sampling: Sampling = field(default_factory=Sampling)


@dataclass(frozen=True)
class Answers:
    """All answers of a round of requests to a base URL.

    `early` are the answers of the warm-up; `sampling` is the promise that set the size of the round.
    """

    base_url: str
    given: Mapping[Request, tuple[Answer, ...]]
    early: Mapping[Request, tuple[Answer, ...]] = field(default_factory=dict)
    sampling: Sampling = field(default_factory=Sampling)

    @property
    def retry_after(self) -> int:
        """Return the longest pause that an answer asks for, in seconds."""
        return max((answer.retry_after for several in self.given.values() for answer in several), default=0)

    def of(self, request: Request) -> tuple[Answer, ...]:
        """Return the answers to a request; none if it was not made."""
        return self.given.get(request, ())
