"""Elastic Load Balancing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from landfall.aws.trying import trying
from landfall.proof.balanced import (
    BalancerView,
    Fronts,
    GroupView,
    ListenerView,
    balancer_view,
    group_view,
    listener_view,
    weights_view,
)
from landfall.proof.observed import TargetGroup, TargetView, target_view

RULE = ":listener-rule/"
"""Text that only a rule's ARN contains, and a listener's does not."""


class Elb:
    """Target groups and the load balancers in front of them."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def targets(self, groups: Iterable[TargetGroup]) -> tuple[TargetView, ...]:
        """Return every target of these groups, draining ones too. A group of two ports is read once."""
        views: list[TargetView] = []
        for arn in _once(groups):
            with trying(f"reading target health of {arn}"):
                reply = self._client.describe_target_health(TargetGroupArn=arn)
            views += [target_view(arn, d) for d in reply.get("TargetHealthDescriptions", [])]
        return tuple(views)

    def groups(self, groups: Iterable[TargetGroup]) -> tuple[GroupView, ...]:
        """Return how these target groups are set up, in their order."""
        arns = _once(groups)
        if not arns:
            return ()
        with trying("reading the service's target groups"):
            found = self._client.describe_target_groups(TargetGroupArns=arns).get("TargetGroups", [])
        known = {view.arn: view for view in map(group_view, found)}
        return tuple(known[arn] for arn in arns if arn in known)

    def fronts(self, groups: tuple[GroupView, ...]) -> Fronts:
        """Return the load balancers of these groups too, with their listeners."""
        balancers = self._balancers(list(dict.fromkeys(g.balancer for g in groups if g.balancer)))
        listeners = tuple(one for b in balancers for one in self._listeners(b.arn))
        return Fronts(groups, balancers, listeners)

    def weights(self, arn: str) -> Mapping[str, int]:
        """Return the weight of each target group that a rule, or a listener by its default action, forwards to.

        These are the weights in force now. `arn` is that of a rule (Application Load Balancer) or of a listener.
        """
        with trying(f"reading the weights of {arn}"):
            if RULE in arn:
                found = self._client.describe_rules(RuleArns=[arn])["Rules"][0]["Actions"]
            else:
                found = self._client.describe_listeners(ListenerArns=[arn])["Listeners"][0]["DefaultActions"]
            return weights_view(found)

    def _balancers(self, arns: list[str]) -> tuple[BalancerView, ...]:
        if not arns:
            return ()
        with trying(f"reading load balancer {', '.join(arns)}"):
            found = self._client.describe_load_balancers(LoadBalancerArns=arns).get("LoadBalancers", [])
        return tuple(map(balancer_view, found))

    def _listeners(self, balancer: str) -> tuple[ListenerView, ...]:
        with trying(f"reading the listeners of {balancer}"):
            pages = self._client.get_paginator("describe_listeners").paginate(LoadBalancerArn=balancer)
            return tuple(listener_view(each) for page in pages for each in page.get("Listeners", []))


def _once(groups: Iterable[TargetGroup]) -> list[str]:
    return list(dict.fromkeys(group.arn for group in groups))
