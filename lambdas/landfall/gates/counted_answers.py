"""Which answers count against a side, beside the 5xx that its targets gave: lost ones, and refusals.

If a target closes the connection or does not answer in time, the load balancer answers 502 or 504 itself, and no
HTTPCode_Target metric counts it. RequestCount does, since a target was chosen (Application Load Balancers user guide,
CloudWatch metrics). So what is in RequestCount and in no count of a target's answers is lost. WebSockets (status 101)
are in none either: where blue has such requests as a rule, nothing is counted as lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from landfall.gates.traffic_series import Minute

USUALLY_LOST = 0.01
"""The share of blue's requests without a counted answer from which on such requests are no errors."""

Sides = tuple[Sequence[Minute], Sequence[Minute]]
"""Blue's minutes, and green's at this gate's weight."""


def failed(sides: Sides) -> Sides:
    """Return both sides with their lost requests counted as errors, unless blue has many of them anyway."""
    blue, green = sides
    requests = sum(each.requests for each in blue)
    if not requests or sum(each.lost for each in blue) >= USUALLY_LOST * requests:
        return sides
    return _as_errors(blue), _as_errors(green)


def refused(sides: Sides) -> Sides:
    """Return both sides with their 4xx answers in place of the errors."""
    blue, green = ([replace(each, errors=each.refused) for each in side] for side in sides)
    return blue, green


def _as_errors(side: Sequence[Minute]) -> list[Minute]:
    return [replace(each, errors=min(each.errors + each.lost, each.requests)) for each in side]
