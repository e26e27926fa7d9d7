"""The Network Load Balancer of the local AWS: connections to healthy targets, real TLS, ports that may be closed."""

from __future__ import annotations

import ssl

import httpx
import pytest

from local.emulator.local_aws import LocalAws
from local.load_balancer.front import Front
from tests.local.fronts import OF_NETWORK
from tests.local.world import World, wait_for


def answers(url: str, context: ssl.SSLContext) -> str:
    """Return what answers there over a connection of its own; empty if nobody does."""
    try:
        return httpx.get(url, verify=context, timeout=5, trust_env=False).text
    except httpx.TransportError:
        return ""


def test_connections_are_passed_on(aws: LocalAws) -> None:
    """TCP on 80 and TLS on 443 lead to the tasks; a port without a listener refuses; nothing answers by itself."""
    front = next(each for each in aws.fronts if each.load_balancer == OF_NETWORK)
    context = ssl.create_default_context(cafile=str(aws.ca_bundle))
    plain = f"http://localhost:{front.http}/"
    with pytest.raises(httpx.ConnectError):
        httpx.get(plain, trust_env=False)
    world = World(aws, name=OF_NETWORK, kind="network")
    revision = world.revision(world.image(VERSION="N"))
    world.create(revision)
    wait_for("the port to open", lambda: answers(plain, context) == "N")
    world.settled(revision)
    assert {each["State"] for each in world.healths()} == {"healthy"}
    with pytest.raises(httpx.ConnectError):
        httpx.get(front.url, verify=context, trust_env=False)
    forward = [{"Type": "forward", "TargetGroupArn": world.group}]
    world.elb.create_listener(LoadBalancerArn=world.balancer, Protocol="TLS", Port=443, DefaultActions=forward)
    wait_for("TLS", lambda: answers(front.url, context) == "N")
    world.elb.delete_listener(ListenerArn=world.listener)
    wait_for("the port to close", lambda: not answers(plain, context))
    world.remove()
    wait_for("nobody to answer", lambda: not answers(front.url, context))


def test_a_front_is_written_and_read() -> None:
    """As the command line of the emulator has it, also without the kind."""
    for front in (Front(1, 2, "a"), Front(1, 2, "a", "network"), Front(1, 2, "a", "network", 3)):
        assert Front.parse(str(front)) == front
    assert Front.parse("1:2:a") == Front(1, 2, "a")
    assert Front.parse("1:2:a:network:3") == Front(1, 2, "a", "network", 3)
