"""Reads the rules and target groups between which ECS shifts a service's traffic, before a release."""

from __future__ import annotations

from dataclasses import replace

from landfall.aws.elb import Elb
from landfall.errors import AwsCallFailed
from landfall.model import Verdict
from landfall.preflight_checks import strategy
from landfall.preflight_checks.strategy import Weights
from landfall.proof.balanced import GroupView
from landfall.proof.observed import ServiceView, TargetGroup
from landfall.proof.strategy import StrategyView
from landfall.settings import Service

GONE = ("RuleNotFound", "ListenerNotFound", "TargetGroupNotFound")
"""Elastic Load Balancing's codes for a missing thing (API reference). A throttled call raises AwsBusy instead."""


def refusal(service: ServiceView, settings: Service, elb: Elb) -> Verdict | None:
    """Return why ECS could not shift the service's traffic now; None if it can, or if the service is rolling."""
    if service.shifting.is_rolling:
        return None
    found = rules(service.shifting, elb)
    there = frozenset(group.arn for group in groups(service.shifting, elb))
    return strategy.miswired(service, settings, found, there) or strategy.undivided(service, settings, found)


def rules(view: StrategyView, elb: Elb) -> Weights:
    """Return the live weights of each rule, None for one that does not exist. Raises AwsCallFailed."""
    return {arn: _weights(arn, elb) for arn in dict.fromkeys((*view.production_rules, *view.test_rules))}


def groups(view: StrategyView, elb: Elb) -> tuple[GroupView, ...]:
    """Return the target groups that exist. Raises AwsCallFailed."""
    wanted = [TargetGroup(arn, "", 0) for arn in view.groups]
    try:
        return elb.groups(wanted)
    except AwsCallFailed as error:
        if error.code not in GONE or len(wanted) == 1:
            raise
    return tuple(found for one in wanted for found in _there(one, elb))


def serving(service: ServiceView, found: Weights) -> ServiceView:
    """Return the service with the target groups that have its traffic now."""
    live = strategy.live_groups(service.shifting, found)
    there = tuple(replace(group, arn=live.get(group.arn, group.arn)) for group in service.target_groups)
    return replace(service, target_groups=there)


def _weights(arn: str, elb: Elb) -> dict[str, int] | None:
    try:
        return dict(elb.weights(arn))
    except AwsCallFailed as error:
        if error.code not in GONE:
            raise
        return None


def _there(group: TargetGroup, elb: Elb) -> tuple[GroupView, ...]:
    try:
        return elb.groups([group])
    except AwsCallFailed as error:
        if error.code not in GONE:
            raise
        return ()
