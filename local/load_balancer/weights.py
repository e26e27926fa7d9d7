"""The target groups that a rule or a listener forwards to, each with its weight."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from typing import Any

from ministack.services import alb

Record = dict[str, Any]

OF_APPLICATION, OF_NETWORK = "rule", "listener"
LARGEST = 999
"""API_TargetGroupTuple: a weight is a whole number from 0 to 999."""


def of_action(action: Mapping[str, Any]) -> dict[str, int]:
    """Return the weights of a forward action; empty for other actions."""
    if str(action.get("Type", "")).lower() != "forward":
        return {}
    groups = (action.get("ForwardConfig") or {}).get("TargetGroups") or []
    alone = [{"TargetGroupArn": action["TargetGroupArn"]}] if action.get("TargetGroupArn") else []
    return {str(group["TargetGroupArn"]): int(group.get("Weight", 1)) for group in groups or alone}


def of(arn: str) -> dict[str, int]:
    """Return the live weights of a rule, or of a listener's default action."""
    return {group: weight for action in _actions(arn) for group, weight in of_action(action).items()}


def shift(arn: str, weights: Mapping[str, int]) -> bool:
    """Make a rule, or a listener's default action, forward with these weights. Returns False if it doesn't exist."""
    if not _exists(arn):
        return False
    if of(arn) == dict(weights):
        return True
    others = [action for action in _actions(arn) if str(action.get("Type", "")).lower() != "forward"]
    groups = [{"TargetGroupArn": group, "Weight": weight} for group, weight in weights.items()]
    forward = {"Type": "forward", "Order": len(others) + 1, "ForwardConfig": {"TargetGroups": groups}}
    _write(arn, [*others, forward])
    return True


def in_percent(green: str, blue: str, percent: float) -> dict[str, int]:
    """Return the weights that give a share of the traffic to one group, and the rest to the other.

    Whole percents are the weights, as users of ECS see them in their rules; a fraction of a percent uses 999 parts.
    """
    whole = 100 if float(percent).is_integer() else LARGEST
    share = round(percent * whole / 100)
    return {green: share, blue: whole - share}


def pick(weights: Mapping[str, int]) -> str:
    """Choose a group at random, by weight. Returns an empty string if no group has any."""
    groups = [group for group, weight in weights.items() if weight > 0]
    return random.choices(groups, [weights[group] for group in groups])[0] if groups else ""  # noqa: S311 - routing


def load_balancers(group: str) -> list[str]:
    """Return the ARN of each load balancer with a listener or a rule that forwards to the group."""
    found = {
        str(alb._listeners[listener]["LoadBalancerArn"]): None
        for listener, actions in _forwarding()
        if listener in alb._listeners and any(group in of_action(action) for action in actions)
    }
    return list(found)


def _forwarding() -> Iterable[tuple[str, list[Record]]]:
    """Return each list of actions, with the ARN of its listener."""
    for arn, listener in list(alb._listeners.items()):
        yield arn, listener.get("DefaultActions") or []
    for rule in list(alb._rules.values()):
        yield rule["ListenerArn"], rule.get("Actions") or []


def _exists(arn: str) -> bool:
    return arn in alb._rules or arn in alb._listeners


def _actions(arn: str) -> list[Record]:
    if arn in alb._rules:
        return list(alb._rules[arn].get("Actions") or [])
    return list((alb._listeners.get(arn) or {}).get("DefaultActions") or [])


def _write(arn: str, actions: list[Record]) -> None:
    """Set the actions. A listener's default action and its default rule are one thing."""
    rule = alb._rules.get(arn)
    listener = arn if rule is None else str(rule["ListenerArn"]) if rule.get("IsDefault") else ""
    if rule is not None:
        rule["Actions"] = actions
    if listener:
        alb._listeners[listener]["DefaultActions"] = actions
        for other in list(alb._rules.values()):
            if other.get("ListenerArn") == listener and other.get("IsDefault"):
                other["Actions"] = actions
