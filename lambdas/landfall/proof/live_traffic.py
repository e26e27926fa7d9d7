"""Where a load balancer sends production traffic now, in percent, and whether that is where it should go.

The weights that ECS asked for are a snapshot and never replace the live ones: if calls to the load balancer are
throttled, the old tasks may still have all the traffic (argoproj/argo-rollouts#3333).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from landfall.proof.strategy import WHOLE

Live = Mapping[str, Mapping[str, int]]
"""The weights of the target groups, by the ARN of the rule or listener."""
APART = 1.0
"""By how many percent the weight that ECS asked for may differ from the live one, which is a whole number."""


def share(weights: Mapping[str, int], groups: Collection[str]) -> float:
    """Return how many percent of a rule's traffic these groups get. A rule without weight sends nothing anywhere."""
    total = sum(weights.values())
    return WHOLE * sum(weight for group, weight in weights.items() if group in groups) / total if total else 0.0


def elsewhere(live: Live, groups: Collection[str]) -> str:
    """Say which rule does not send all its traffic to these groups; empty if all rules do."""
    if not live:
        return "no production rule of the service could be found"
    for rule, weights in live.items():
        if share(weights, groups) < WHOLE:
            others = [f"{group}: {weight}" for group, weight in weights.items() if weight and group not in groups]
            return f"{rule} sends {share(weights, groups):g} % to the target group that should have all; {told(others)}"
    return ""


def disagreeing(live: Live, groups: Collection[str], asked: float | None) -> str:
    """Say which rule's live weight isn't the one that ECS asked for these groups; empty if all agree.

    If ECS does not say what it asked for, nothing can disagree.
    """
    if asked is None:
        return ""
    for rule, weights in live.items():
        found = share(weights, groups)
        if abs(found - asked) > APART:
            return f"ECS asked for {asked:g} % of the traffic for the new tasks, and {rule} sends them {found:g} %"
    return ""


def least(live: Live, groups: Collection[str]) -> float:
    """Return the smallest share of these groups at any rule; 0 where no rule is known."""
    return min((share(weights, groups) for weights in live.values()), default=0.0)


def told(others: Collection[str]) -> str:
    """Say which target groups get the rest."""
    return f"the rest goes to {', '.join(others)}" if others else "no target group has weight"
