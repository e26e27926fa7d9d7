"""Law 1, in one place: what must hold of ECS and the load balancer for a deployment to be live.

PRIMARY and COMPLETED and ours, as many tasks as desired, all of our digest, and no other target in service. The
third part of the proof, that our SHA is served, is the smoke test's. Of fifty tasks or more one in fifty may be on its
way (running.replaceable), ours like the others: docs/decisions/0008-one-task-in-fifty-may-be-on-its-way.md says why
that is enough.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from landfall.judging import Judged, is_seen_once
from landfall.model import State, Verdict
from landfall.proof import stability, target_health
from landfall.proof.observed import Look


def assess(look: Look, judged: Judged, now: datetime) -> Verdict:
    """Judge one look at everything at once."""
    stable = stability.assess(look, judged, now)
    if stable.state == State.WAIT and not is_seen_once(stable):
        return replace(stable, retry_after=judged.release.limits.target_health_interval_seconds)
    return target_health.assess(look, judged) if stable.state == State.PASS else stable
