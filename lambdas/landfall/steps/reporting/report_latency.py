"""Reads the latency of a rolling release, for its report."""

from __future__ import annotations

from datetime import datetime

from landfall.aws.cloudwatch.traffic import balancer_of
from landfall.gates.traffic_series import HISTORY
from landfall.ledger.deployment_record import Ended
from landfall.ledger.execution_history import Entry
from landfall.model import Outcome
from landfall.proof.observed import ServiceView
from landfall.runtime.world import World
from landfall.telling.report import latency
from landfall.telling.report.latency import Latencies, Latency


def read(ended: Ended, timeline: tuple[Entry, ...], service: ServiceView, world: World) -> Latencies:
    """Return the latency at each of its target groups. Reads nothing if CloudWatch can't have final minutes yet.

    If ECS shifts the traffic, the gates judge and report latency. A Network Load Balancer measures no latency.
    """
    proven = latency.proven_at(timeline)
    rolls = ended.outcome is Outcome.SUCCEEDED and service.shifting.is_rolling and bool(service.target_groups)
    if not rolls or proven is None or ended.deployment is None:
        return Latencies()
    if latency.is_early(proven, world.now()):
        return Latencies(unread=latency.EARLY)
    updated = datetime.fromisoformat(ended.deployment.updated_at)
    behind: dict[str, list[str]] = {}
    for group in world.elb.groups(service.target_groups):
        if group.balancer and not group.is_network:
            behind.setdefault(group.balancer, []).append(group.arn)
    found: list[Latency] = []
    for balancer, groups in behind.items():
        now = world.now()
        told = world.traffic.minutes(balancer_of(balancer), groups, updated - HISTORY, now)
        found += [latency.of(group, told[group], updated, proven, now) for group in groups]
    return Latencies(tuple(found))
