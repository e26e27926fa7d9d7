"""Reads the data for a gate: both target groups' traffic, answers to Landfall's own requests, and the alarms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from landfall import commit
from landfall.aws.cloudwatch.traffic import balancer_of
from landfall.gates import alarms as rule
from landfall.gates import log_minutes
from landfall.gates.gate_state import GateState
from landfall.gates.traffic_series import HISTORY, Side, TrafficSeries
from landfall.judging import Judged
from landfall.proof import live_traffic
from landfall.proof.followed import Followed
from landfall.proof.observed import ServiceView
from landfall.proof.strategy import Balanced
from landfall.runtime.world import World
from landfall.settings import Service
from landfall.smoke import service_checks
from landfall.smoke.http_answers import Request, Round

PROBES = 5
"""How many requests of our own each look sends. They only show that a target group with weight answers."""


def read(
    event: Judged, state: GateState, look: tuple[ServiceView, Followed], settings: Service, world: World
) -> tuple[tuple[TrafficSeries, ...], GateState]:
    """Return both sides' traffic for each pair of target groups, and the state with the results of our own requests.

    The first pair has the logs, which are those of the whole service. Raises AwsCallFailed.
    """
    service, followed = look
    pairs = judged_pairs(service)
    of_logs = log_minutes.sides(state.logged) if state.logged and not state.unlogged else (None, None)
    if not pairs:
        blue_logs, green_logs = of_logs
        return (TrafficSeries(Side(""), Side(""), blue_logs, green_logs, balancer="network"),), state
    state = _probed(event, state, settings, world)
    first, *others = [_of_pair(pair, state, followed, world) for pair in pairs]
    # our own requests go to one address, so they say nothing about other pairs
    silent = [
        replace(each, blue=replace(each.blue, answered_since=None), green=replace(each.green, answered_since=None))
        for each in others
    ]
    return (replace(first, blue_logs=of_logs[0], green_logs=of_logs[1]), *silent), state


def _of_pair(pair: Balanced, state: GateState, followed: Followed, world: World) -> TrafficSeries:
    green = next(iter(followed.groups & set(pair.groups)), "")
    blue = next((group for group in pair.groups if group != green), "")
    live = (followed.live or {}).get(pair.production_rule, {})
    start = state.began_at - HISTORY
    told = dict(world.traffic.minutes(balancer_of(pair.production_rule), (blue, green), start, world.now()))
    of_blue, of_green = [
        Side(
            target_group=group,
            minutes=told[group],
            weight=round(live_traffic.share(live, (group,))),
            answered_since=datetime.fromisoformat(since) if since else None,
            dimensions=f"LoadBalancer {balancer_of(pair.production_rule)}, TargetGroup {group.rpartition(':')[2]}",
        )
        for group, since in ((blue, state.blue_answered), (green, state.green_answered))
    ]
    return TrafficSeries(of_blue, of_green)


def judged_pairs(service: ServiceView) -> tuple[Balanced, ...]:
    """Return the pairs of an Application Load Balancer's target groups; a Network Load Balancer counts nothing."""
    return tuple(one for one in service.shifting.balanced if "/app/" in one.production_rule)


def _probed(event: Judged, state: GateState, settings: Service, world: World) -> GateState:
    """Send a few requests to the production address, and note which side answered, by the commit."""
    wanted = Round({Request(settings.smoke.version_path): PROBES}, per_second=settings.smoke.requests_per_second)
    answers = world.ask_for(settings, event.baseline.base_url, wanted).of(Request(settings.smoke.version_path))
    served = [service_checks.sha(answer, settings.smoke) for answer in answers if not answer.is_error]
    now, ours = world.now().isoformat(), event.deployment.git_sha
    of_green = any(commit.same(sha, ours) for sha in served)
    of_blue = any(not commit.same(sha, ours) for sha in served)
    return replace(
        state,
        blue_answered=state.blue_answered or (now if of_blue else ""),
        green_answered=state.green_answered or (now if of_green else ""),
    )


def alarms(names: Sequence[str], event: Judged, state: GateState, world: World) -> tuple[tuple[str, ...], GateState]:
    """Return which of these alarms turned red since the deployment began, and which were red before it.

    The state keeps the latter, since one of them may turn green and red again. Raises AwsCallFailed.
    """
    if not names:
        return (), state
    seen = world.alarms.named(names)
    began = datetime.fromisoformat(event.deployment.updated_at)
    before = tuple(dict.fromkeys((*state.red_before, *rule.red_at(seen, began))))
    return rule.turned_red(seen, began, before), replace(state, red_before=before)
