"""Tasks on EC2 are read as those on Fargate: by the address of their own network interface."""

from __future__ import annotations

from typing import Any

import pytest

from landfall.proof.observed import task_view
from tests.support import builders as b

INTERFACE = {
    "id": "1f0a",
    "type": "ElasticNetworkInterface",
    "status": "ATTACHED",
    "details": [
        {"name": "subnetId", "value": "subnet-1"},
        {"name": "networkInterfaceId", "value": "eni-1"},
        {"name": "macAddress", "value": "0a:00:00:00:00:01"},
        {"name": "privateIPv4Address", "value": "10.0.0.1"},
    ],
}
VOLUME = {"id": "2", "type": "AmazonElasticBlockStorage", "details": [{"name": "volumeId", "value": "vol-1"}]}
BINDINGS = [{"containerPort": 8080, "hostPort": 32768, "protocol": "tcp"}]


def task(attachments: list[Any], interfaces: list[Any], bindings: list[Any]) -> dict[str, Any]:
    """Return DescribeTasks' answer about a task on a container instance."""
    container = {
        "name": "app",
        "imageDigest": b.DIGEST,
        "networkBindings": bindings,
        "networkInterfaces": interfaces,
    }
    return {
        "taskArn": "arn:task/1",
        "launchType": "EC2",
        "containerInstanceArn": "arn:aws:ecs:us-east-1:123456789012:container-instance/c/1",
        "capacityProviderName": "instances",
        "availabilityZone": "us-east-1a",
        "lastStatus": "RUNNING",
        "desiredStatus": "RUNNING",
        "attachments": attachments,
        "containers": [container],
    }


TASKS = {
    "awsvpc": (
        task([VOLUME, INTERFACE], [{"attachmentId": "1f0a", "privateIpv4Address": "10.0.0.1"}], []),
        {"10.0.0.1"},
    ),
    "awsvpc, dual stack": (
        task([INTERFACE], [{"privateIpv4Address": "10.0.0.1", "ipv6Address": "2600:0::1"}], []),
        {"10.0.0.1", "2600::1"},
    ),
    "bridge": (task([], [], BINDINGS), set()),
    "host": (task([], [], [{**BINDINGS[0], "hostPort": 8080}]), set()),
}


@pytest.mark.parametrize(("reply", "addresses"), TASKS.values(), ids=TASKS.keys())
def test_addresses(reply: dict[str, Any], addresses: set[str]) -> None:
    """With network mode awsvpc a task has its own; in the other modes it has none, and the service is refused."""
    view = task_view(reply)
    assert view.addresses == addresses
    assert view.serves
    assert view.containers[0].image_digest == b.DIGEST
