"""The traffic settings of services.toml, [services.<name>.strategy.traffic]: when green is worse than blue."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Traffic:
    """How the new release's traffic is compared with the running release's, at the gates of a strategy.

    `errors`, `refusals`, `latency` and `log_errors` switch each comparison on or off.
    A share of 5xx answers is worse at `errors_times` blue's plus `errors_points` (0.005: five in a thousand), and
    harmless up to a third of that; a share of errors among log lines, with `log_errors_times` and `log_errors_points`.
    A share of 4xx answers (`refusals`) is worse at three times blue's plus 30 points, a fixed rule.
    The p95 of latency is worse at `latency_times` blue's (1.5), and harmless up to the fourth root of that (1.1); a
    difference of less than `latency_seconds` is harmless, too.
    A gate passes after `min_requests` requests to green at its weight, and not before.
    """

    errors: bool = True
    refusals: bool = True
    latency: bool = True
    log_errors: bool = True
    errors_times: float = 4.0
    errors_points: float = 0.005
    latency_times: float = 1.5
    latency_seconds: float = 0.01
    log_errors_times: float = 5.0
    log_errors_points: float = 0.03
    min_requests: int = 100

    @property
    def judges(self) -> bool:
        """Say whether anything of the traffic is judged."""
        return self.errors or self.refusals or self.latency or self.log_errors
