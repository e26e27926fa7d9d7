"""What stands before a service's tasks, as plain values: target groups, load balancers and their listeners.

Reading AWS's replies never raises: a missing field becomes an empty one.
Source: Elastic Load Balancing API reference, TargetGroup, LoadBalancer and Listener.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from landfall.proof.aws_reply import Reply, each, number, sub, text

OF_APPLICATION = ("HTTP", "HTTPS")
OF_NETWORK = ("TCP", "TLS", "UDP", "TCP_UDP", "QUIC", "TCP_QUIC")
"""The protocols of a target group, by the kind of load balancer that it can be used with."""


@dataclass(frozen=True)
class GroupView:
    """A target group: what its targets are, how it reaches them and how it checks their health."""

    arn: str
    protocol: str = ""
    target_type: str = ""
    health_port: str = "traffic-port"
    health_protocol: str = ""
    balancer: str = ""

    @property
    def is_network(self) -> bool:
        """Say whether it is of a Network Load Balancer."""
        return self.protocol in OF_NETWORK


@dataclass(frozen=True)
class BalancerView:
    """A load balancer. `kind` is application, network or gateway."""

    arn: str
    dns_name: str
    kind: str = ""
    scheme: str = ""


@dataclass(frozen=True)
class ListenerView:
    """A listener, and the target groups that its default actions forward to."""

    balancer: str
    port: int
    protocol: str
    groups: frozenset[str]


@dataclass(frozen=True)
class Fronts:
    """Everything before a service's tasks. `groups` are in the service's order."""

    groups: tuple[GroupView, ...] = ()
    balancers: tuple[BalancerView, ...] = ()
    listeners: tuple[ListenerView, ...] = ()

    def balancer(self, group: GroupView) -> BalancerView | None:
        """Return the load balancer of a target group. A target group has at most one."""
        return next((b for b in self.balancers if b.arn == group.balancer), None)

    def over_http(self, balancer: BalancerView) -> tuple[ListenerView, ...]:
        """Return the listeners of a load balancer for plain HTTP, by port."""
        at = (x for x in self.listeners if (x.balancer, x.protocol) == (balancer.arn, "HTTP"))
        return tuple(sorted(at, key=lambda x: x.port))

    def of_group(self, group: GroupView) -> tuple[ListenerView, ...]:
        """Return the listeners that forward to a target group, by port."""
        return tuple(sorted((x for x in self.listeners if group.arn in x.groups), key=lambda x: x.port))


def group_view(reply: Reply) -> GroupView:
    """Read one entry of DescribeTargetGroups' `TargetGroups`."""
    arns = reply.get("LoadBalancerArns")
    return GroupView(
        arn=text(reply, "TargetGroupArn"),
        protocol=text(reply, "Protocol"),
        target_type=text(reply, "TargetType"),
        health_port=text(reply, "HealthCheckPort") or "traffic-port",
        health_protocol=text(reply, "HealthCheckProtocol"),
        balancer=next((arn for arn in arns if isinstance(arn, str)), "") if isinstance(arns, list) else "",
    )


def balancer_view(reply: Reply) -> BalancerView:
    """Read one entry of DescribeLoadBalancers' `LoadBalancers`."""
    names = ("LoadBalancerArn", "DNSName", "Type", "Scheme")
    return BalancerView(*(text(reply, name) for name in names))


def listener_view(reply: Reply) -> ListenerView:
    """Read one entry of DescribeListeners' `Listeners`. A forward action names one group, or several with weights."""
    actions = each(reply, "DefaultActions")
    weighted = [g for action in actions for g in each(sub(action, "ForwardConfig"), "TargetGroups")]
    groups = frozenset(text(named, "TargetGroupArn") for named in (*actions, *weighted)) - {""}
    return ListenerView(text(reply, "LoadBalancerArn"), number(reply, "Port"), text(reply, "Protocol"), groups)


def weights_view(actions: Iterable[Reply]) -> Mapping[str, int]:
    """Read the weights of a rule's or listener's actions. A group that is named alone has all the traffic: 1.

    A weight is from 0 to 999, and may be left out for a single group (Elastic Load Balancing API reference,
    TargetGroupTuple).
    """
    found: dict[str, int] = {}
    for action in actions:
        named = each(sub(action, "ForwardConfig"), "TargetGroups")
        alone = text(action, "TargetGroupArn")
        if not named and alone:
            found[alone] = 1
        for group in named:
            found[text(group, "TargetGroupArn")] = number(group, "Weight", 1)
    return found
