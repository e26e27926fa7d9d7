"""How long Landfall waits for each verdict, and the derived values: attempts, the lock's lease, the longest time."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

from landfall.settings import after, migration, paused_looks, shifting_looks
from landfall.settings.smoke import LONGEST_PAUSE, ROUND_SECONDS

WORKER_LOOK_SECONDS = 10
"""Longer than a look at a worker takes, its calls to CloudWatch included."""


@dataclass(frozen=True)
class Limits:
    """How long Landfall waits for a verdict. It is part of the release, and limits the state machine.

    `bake_seconds`: after the first proof Landfall waits this long and proves the release again; 0 switches that off.
    `worker_seconds`: how long the proof of a worker takes if all goes well, by its worker table; 0 for other services.
    `migration_seconds`: how long a release's migration can take, by its migration table; 0 for services without one.
    `after_seconds`: how long the after-check of a release can take, by its after table; 0 for services without one.
    `strategy_seconds`: how long gates and shifts may take together, by its strategy table; 0 for other services.
    `approval_seconds`: how long a sign-off after the proofs may take, which holds the lock; `asked_before_seconds`: how
    long one before the update may take, which holds no lock. Both by the approval table; 0 for other services.
    `owner_pause_seconds`: how long the owner of a service may pause a deployment in all, by ECS's pause hooks.
    """

    stability_timeout_seconds: int = 900
    stability_poll_seconds: int = 5
    target_health_attempts: int = 10
    target_health_interval_seconds: int = 30
    smoke_attempts: int = 5
    smoke_interval_seconds: int = 10
    confirm_attempts: int = 3
    bake_seconds: int = 60
    identical_stops: int = 2
    lock_poll_seconds: int = 15
    lock_attempts: int = 480
    recovery_wait_seconds: int = 75
    owner_pause_seconds: int = 3600
    scan_attempts: int = 31
    scan_interval_seconds: int = 10
    worker_seconds: int = 0
    migration_seconds: int = 0
    strategy_seconds: int = 0
    after_seconds: int = 0
    approval_seconds: int = 0
    asked_before_seconds: int = 0

    @property
    def stability_attempts(self) -> int:
        """Return how many looks fit into the stability timeout, one at its end, and those of pauses and gates."""
        timeout = math.ceil(self.stability_timeout_seconds / self.stability_poll_seconds) + 1
        paused = paused_looks.looks(self.owner_pause_seconds, self.stability_poll_seconds)
        return timeout + paused + shifting_looks.looks(self.strategy_seconds)

    @property
    def worker_attempts(self) -> int:
        """Return how many looks at a worker there are: until its proof is due, and then for the time of target health.

        In that time older tasks stop, tasks are replaced, and late log lines arrive. It is 0 for other services.
        """
        if not self.worker_seconds:
            return 0
        return math.ceil((self.worker_seconds + self.settling_seconds) / self.smoke_interval_seconds) + 1

    @property
    def migration_attempts(self) -> int:
        """Return how many looks at a migration there are; 0 for services without one."""
        return migration.looks(self.migration_seconds, self.stability_poll_seconds)

    @property
    def after_attempts(self) -> int:
        """Return how many looks at an after-check there are; 0 for services without one."""
        return after.looks(self.after_seconds, self.stability_poll_seconds)

    @property
    def settling_seconds(self) -> int:
        """Return how long targets, or the tasks of a worker, may take to settle."""
        return self.target_health_attempts * self.target_health_interval_seconds

    @property
    def bakes(self) -> int:
        """Return how often the proof is repeated after the first time."""
        return min(1, self.bake_seconds)

    @property
    def lease_seconds(self) -> int:
        """Return how long a deployment with its rollback can take, in seconds, with a margin."""
        return self._there_and_back + 3600

    @property
    def shortest_seconds(self) -> int:
        """Return the shortest time of a successful deployment: it waits once before it looks at its rollout."""
        return self.stability_poll_seconds

    @property
    def longest_seconds(self) -> int:
        """Return more than any execution takes: twice its longest wait in the queue, in a recovery, there and back.

        A release that is signed off before the update waits for its turn twice: before people are asked, and after.
        """
        turns = 2 if self.asked_before_seconds else 1
        waiting = turns * self.lock_attempts * self.lock_poll_seconds + self.recovery_wait_seconds
        return 2 * (waiting + self.asked_before_seconds + self._there_and_back)

    @property
    def _there_and_back(self) -> int:
        targets = self.settling_seconds
        smoke = self.smoke_attempts * (ROUND_SECONDS + max(self.smoke_interval_seconds, LONGEST_PAUSE))
        if self.worker_attempts:
            smoke = self.worker_attempts * (WORKER_LOOK_SECONDS + self.smoke_interval_seconds)
        baking = self.bake_seconds + self.confirm_attempts * (targets + smoke) if self.bakes else 0
        scan = self.scan_attempts * self.scan_interval_seconds
        there = self.confirm_attempts * (self.stability_timeout_seconds + targets + smoke) + self.owner_pause_seconds
        asking = self.after_seconds + self.confirm_attempts * (targets + smoke) if self.after_seconds else 0
        signed = self.approval_seconds + self.confirm_attempts * (targets + smoke) if self.approval_seconds else 0
        waits = baking + asking + signed
        return scan + smoke + self.migration_seconds + 2 * (there + self.strategy_seconds) + waits


LIMIT_KEYS = frozenset(f.name for f in fields(Limits)) - {
    "worker_seconds",
    "migration_seconds",
    "strategy_seconds",
    "after_seconds",
    "approval_seconds",
    "asked_before_seconds",
}
"""Keys that are not in a sub-table of services.toml: they belong in [defaults] and in a service's table."""
