"""The request quotas of an account: token buckets, as AWS publishes them.

Source: Amazon ECS API reference, Request throttling; Elastic Load Balancing user guide, API throttling. Sizes and rates
are those of the largest regions. An API that is not named here is not limited: AWS publishes nothing for it, or far
more than a deployment can ask for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

THROTTLED = {"ecs": "ThrottlingException", "elbv2": "Throttling"}
"""AWS's own code, by the client's name."""


@dataclass(frozen=True)
class Quota:
    """Tokens that a bucket holds, and tokens that come back in a second. A call takes one."""

    size: int
    refill: int
    calls: frozenset[str]
    service: str = "ecs"


QUOTAS = (
    Quota(20, 1, frozenset({"RegisterTaskDefinition", "DeregisterTaskDefinition"})),
    Quota(50, 20, frozenset({"DescribeTaskDefinition", "ListTaskDefinitions"})),
    Quota(50, 5, frozenset({"UpdateService", "CreateService", "DeleteService"})),
    Quota(100, 20, frozenset({"DescribeServices", "ListServices"})),
    Quota(100, 20, frozenset({"DescribeTasks", "ListTasks"})),
    Quota(
        40,
        10,
        frozenset({"DescribeTargetHealth", "DescribeTargetGroups", "DescribeLoadBalancers", "DescribeListeners"}),
        "elbv2",
    ),
)


@dataclass
class Bucket:
    """One quota in use. Times are seconds of the fleet's clock."""

    quota: Quota
    tokens: float = field(init=False)
    at: float = 0.0
    taken: int = 0
    refused: int = 0

    def __post_init__(self) -> None:
        self.tokens = float(self.quota.size)

    def take(self, now: float) -> bool:
        """Take a token. False where there is none: AWS would throttle the call."""
        self.tokens = min(float(self.quota.size), self.tokens + (now - self.at) * self.quota.refill)
        self.at = now
        if self.tokens < 1:
            self.refused += 1
            return False
        self.tokens -= 1
        self.taken += 1
        return True


class Account:
    """All buckets of an account in one region."""

    def __init__(self, quotas: tuple[Quota, ...] = QUOTAS) -> None:
        self.buckets = [Bucket(quota) for quota in quotas]
        self._of = {call: bucket for bucket in self.buckets for call in bucket.quota.calls}

    def refuses(self, call: str, now: float) -> str:
        """Return the code of AWS's refusal; empty where the call goes through."""
        bucket = self._of.get(call)
        return "" if bucket is None or bucket.take(now) else THROTTLED[bucket.quota.service]

    def floor(self, calls: Mapping[str, int]) -> float:
        """Return the seconds that so many calls take at least, all asked for at once."""
        asked = [(b.quota, sum(calls.get(call, 0) for call in b.quota.calls)) for b in self.buckets]
        return max(0.0, *((count - quota.size) / quota.refill for quota, count in asked))
