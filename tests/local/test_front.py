"""The load balancer's front door: real TLS, redirects that lead somewhere, honest answers when nothing is there."""

from __future__ import annotations

import ssl
from collections.abc import Iterator

import httpx
import pytest

from local.emulator.local_aws import LocalAws
from tests.local.fronts import FRONTED
from tests.local.world import World


@pytest.fixture(scope="module")
def client(aws: LocalAws) -> Iterator[httpx.Client]:
    """A client that trusts the local authority and nothing else."""
    context = ssl.create_default_context(cafile=str(aws.ca_bundle))
    with httpx.Client(verify=context, trust_env=False) as made:
        yield made


def test_front_serves_the_load_balancer_over_verified_https(aws: LocalAws, client: httpx.Client) -> None:
    """HTTPS must be real and verified, tell the service how it was reached, and be where HTTP redirects to."""
    front = aws.fronts[0]
    missing = client.get(front.url)
    assert (missing.status_code, FRONTED in missing.text) == (503, True)
    world = World(aws, name=FRONTED)
    revision = world.revision(world.image(VERSION="F"))
    world.create(revision)
    world.settled(revision)
    redirect = {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}
    actions = [{"Type": "redirect", "RedirectConfig": redirect}]
    assert "443" in client.get(front.url).text  # no such listener yet
    forward = [{"Type": "forward", "TargetGroupArn": world.group}]
    world.elb.create_listener(LoadBalancerArn=world.balancer, Protocol="HTTPS", Port=443, DefaultActions=forward)
    world.elb.modify_listener(ListenerArn=world.listener, DefaultActions=actions)
    reply = client.get(f"{front.url}/x?y=1")
    assert (reply.status_code, reply.text, reply.headers["Seen-X-Forwarded-Proto"]) == (200, "F", "https")
    assert "8443" in client.get(front.test_url).text
    world.elb.create_listener(LoadBalancerArn=world.balancer, Protocol="HTTPS", Port=8443, DefaultActions=forward)
    assert client.get(front.test_url).text == "F"  # where test traffic arrives
    turned = client.get(f"http://localhost:{front.http}/x?y=1")
    assert (turned.status_code, turned.headers["Location"]) == (301, f"{front.url}/x?y=1")
    world.remove()
    with pytest.raises(httpx.ConnectError), httpx.Client(trust_env=False) as stranger:
        stranger.get(front.url)
