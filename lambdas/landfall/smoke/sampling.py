"""How often an endpoint is asked in a round, and how many errors a round tolerates. Both follow from two promises.

1. A release that answers `error_rate` of an endpoint's requests with an error (default 5 %) passes in at most 5 of 100
   deployments. This holds for all rounds together, since one clean round is enough to pass.
2. A release with a 50th of that error rate (0.1 %) at all three sampled endpoints fails in at most 1 of 100
   deployments. It fails if no round is clean. A deployment proves a release twice (first, and after the bake), so each
   proof may be wrong half as often.

The numbers are computed exactly from the binomial distribution, which assumes independent errors. Real errors are not
quite independent, so samples are sized for 3 of 100 instead of 5.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

MISSED = 0.03
"""The probability that a release with the error rate passes. 0.05 is promised."""
CALLED = 0.01
"""The probability that a release with the harmless rate fails."""
HARMLESS = 1 / 50
"""The harmless rate as a fraction of the error rate."""
PROOFS = 2
ENDPOINTS = 3
"""Version, liveness and readiness."""
ROUNDS = 5


@dataclass(frozen=True)
class Sampling:
    """The promise that sets the size of a round: the error rate to find, and the most rounds."""

    error_rate: float = 0.05
    rounds: int = ROUNDS

    @property
    def size(self) -> int:
        """Return the fewest requests that an endpoint needs: 100 for 5 % in five rounds."""
        return _size(self)

    def spare(self, asked: int) -> int:
        """Return how many errors among `asked` answers are ignored.

        0 if there are too few requests for the first promise to hold.
        """
        return _spare(self, asked)

    @property
    def _quiet(self) -> float:
        """Return how probable a clean round of an endpoint must be at the harmless rate."""
        all_noisy = CALLED / PROOFS
        return float((1 - all_noisy ** (1 / self.rounds)) ** (1 / ENDPOINTS))

    def finds(self, asked: int, spare: int) -> bool:
        """Say whether a sample keeps the first promise."""
        return self.rounds * at_most(spare, asked, self.error_rate) <= MISSED

    def is_quiet(self, asked: int, spare: int) -> bool:
        """Say whether a sample keeps the second promise."""
        return at_most(spare, asked, self.error_rate * HARMLESS) >= self._quiet


def at_most(errors: int, asked: int, rate: float) -> float:
    """Return the probability of at most `errors` errors among `asked` answers."""
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
