"""Law 1: what must be true in ECS and the load balancer before a deployment counts as live.

Our ECS deployment is PRIMARY and COMPLETED, as many tasks run as desired, all run our digest, and no other target is in
service. The smoke test makes the third part of the proof: the service serves our SHA. If a service has fifty tasks or
more, one in fifty may still be starting (running.replaceable).
docs/decisions/0008-one-task-in-fifty-may-be-on-its-way.md says why that is enough.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from landfall.judging import Judged, is_seen_once
from landfall.model import State, Verdict
from landfall.proof import stability, target_health
from landfall.proof.observed import Look


def assess(look: Look, judged: Judged, now: datetime) -> Verdict:
    """Judge one look at ECS and the load balancer."""
    stable = stability.assess(look, judged, now)
    if stable.state == State.WAIT and not is_seen_once(stable):
        return replace(stable, retry_after=judged.release.limits.target_health_interval_seconds)
    return target_health.assess(look, judged) if stable.state == State.PASS else stable
