"""What a rollback needs: which secrets ECS fetches, which of them can be looked at, and which port is asked."""

from __future__ import annotations

from typing import Any

import pytest

from landfall.preflight_checks import way_back

ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:{}-AbCdEf"
SERVICE = "arn:aws:ecs:eu-west-1:123456789012:service/prod/orders"
DB, KEY, REGISTRY, SHARE = (ARN.format(name) for name in ("db", "key", "registry", "share"))
PARAMETER = "arn:aws:ssm:eu-west-1:123456789012:parameter/db"


def of(**container: Any) -> dict[str, Any]:
    """Return a revision of one container."""
    return {"containerDefinitions": [{"name": "app", **container}]}


SECRETS: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "a variable": (of(secrets=[{"name": "A", "valueFrom": DB}]), (DB,)),
    "a key of one": (of(secrets=[{"name": "A", "valueFrom": f"{DB}:password::"}]), (DB,)),
    "two keys of one, and a stage": (
        of(secrets=[{"name": n, "valueFrom": f"{DB}:{n}:AWSCURRENT:"} for n in ("user", "password")]),
        (DB,),
    ),
    "none of its parts": (of(secrets=[{"name": "A", "valueFrom": f"{DB}:::"}]), (DB,)),
    "a parameter": (of(secrets=[{"name": "A", "valueFrom": PARAMETER}]), ()),
    "a parameter by its name": (of(secrets=[{"name": "A", "valueFrom": "db"}]), ()),
    "a log driver": (of(logConfiguration={"secretOptions": [{"name": "apikey", "valueFrom": KEY}]}), (KEY,)),
    "a registry": (of(repositoryCredentials={"credentialsParameter": REGISTRY}), (REGISTRY,)),
    # ECS API reference, RepositoryCredentials: in the task's own region the secret's name will do
    "a registry, by name": (of(repositoryCredentials={"credentialsParameter": "hub"}), ("hub",)),
    "one twice": (of(secrets=[{"name": n, "valueFrom": DB} for n in "AB"]), (DB,)),
    "a share of Windows files": (
        {
            "containerDefinitions": [],
            "volumes": [
                {"fsxWindowsFileServerVolumeConfiguration": {"authorizationConfig": {"credentialsParameter": SHARE}}}
            ],
        },
        (SHARE,),
    ),
    "fields without a value": (of(secrets=None, logConfiguration=None, repositoryCredentials=None), ()),
    "none": (of(), ()),
}


@pytest.mark.parametrize(("template", "found"), SECRETS.values(), ids=SECRETS.keys())
def test_secrets(template: dict[str, Any], found: tuple[str, ...]) -> None:
    """Everything that ECS fetches from Secrets Manager before a container starts."""
    assert way_back.secrets(template) == found


@pytest.mark.parametrize(
    ("secret", "here"),
    [
        (DB, True),
        (f"{DB}:password::", True),
        ("hub", True),
        (DB.replace("eu-west-1", "us-east-1"), False),
        (DB.replace("123456789012", "210987654321"), False),
    ],
)
def test_secrets_that_can_be_looked_at(secret: str, here: bool) -> None:
    """What is in another region or account is not known to be gone because it is not found here."""
    assert way_back.is_here(secret, SERVICE) is here


MAPPED = [{"containerPort": 8080}, {"containerPort": 9000, "hostPort": 80}, {"containerPortRange": "7000-7010"}]
PORTS = {
    # https://github.com/aws/aws-cdk/issues/13524
    "awsvpc, not mapped": ("awsvpc", "8081", True),
    "host, not mapped": ("host", "8081", True),
    "bridge, not mapped": ("bridge", "8081", False),
    "the default mode, not mapped": (None, "8081", False),
    "bridge, mapped": ("bridge", "8080", True),
    "bridge, the host's port": ("bridge", "80", True),
    "bridge, in a range": ("bridge", "7005", True),
    "bridge, beside a range": ("bridge", "7011", False),
    "bridge, the traffic's port": ("bridge", "traffic-port", True),
}


@pytest.mark.parametrize(("mode", "port", "good"), PORTS.values(), ids=PORTS.keys())
def test_health_port(mode: str | None, port: str, good: bool) -> None:
    """A port needs a mapping only where that is how it is reached."""
    found = list(way_back.wrong_health_ports({**of(portMappings=MAPPED), "networkMode": mode}, {"group": port}))
    assert (not found) is good
    assert good or f"checks health on port {port}" in found[0]


def test_a_closed_way_back_is_refused_with_all_that_closes_it() -> None:
    """Whoever fixes one of two problems would only find the other."""
    verdict = way_back.refusal(["role x is gone", "secret y is gone"], "sample:7")
    assert verdict is not None
    assert verdict.code == "WAY_BACK_CLOSED"
    for part in ("sample:7", "role x is gone; secret y is gone", 'way_back = "warn"'):
        assert part in verdict.reason
    assert way_back.refusal([], "sample:7") is None
