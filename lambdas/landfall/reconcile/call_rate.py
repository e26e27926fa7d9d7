"""How fast the reconciler may ask ECS, so that deployments never wait for it.

Deployments and the reconciler share the account's request quotas: 20 calls a second of ListTasks and DescribeTasks
together, as many of DescribeTaskDefinition, as many of DescribeServices (Amazon ECS API reference, Request throttling).
"""

from __future__ import annotations

from dataclasses import dataclass

RATE = 5.0
"""Calls of each of these kinds in a second: a quarter of what the account gets back in that time."""
BURST = 20.0
"""Calls that need not wait after a quiet time: a fifth of what the account has then."""
WHEN_BUSY = 5
"""Calls that the reconciler leaves to others after AWS throttled one: a second's worth."""


@dataclass
class Pace:
    """A token bucket that may be in debt: after a large take, the next ones wait. Times are seconds of any clock."""

    tokens: float = BURST
    at: float | None = None

    def take(self, calls: int, now: float) -> float:
        """Take tokens for calls, and return how many seconds to wait before the next call."""
        since = now - self.at if self.at is not None else 0.0
        self.at = now
        self.tokens = min(BURST, self.tokens + max(0.0, since) * RATE) - calls
        return max(0.0, -self.tokens / RATE)
