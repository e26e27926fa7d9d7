"""How often Landfall looks at a rollout that its owner paused, and how many looks a pause can take.

An execution has at most 25,000 events of history (Step Functions quotas), and a look takes nine. So the looks get rarer
the longer a pause lasts: a pause of 1 h takes about 90 looks, of 24 h about 170, of 14 days about 800.
"""

from __future__ import annotations

SHARE = 20
"""The next look comes after a twentieth of the time paused so far: that is how much later its end may be noticed."""
LONGEST_WAIT = 1800
LONGEST_PAUSE = 14 * 24 * 3600
"""Seconds that a pause hook can wait at most: 20,160 minutes (ECS API reference, timeoutInMinutes)."""
EXTRA = 40
"""Looks that come early, because a hook ends or the bound is reached. A service has ten pause hooks at most."""


def wait(paused: int, poll: int) -> int:
    """Return how many seconds to wait for the next look at a rollout that was paused for so many seconds."""
    return max(poll, min(paused // SHARE, LONGEST_WAIT))


def looks(bound: int, poll: int) -> int:
    """Return how many looks a rollout may take that is paused for `bound` seconds in all; 0 if it can't be paused."""
    paused = count = 0
    while paused < bound:
        paused += wait(paused, poll)
        count += 1
    return count + EXTRA if bound else 0
