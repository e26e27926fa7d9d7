"""What the smoke test asks and what came back: plain values, made by probe.py and judged by smoke.py."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from landfall.secret import Secret

GATEWAY_ERRORS = frozenset({502, 503, 504})
"""Answers of a load balancer on behalf of a target that did not answer: transport errors, in other words."""


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
        return bool(self.error) or self.status in GATEWAY_ERRORS

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

    def value(self, key: str) -> Any:
        """Return a value of the body's JSON object, None where there is none."""
        try:
            body = self.json
        except ValueError:
            return None
        return body.get(key) if isinstance(body, dict) else None


@dataclass(frozen=True)
class Answers:
    """All that a round of requests to a base URL brought back. A request may be made several times: one is luck."""

    base_url: str
    given: Mapping[Request, tuple[Answer, ...]]

    def of(self, request: Request) -> tuple[Answer, ...]:
        """Return the answers to a request, none where it was not made."""
        return self.given.get(request, ())
