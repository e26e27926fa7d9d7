"""Where a service is asked if its settings don't say it: never at an address that can't answer."""

from __future__ import annotations

from typing import Any

import pytest

from landfall.preflight_checks import address
from landfall.proof.balanced import BalancerView, Fronts, GroupView, ListenerView, balancer_view, listener_view

ALB = BalancerView("alb", "alb.example", "application", "internet-facing")
NLB = BalancerView("nlb", "nlb.example", "network", "internet-facing")
INSIDE = BalancerView("inside", "inside.example", "network", "internal")
WEB = GroupView("web", "HTTP", "ip", balancer="alb")
TCP = GroupView("tcp", "TCP", "ip", balancer="nlb")
INNER = GroupView("inner", "TCP", "ip", balancer="inside")
OVER_TLS = GroupView("tcp", "TCP", "ip", health_protocol="HTTPS", balancer="nlb")


def at(port: int, protocol: str = "TCP", group: str = "tcp", balancer: str = "nlb") -> ListenerView:
    """Return a listener that forwards to a group."""
    return ListenerView(balancer, port, protocol, frozenset({group}))


def fronts(*groups: GroupView, listeners: tuple[ListenerView, ...] = ()) -> Fronts:
    """Return the groups with the load balancers of this table; the application's has a listener on port 80."""
    return Fronts(groups, (ALB, NLB, INSIDE), (ListenerView("alb", 80, "HTTP", frozenset()), *listeners))


INNER_80 = at(80, group="inner", balancer="inside")
FOUND = {
    "an application load balancer": (fronts(WEB), False, "http://alb.example"),
    "its HTTP listener": (
        Fronts((WEB,), (ALB,), (at(443, "HTTPS", "web", "alb"), at(8080, "HTTP", "x", "alb"))),
        False,
        "http://alb.example:8080",
    ),
    "a network load balancer": (fronts(TCP, listeners=(at(80),)), False, "http://nlb.example"),
    "at another port": (fronts(TCP, listeners=(at(8080),)), False, "http://nlb.example:8080"),
    "the lowest port that can answer": (
        fronts(TCP, listeners=(at(9000), at(53, "UDP"), at(8080), at(443))),
        False,
        "http://nlb.example:8080",
    ),
    "TCP and UDP at one port": (fronts(TCP, listeners=(at(8080, "TCP_UDP"),)), False, "http://nlb.example:8080"),
    "the application's first": (fronts(TCP, WEB, listeners=(at(80),)), False, "http://alb.example"),
    "the public one": (fronts(INNER, TCP, listeners=(at(80), INNER_80)), False, "http://nlb.example"),
    "from a VPC the internal one": (fronts(TCP, INNER, listeners=(at(80), INNER_80)), True, "http://inside.example"),
    "from a VPC a public one": (fronts(TCP, listeners=(at(80),)), True, "http://nlb.example"),
}


@pytest.mark.parametrize(("given", "in_vpc", "url"), FOUND.values(), ids=FOUND.keys())
def test_address(given: Fronts, in_vpc: bool, url: str) -> None:
    """The first load balancer that can answer over HTTP is asked."""
    assert address.of(given, "sample", in_vpc=in_vpc) == url


NOWHERE = {
    "no target group": (fronts(), "no target group"),
    "no load balancer": (fronts(GroupView("lone", "HTTP", "ip")), "target group lone has no load balancer"),
    "a gateway load balancer": (
        Fronts((TCP,), (BalancerView("nlb", "x", "gateway"),)),
        "of type 'gateway'",
    ),
    "HTTPS alone": (
        Fronts((WEB,), (ALB,), (at(443, "HTTPS", "web", "alb"),)),
        "alb has no listener for plain HTTP, and no certificate",
    ),
    "internal, and no VPC": (fronts(INNER, listeners=(INNER_80,)), "inside is internal, and no [vpc]"),
    "no listener": (fronts(TCP, listeners=(INNER_80,)), "no listener of nlb forwards to tcp"),
    "UDP alone": (fronts(TCP, listeners=(at(53, "UDP"),)), "speaks UDP, over which no commit is asked"),
    "QUIC alone": (fronts(TCP, listeners=(at(443, "QUIC"),)), "speaks QUIC"),
    "a protocol of the future": (fronts(TCP, listeners=(at(80, "WARP"),)), "speaks WARP"),
    "TLS, whose certificate is for another name": (fronts(TCP, listeners=(at(443, "TLS"),)), "speaks TLS"),
    "TLS that the tasks speak": (fronts(TCP, listeners=(at(443),)), "passes TLS on to the tasks"),
    "TLS by its health check": (fronts(OVER_TLS, listeners=(at(8443),)), "passes TLS on to the tasks"),
}


@pytest.mark.parametrize(("given", "why"), NOWHERE.values(), ids=NOWHERE.keys())
def test_no_address(given: Fronts, why: str) -> None:
    """The refusal says why, for each group, and names the setting that says the address."""
    with pytest.raises(LookupError) as found:
        address.of(given, "sample", in_vpc=False)
    assert why in str(found.value)
    assert "services.sample.base_url" in str(found.value)


def test_a_listener_may_name_several_groups() -> None:
    """A forward action has one group, or several with weights; whatever else a reply holds is left out."""
    weights: dict[str, Any] = {"TargetGroups": [{"TargetGroupArn": "b", "Weight": 1}, {"TargetGroupArn": "c"}, 1]}
    actions = [{"Type": "forward", "TargetGroupArn": "a"}, {"Type": "forward", "ForwardConfig": weights}, None]
    read = listener_view({"LoadBalancerArn": "nlb", "Port": 80, "Protocol": "TCP", "DefaultActions": actions})
    assert read == ListenerView("nlb", 80, "TCP", frozenset("abc"))
    assert listener_view({"DefaultActions": "x", "Port": "80"}) == ListenerView("", 0, "", frozenset())
    assert balancer_view({"DNSName": 1}) == BalancerView("", "")
