"""How often Landfall looks at a deployment whose traffic ECS shifts, and how many looks that can take.

An execution has at most 25,000 events of history (Step Functions quotas). A look takes nine, and one at a gate
eighteen. So the looks at a stage get rarer the longer it lasts, from four polls up to half an hour.
"""

from __future__ import annotations

SHARE = 4
"""The next look comes after a quarter of the time that the stage has lasted: that is how much later its end is seen."""
LEAST_POLLS = 4
LONGEST_WAIT = 1800
MOST_LOOKS = 1100
"""Looks beyond those at scaling up. Steps of 3 % with 6 minutes between them take about 800."""
SECONDS_A_LOOK = 15


def wait(lasted: int, poll: int) -> int:
    """Return how many seconds to wait for the next look at a stage that has lasted for so many seconds."""
    return max(LEAST_POLLS * poll, min(lasted // SHARE, LONGEST_WAIT))


def looks(bound: int) -> int:
    """Return how many looks a deployment may take whose gates and shifts may take `bound` seconds; 0 if it has none."""
    return min(MOST_LOOKS, max(bound // SECONDS_A_LOOK, 100)) if bound else 0
