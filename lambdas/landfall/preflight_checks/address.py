"""Where does a service answer over HTTP, if the settings don't say it? At a load balancer's own DNS name, or nowhere.

An address that can't work is never guessed: every check of it would be lost, and a good release rolled back.
Sources: Elastic Load Balancing API reference, LoadBalancer (`Scheme`) and Listener; Network Load Balancers user guide,
"Listeners for your Network Load Balancers" and "Server certificates".
"""

from __future__ import annotations

from dataclasses import dataclass

from landfall.proof.balanced import BalancerView, Fronts, GroupView, ListenerView

HTTP_PORT, HTTPS_PORT = 80, 443
_OVER_TCP = ("TCP", "TCP_UDP", "TCP_QUIC")


@dataclass(frozen=True)
class Place:
    """An address, or why a target group has none."""

    url: str = ""
    why: str = ""


def of(fronts: Fronts, service: str, *, in_vpc: bool) -> str:
    """Return the address to ask. Raises LookupError, which says for each target group why there is none.

    An Application Load Balancer is asked first: it sends no new requests to a target that drains, and a Network Load
    Balancer may for minutes. Steps in a VPC prefer an internal load balancer, since their subnets may have no way out.
    """
    order = sorted(fronts.groups, key=lambda g: (g.is_network, in_vpc and _scheme(fronts, g) != "internal"))
    places = [_place(fronts, group, in_vpc=in_vpc) for group in order]
    found = next((place.url for place in places if place.url), "")
    if found:
        return found
    reasons = "; ".join(place.why for place in places) or "the service has no target group"
    way_out = f"set services.{service}.base_url to an address at which its tasks answer over HTTP or HTTPS"
    raise LookupError(f"{reasons}; {way_out}")


def _scheme(fronts: Fronts, group: GroupView) -> str:
    balancer = fronts.balancer(group)
    return balancer.scheme if balancer else ""


def _place(fronts: Fronts, group: GroupView, *, in_vpc: bool) -> Place:
    balancer = fronts.balancer(group)
    if balancer is None:
        return Place(why=f"target group {group.arn} has no load balancer")
    if balancer.kind not in ("application", "network"):
        return Place(why=f"{balancer.arn} is a load balancer of type {balancer.kind!r}, at which no HTTP is asked")
    if balancer.scheme == "internal" and not in_vpc:
        return Place(why=f"{balancer.arn} is internal, and no [vpc] in services.toml lets the steps reach it")
    if balancer.kind == "application":
        plain = fronts.over_http(balancer)
        why = f"{balancer.arn} has no listener for plain HTTP, and no certificate is for its own DNS name"
        return Place(_url(balancer, plain[0].port)) if plain else Place(why=why)
    places = [_at(balancer, listener, group) for listener in fronts.of_group(group)]
    none = Place(why=f"no listener of {balancer.arn} forwards to {group.arn}")
    return next((place for place in places if place.url), places[0] if places else none)


def _at(balancer: BalancerView, listener: ListenerView, group: GroupView) -> Place:
    """Return the address of a listener of a Network Load Balancer.

    It forwards TCP unchanged, so nothing says whether the tasks speak plain HTTP. On port 443, or with health checks
    over HTTPS, they probably don't.
    """
    where = f"the listener on port {listener.port} of {balancer.arn}"
    if listener.protocol == "TLS":
        return Place(why=f"{where} speaks TLS, and no certificate is for the load balancer's own DNS name")
    if listener.protocol not in _OVER_TCP:
        return Place(why=f"{where} speaks {listener.protocol or 'an unknown protocol'}, over which no commit is asked")
    if listener.port == HTTPS_PORT or group.health_protocol == "HTTPS":
        return Place(why=f"{where} passes TLS on to the tasks, whose certificate is not for its own DNS name")
    return Place(_url(balancer, listener.port))


def _url(balancer: BalancerView, port: int) -> str:
    return f"http://{balancer.dns_name}" if port == HTTP_PORT else f"http://{balancer.dns_name}:{port}"
