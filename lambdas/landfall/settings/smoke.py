"""The smoke part of services.toml, typed once: [services.<name>.smoke] and its [[…checks]]."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from landfall.secret import Secret

MOST_CHECKS = 10
"""Own checks of a service: with the ten of Landfall they must fit a step's answer (see step.OUTPUT_LIMIT)."""
ASKING_SECONDS = 28
"""How long a round's requests may take to be made. With the warm-up, the last answers and the searches for patterns a
round ends within a step's timeout of 60 s."""
MOST_PER_SECOND = 150
"""Requests a second that the step that asks can make: over TLS each takes some 5 ms of its CPU."""
WARMING_SECONDS = 4
"""How long the requests of the warm-up may take to be made."""
ROUND_SECONDS = 60
"""What no round takes: the timeout of the step that makes it."""
LONGEST_PAUSE = 60
"""Seconds after which a service is asked again, however long a pause it asked for."""
FEW = 3
"""How often a request is made that is not sampled: one error is told from a service that always errs."""


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
    requests: int = FEW
    body_must_not_match: str | None = None
    send: dict[str, str | Secret] = field(default_factory=dict)

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """Return the secrets that it sends."""
        return tuple(value for value in self.send.values() if isinstance(value, Secret))


@dataclass(frozen=True)
class Smoke:
    """What the smoke test asks of a service. Paths are relative to its base URL.

    `version_value` is a JMESPath into the version's body that gives the commit; with `version_header` that header gives
    it. `ready_value` is one into readiness' body, whose value must be `ready_equals`; empty, the status
    alone counts. `identity_requests` is how often version, liveness and readiness are asked in a round each; unset, as
    often as `error_rate` needs. No more than `requests_per_second` are made.
    A check whose subject can't be guessed is skipped, and says so, until it is given one: `protected_paths`,
    `cors_origin`, `security_headers`, `base_path`. `skip` names checks that are switched off.
    """

    version_path: str = "/api/v1/version"
    version_value: str = "gitSha"
    version_header: str | None = None
    live_path: str = "/api/v1/health/live"
    ready_path: str = "/api/v1/health/ready"
    ready_value: str = "database"
    ready_equals: str | int | float | bool = "connected"
    max_response_seconds: float = 2.0
    identity_requests: int | None = None
    error_rate: float = 0.05
    requests_per_second: int = 20
    plain_port: int | None = None
    protected_paths: tuple[str, ...] = ()
    protected_status: int = 401
    cors_origin: str | None = None
    cors_path: str | None = None
    cors_credentials: bool = False
    security_headers: tuple[str, ...] = ()
    error_path: str = "/landfall/no-such-path"
    base_path: str | None = None
    skip: tuple[str, ...] = ()
    checks: tuple[OwnCheck, ...] = ()

    @property
    def most_requests(self) -> int:
        """Return how many requests fit into a round."""
        return ASKING_SECONDS * self.requests_per_second

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """Return the secrets that its checks send, each once."""
        return tuple(dict.fromkeys(secret for check in self.checks for secret in check.secrets))
