"""The format's own rules: what a fact comes to in AWS's shapes, and what a word answers."""

from __future__ import annotations

from typing import Any

import pytest

from tests.campaigns.torture import cloud as clouds
from tests.campaigns.torture import replies, roles, web
from tests.campaigns.torture.asl import Clock
from tests.campaigns.torture.cloud import Cloud
from tests.campaigns.torture.scenario import made, templates

GOOD: dict[str, Any] = {"id": "x", "title": "x", "why": "x", "theme": "x", "expected": "SUCCEEDED", "rollout": "good"}


def after_the_update(at: float, **facts: Any) -> Cloud:
    """Return a scenario's AWS, so many seconds after the update."""
    clock = Clock()
    cloud = Cloud(made(GOOD | facts, templates()), clock)
    new = cloud.call("RegisterTaskDefinition", dict(cloud.definitions[roles.revision_arn(1)]))
    cloud.call("UpdateService", {"taskDefinition": new["taskDefinition"]["taskDefinitionArn"]})
    clock.now = at
    return cloud


def tasks(cloud: Cloud, status: str = "RUNNING") -> list[dict[str, Any]]:
    """Return the tasks as ECS describes them."""
    arns = cloud.call("ListTasks", {"desiredStatus": status})["taskArns"]
    return list(cloud.call("DescribeTasks", {"tasks": arns})["tasks"])


def container(task: dict[str, Any], name: str) -> dict[str, Any]:
    """Return a container of a task whose name begins so."""
    return next(c for c in task["containers"] if c["name"].startswith(name))


@pytest.mark.parametrize(
    ("facts", "health"),
    [
        ({}, "UNKNOWN"),
        ({"health_check": True}, "HEALTHY"),
        ({"tasks": [{"key": "new", "health": "UNHEALTHY"}]}, "UNHEALTHY"),
        ({"tasks": [{"key": "new", "health_changes": [{"at": 85, "to": "HEALTHY"}]}]}, "HEALTHY"),
        ({"tasks": [{"key": "new", "health_changes": [{"at": 95, "to": "HEALTHY"}]}]}, "UNKNOWN"),
    ],
)
def test_health(facts: dict[str, Any], health: str) -> None:
    """Health follows the check of the definition, unless the task's own facts say otherwise."""
    task = tasks(after_the_update(90, **facts))[0]
    assert task["healthStatus"] == container(task, "app")["healthStatus"] == health


@pytest.mark.parametrize(("essential", "health"), [(True, "UNHEALTHY"), (False, "HEALTHY")])
def test_only_essential_containers_make_a_task_unhealthy(essential: bool, health: str) -> None:
    """Amazon ECS API reference, Task: healthStatus is determined by the essential containers."""
    beside = [{"name": "envoy", "essential": essential, "health_check": True}]
    new = [{"key": "new", "sidecar_health": {"envoy": "UNHEALTHY"}}]
    task = tasks(after_the_update(90, health_check=True, containers=beside, tasks=new))[0]
    assert task["healthStatus"] == health


def test_dead_containers_do_not_stop_a_task() -> None:
    """A container may be dead in a running task, under a name that differs from task to task."""
    listed = tasks(after_the_update(90, tasks=[{"key": "new", "dead": ["agent-*"], "dead_reason": "denied"}]))
    dead = [container(t, "agent-") for t in listed]
    assert [(c["lastStatus"], c["exitCode"], c["reason"]) for c in dead] == [("STOPPED", 1, "denied")] * 2
    assert len({c["name"] for c in dead}) == 2
    assert {t["lastStatus"] for t in listed} == {"RUNNING"}


def test_ipv6() -> None:
    """An IPv6 target has its task's address, which ECS tells only with the container's interface."""
    cloud = after_the_update(120, tasks=[{"key": "new", "ipv6": True}, {"key": "old", "ipv6": True}])
    targets = cloud.call("DescribeTargetHealth", {})["TargetHealthDescriptions"]
    ours = [container(t, "app")["networkInterfaces"][0]["ipv6Address"] for t in tasks(cloud)]
    assert sorted(t["Target"]["Id"] for t in targets) == sorted(ours)
    assert cloud.call("DescribeTargetGroups", {})["TargetGroups"][0]["IpAddressType"] == "ipv6"


def test_two_groups() -> None:
    """Each group has the tasks' targets in their own state there, and its own strangers."""
    new = [{"key": "new", "group_healthy": [50, 400]}]
    cloud = after_the_update(120, groups=2, tasks=new, targets=[{"ip": "10.99.0.1", "group": 2}])
    listed = cloud.call("DescribeServices", {})["services"][0]["loadBalancers"]
    assert [g["targetGroupArn"] for g in listed] == replies.groups(2)
    asked = [cloud.call("DescribeTargetHealth", {"TargetGroupArn": g}) for g in replies.groups(2)]
    states = [sorted(t["TargetHealth"]["State"] for t in r["TargetHealthDescriptions"]) for r in asked]
    assert states == [["healthy", "healthy"], ["healthy", "initial", "initial"]]


def test_a_key_under_another_key() -> None:
    """`deployments.status` is not the service's own status."""
    service = {"services": [{"status": "ACTIVE", "deployments": [{"status": "PRIMARY", "id": "x"}]}]}
    spoilt = clouds.spoilt(service, ("deployments.id",), {"deployments.status": "ODD"})
    assert spoilt == {"services": [{"status": "ACTIVE", "deployments": [{"status": "ODD"}]}]}


def test_a_worker_of_the_same_image_reports_what_its_revision_names() -> None:
    """Whoever registers a revision that leaves the worker on the old bytes gets the old bytes."""
    cloud = after_the_update(90, containers=[{"name": "worker", "image": "app"}])
    assert container(tasks(cloud)[0], "worker")["imageDigest"] == roles.DIGESTS["old"]


@pytest.mark.parametrize(
    ("word", "status", "headers", "part"),
    [
        ("cached:old", 200, web.OUT_OF_A_CACHE, "b" * 40),
        ("cached:ours", 200, web.OUT_OF_A_CACHE, "a" * 40),
        ("429:30", 429, {"retry-after": "30"}, ""),
        ("429", 429, {}, ""),
        ("522", 522, {"server": "cloudflare"}, ""),
        ("530", 530, {"server": "cloudflare"}, ""),
        ("short:7", 200, {}, f'"{"a" * 7}"'),
        ("short:8:other", 200, {}, f'"{"c" * 8}"'),
        ("slow:3:old", 200, {}, f'"{"b" * 40}"'),
    ],
)
def test_words(word: str, status: int, headers: dict[str, str], part: str) -> None:
    """Each word has its status, its headers and its body."""
    answer = web.said(word, "version", after_the_update(0))
    assert (answer.status, dict(answer.headers)) == (status, dict(headers))
    assert part in answer.body


def test_words_in_number_and_only_once() -> None:
    """`2*ours` is two answers; what is `first` comes once and belongs to its own phase."""
    new = {"key": "new", "version": ["2*ours", "500"], "first": ["2*502"], "first_live": ["503"]}
    told = web.Web(after_the_update(90, http=[new]))
    assert [told.answer("version").status for _ in range(6)] == [502, 502, 200, 200, 500, 200]
    assert [told.answer("live").status for _ in range(2)] == [503, 200]
