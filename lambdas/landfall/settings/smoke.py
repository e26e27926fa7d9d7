"""The smoke part of services.toml, typed once: [services.<name>.smoke] and its [[…checks]]."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from landfall.secret import Secret

MOST_CHECKS = 10
"""Own checks of a service: with the ten of Landfall they must fit a step's answer (see step.OUTPUT_LIMIT)."""
MOST_REQUESTS = 100
"""Requests of a round: at 32 side by side and 8 s each, they end within a step's timeout of 60 s."""


@dataclass(frozen=True)
class OwnCheck:
    """One check of the service's owner: a request, and what its answer must be like.

    `json` is a JMESPath into the body, whose value must be `equals`. `header` is as in `Smoke.security_headers`.
    `max_seconds` holds for the `percentile` of the `requests`. `send` is the headers of the request.
    """

    name: str
    path: str
    method: Literal["GET", "HEAD", "OPTIONS"] = "GET"
    status: int = 200
    json: str | None = None
    equals: str | int | float | bool | None = None
    header: str | None = None
    max_seconds: float | None = None
    percentile: int = 50
    requests: int = 1
    body_must_not_match: str | None = None
    send: dict[str, str | Secret] = field(default_factory=dict)

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """Return the secrets that it sends."""
        return tuple(value for value in self.send.values() if isinstance(value, Secret))


@dataclass(frozen=True)
class Smoke:
    """What the smoke test asks of a service. Paths are relative to its base URL.

    A check whose subject can't be guessed is skipped, and says so, until it is given one: `protected_paths`,
    `cors_origin`, `security_headers`, `base_path`. `skip` names checks that are switched off.
    """

    version_path: str = "/api/v1/version"
    live_path: str = "/api/v1/health/live"
    ready_path: str = "/api/v1/health/ready"
    max_response_seconds: float = 2.0
    identity_requests: int = 5
    plain_port: int | None = None
    protected_paths: tuple[str, ...] = ()
    protected_status: int = 401
    cors_origin: str | None = None
    cors_path: str | None = None
    security_headers: tuple[str, ...] = ()
    error_path: str = "/landfall/no-such-path"
    base_path: str | None = None
    skip: tuple[str, ...] = ()
    checks: tuple[OwnCheck, ...] = ()

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """Return the secrets that its checks send, each once."""
        return tuple(dict.fromkeys(secret for check in self.checks for secret in check.secrets))
