"""The worker settings of services.toml: [services.<name>.worker], for a service without a load balancer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

SHA = "{sha}"
"""Stands in `commit_filter` where the commit belongs."""
METRIC_LATE = 300
"""How many seconds a metric may be late before its absence counts. AWS services send most metrics each minute and some
every five minutes (CloudWatch user guide, AWS services that publish metrics)."""


@dataclass(frozen=True)
class Metric:
    """A CloudWatch metric that counts work. Only sums and counts say that work was done; an average does not."""

    namespace: str
    name: str
    dimensions: Mapping[str, str] = field(default_factory=dict)
    statistic: Literal["Sum", "SampleCount"] = "Sum"


@dataclass(frozen=True)
class Progress:
    """What shows that the worker does its work: lines that match `log`, or `metric`.

    It must move in the `within_seconds` after the new tasks are alone, if it did in as long a time before the update.
    """

    within_seconds: int = 300
    log: str | None = None
    metric: Metric | None = None

    @property
    def longest_seconds(self) -> int:
        """Return after how many seconds its absence counts."""
        return self.within_seconds + (METRIC_LATE if self.metric else 0)


@dataclass(frozen=True)
class Worker:
    """How a service without a load balancer is proven.

    Its tasks must have run for `steady_seconds` without a stop. Each must have logged a line that matches
    `commit_filter`, in which `{sha}` stands for the commit, whole or shortened.
    """

    steady_seconds: int = 60
    commit_filter: str = SHA
    progress: Progress | None = None

    @property
    def longest_seconds(self) -> int:
        """Return how many seconds the proof takes if all goes well."""
        return self.steady_seconds + (self.progress.longest_seconds if self.progress else 0)
