"""The smoke settings of services.toml: [services.<name>.smoke] and its [[…checks]]."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from landfall.secret import Secret

MOST_CHECKS = 10
"""How many checks of its own a service may have. With Landfall's ten they must fit a step's answer (step.OUTPUT_LIMIT).
"""
ASKING_SECONDS = 28
"""How many seconds a round may send requests. With the warm-up, the last answers and the searches for patterns, a round
ends within a step's timeout of 60 s."""
MOST_PER_SECOND = 150
"""How many requests a second the step can make: over TLS each takes about 5 ms of CPU."""
WARMING_SECONDS = 4
"""How many seconds the warm-up may send requests."""
ROUND_SECONDS = 60
"""A round takes less than this: it is the timeout of the step, in seconds."""
LONGEST_PAUSE = 60
"""The longest pause in seconds before the next round, even if a service asks for a longer one."""
FEW = 3
"""How often a request that is not sampled is made. One error can then be distinguished from a permanent one."""


@dataclass(frozen=True)
class OwnCheck:
    """One check of the service's owner: a request, and the expected answer.

    `json` is a JMESPath into the body; its value must be `equals`. `header` has the form of `Smoke.security_headers`.
    `max_seconds` applies to the `percentile` of the `requests`. `send` are the headers of the request.
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
        """Return the secrets that the check sends."""
        return tuple(value for value in self.send.values() if isinstance(value, Secret))


@dataclass(frozen=True)
class Smoke:
    """What the smoke test requests from a service. Paths are relative to its base URL.

    `version_value` is a JMESPath to the commit in the version's body; `version_header` is a header that has it instead.
    `ready_value` is a JMESPath into readiness' body; its value must be `ready_equals`. If it is empty, only the status
    counts. `identity_requests` is how often version, liveness and readiness are each asked in a round; if it is not
    set, as often as `error_rate` needs. `requests_per_second` is the limit. Checks without a useful default are
    skipped, and say so, until these are set: `protected_paths`, `cors_origin`, `security_headers`, `base_path`. `skip`
    names checks that are switched off.
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
        """Return the secrets that the checks send, each once."""
        return tuple(dict.fromkeys(secret for check in self.checks for secret in check.secrets))
