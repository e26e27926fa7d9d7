"""How often an endpoint is asked in a round, and how many errors a round stands. Both follow from two promises.

1. A release that answers `error_rate` of an endpoint's requests with an error (5 % unless set) passes in at most 5 of
   100 deployments: over all rounds together, since it passes as soon as one round is clean.
2. A release that errs in a 50th of that (0.1 %) at all three sampled endpoints is called a failure in at most 1 of 100
   deployments. It is called where no round is clean. A deployment proves a release twice (first, and after the bake),
   so that each proof may be wrong in half of that.

All is exact arithmetic on the binomial distribution. It takes errors to come independently of each other, which they do
not quite: samples are sized for 3 of 100 instead of 5.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

MISSED = 0.03
"""In how many deployments at most a release passes that errs at the error rate: 0.05 is promised."""
CALLED = 0.01
"""In how many deployments at most a release is called a failure that errs at the harmless rate."""
HARMLESS = 1 / 50
"""The harmless rate, as a part of the error rate."""
PROOFS = 2
ENDPOINTS = 3
"""Version, liveness and readiness."""
ROUNDS = 5


@dataclass(frozen=True)
class Sampling:
    """The promise that a round of requests is made under: the rate that is to be found, and the rounds there may be."""

    error_rate: float = 0.05
    rounds: int = ROUNDS

    @property
    def size(self) -> int:
        """Return how many requests an endpoint needs at least: 100 for 5 % in five rounds."""
        return _size(self)

    def spare(self, asked: int) -> int:
        """Return how many errors among so many answers are left out of the judgement.

        None where so few requests were made that the first promise would not hold any more.
        """
        return _spare(self, asked)

    @property
    def _quiet(self) -> float:
        """Return how likely an endpoint must be to keep a round clean at the harmless rate."""
        all_noisy = CALLED / PROOFS
        return float((1 - all_noisy ** (1 / self.rounds)) ** (1 / ENDPOINTS))

    def finds(self, asked: int, spare: int) -> bool:
        """Say whether the first promise holds of a sample."""
        return self.rounds * at_most(spare, asked, self.error_rate) <= MISSED

    def is_quiet(self, asked: int, spare: int) -> bool:
        """Say whether the second promise holds of a sample."""
        return at_most(spare, asked, self.error_rate * HARMLESS) >= self._quiet


def at_most(errors: int, asked: int, rate: float) -> float:
    """Return how likely at most so many errors are among so many answers."""
    return math.fsum(math.comb(asked, k) * rate**k * (1 - rate) ** (asked - k) for k in range(min(errors, asked) + 1))


@lru_cache
def _size(sampling: Sampling) -> int:
    asked, spare = 1, 0
    while True:
        while not sampling.finds(asked, spare):
            asked += 1
        if sampling.is_quiet(asked, spare):
            return asked
        spare += 1


@lru_cache(maxsize=1024)
def _spare(sampling: Sampling, asked: int) -> int:
    spare = 0
    while not sampling.is_quiet(asked, spare):
        spare += 1
    return spare if sampling.finds(asked, spare) else 0
