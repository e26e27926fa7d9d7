"""Decides which answers count against a side besides the 5xx of its targets: lost answers, and refusals.

If a target closes the connection or does not answer in time, the load balancer answers 502 or 504 itself, and no
HTTPCode_Target metric counts it. RequestCount does, since a target was chosen (Application Load Balancers user guide,
CloudWatch metrics). So a request that is in RequestCount but in no count of targets' answers is lost. WebSockets
(status 101) are in no such count either: if blue usually has such requests, none are counted as lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from landfall.gates.traffic_series import Minute

USUALLY_LOST = 0.01
"""If this share of blue's requests has no counted answer, such requests are not errors."""

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
    """Return both sides with their 4xx answers instead of the errors."""
    blue, green = ([replace(each, errors=each.refused) for each in side] for side in sides)
    return blue, green


def _as_errors(side: Sequence[Minute]) -> list[Minute]:
    return [replace(each, errors=min(each.errors + each.lost, each.requests)) for each in side]
