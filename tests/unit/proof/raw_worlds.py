"""AWS replies of a release that is live, each field free to be wrong."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import strategies as st

from landfall.proof.observed import Look, service_view, target_view, task_view
from tests.support import builders as b

Json = Any
NOT_IN_SERVICE = ("draining", "unused", "unhealthy.draining")
ACCEPTED = {b.DIGEST, b.OTHER_DIGEST}
JUDGED = b.judged(deployment=b.deployment(digests={"app": (b.DIGEST, b.OTHER_DIGEST)}))
WORDS = st.sampled_from(
    [
        *("PRIMARY", "ACTIVE", "COMPLETED", "IN_PROGRESS", "FAILED", "RUNNING", "STOPPED", "PENDING", ""),
        *("healthy", "unhealthy", "initial", "unavailable", *NOT_IN_SERVICE),
        *(b.DIGEST, b.OTHER_DIGEST, b.OLD_DIGEST, b.REVISION, b.OLD_REVISION, b.OURS, b.OLD, b.OTHER, b.GROUP),
        *("10.0.0.1", "10.0.0.2", "10.0.0.9", "app", "agent", "EssentialContainerExited", "TaskFailedToStart"),
    ]
)
SCALARS = st.none() | st.booleans() | st.integers(-1, 3) | st.just(b.PORT) | st.floats() | WORDS | st.text(max_size=5)
KEYS = st.sampled_from(
    [
        *("status", "desiredCount", "deployments", "id", "taskDefinition", "rolloutState", "loadBalancers"),
        *("targetGroupArn", "containerPort", "taskArn", "startedBy", "lastStatus", "desiredStatus", "containers"),
        *("name", "imageDigest", "exitCode", "attachments", "details", "type", "value", "Target", "TargetHealth"),
        *("Id", "Port", "State", "stopCode", "stoppedReason", "reason"),
    ]
) | st.text(max_size=3)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=5
)
LIKELY = WORDS | WORDS | SCALARS | JSON
OBJECTS = st.dictionaries(KEYS, JSON, max_size=5)


def raw_task(n: int) -> Json:
    """Return one entry of DescribeTasks: the n-th task of our deployment."""
    return {
        "taskArn": f"arn:aws:ecs:us-east-1:123456789012:task/c/{n}",
        "taskDefinitionArn": b.REVISION,
        "startedBy": b.OURS,
        "lastStatus": "RUNNING",
        "desiredStatus": "RUNNING",
        "attachments": [
            {"type": "ElasticNetworkInterface", "details": [{"name": "privateIPv4Address", "value": f"10.0.0.{n}"}]}
        ],
        "containers": [
            {"name": "app", "imageDigest": b.DIGEST},
            {"name": "aws-guardduty-agent-x1", "imageDigest": b.OLD_DIGEST},
        ],
    }


def raw_target(ip: str, state: str = "healthy") -> Json:
    """Return one entry of DescribeTargetHealth."""
    return {"Target": {"Id": ip, "Port": b.PORT}, "TargetHealth": {"State": state}}


def raw_world(tasks: int = 2) -> Json:
    """Return what AWS says of a release that is live, with the traces of the one before."""
    return {
        "service": {
            "serviceArn": "arn:aws:ecs:us-east-1:123456789012:service/c/sample",
            "status": "ACTIVE",
            "desiredCount": tasks,
            "taskDefinition": b.REVISION,
            "loadBalancers": [{"targetGroupArn": b.GROUP, "containerName": "app", "containerPort": b.PORT}],
            "deployments": [
                {"id": b.OURS, "status": "PRIMARY", "rolloutState": "COMPLETED", "taskDefinition": b.REVISION},
                {"id": b.OLD, "status": "ACTIVE", "rolloutState": "COMPLETED", "taskDefinition": b.OLD_REVISION},
            ],
        },
        "tasks": [
            *(raw_task(n) for n in range(1, tasks + 1)),
            {**raw_task(tasks + 1), "startedBy": b.OLD, "lastStatus": "STOPPED", "desiredStatus": "STOPPED"},
        ],
        "targets": [
            *(raw_target(f"10.0.0.{n}") for n in range(1, tasks + 1)),
            raw_target(f"10.0.0.{tasks + 1}", "draining"),
        ],
    }


def places(node: Json, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of everything inside a document."""
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [p for key, value in items for p in [(*path, key), *places(value, (*path, key))]]


def edit(world: Json, path: tuple[Any, ...], how: str, value: Json) -> None:
    """Replace, remove or repeat what lies at `path`. Does nothing where an earlier edit took it away."""
    *way, last = path
    node = world
    try:
        for key in way:
            node = node[key]
        if how == "replace":
            node[last] = value
        elif how == "remove":
            del node[last]
        elif isinstance(node, list):
            node.append(copy.deepcopy(node[last]))
    except (KeyError, IndexError, TypeError):
        return


def objects(values: Json) -> list[dict[str, Any]]:
    """Return the JSON objects of what should be a list of them."""
    return [v for v in values if isinstance(v, dict)] if isinstance(values, list) else []


def look_at(world: Json) -> Look:
    """Read a world the way the adapters do."""
    return Look(
        service_view(world["service"]),
        tuple(task_view(t) for t in objects(world["tasks"])),
        tuple(target_view(b.GROUP, t) for t in objects(world["targets"])),
    )


def address(task: dict[str, Any]) -> Json:
    """Return the address of a task, as ECS documents it: the first that is told, since a reply may be odd."""
    for attachment in objects(task.get("attachments")):
        if attachment.get("type") == "ElasticNetworkInterface":
            for detail in objects(attachment.get("details")):
                if detail.get("name") == "privateIPv4Address" and detail.get("value"):
                    return detail["value"]
    return None


def digests_of(task: Json) -> set[Any]:
    """Return what the released container of a task reports."""
    told = [c.get("imageDigest") for c in objects(task.get("containers")) if c.get("name") == "app"]
    return {digest if isinstance(digest, str) else None for digest in told}


def breaches(world: Json) -> list[str]:
    """Return what law 1 finds wrong with a world, from the raw replies alone."""
    service = world["service"]
    primaries = [d for d in objects(service.get("deployments")) if d.get("status") == "PRIMARY"]
    meant = [t for t in objects(world["tasks"]) if t.get("desiredStatus") == "RUNNING"]
    tasks = list({str(t.get("taskArn")): t for t in meant}.values())
    desired = service.get("desiredCount")
    groups = [g for g in objects(service.get("loadBalancers")) if g.get("targetGroupArn") == b.GROUP]
    ours = [(address(t), g.get("containerPort")) for t in tasks for g in groups]
    in_service = [
        (t["Target"].get("Id"), t["Target"].get("Port"), t["TargetHealth"].get("State"))
        for t in objects(world["targets"])
        if isinstance(t.get("Target"), dict)
        and isinstance(t.get("TargetHealth"), dict)
        and t["TargetHealth"].get("State") not in NOT_IN_SERVICE
    ]
    running = [t for t in tasks if t.get("lastStatus") == "RUNNING"]
    healthy = [target[:2] for target in in_service if target[2] == "healthy"]
    at_least = desired - desired // 50 if type(desired) is int else 0
    laws = {
        "one PRIMARY deployment": len(primaries) == 1,
        "it is ours": all(d.get("id") == b.OURS for d in primaries),
        "it is COMPLETED": all(d.get("rolloutState") == "COMPLETED" for d in primaries),
        "its revision is ours": all(d.get("taskDefinition") == b.REVISION for d in primaries),
        "at least one task is desired": type(desired) is int and desired >= 1,
        "no more tasks than desired": type(desired) is int and len(tasks) <= desired,
        "as many run as desired, but for one in fifty": len(running) >= max(at_least, 1),
        "all of them are ours": all(
            t.get("startedBy") == b.OURS and t.get("taskDefinitionArn") == b.REVISION for t in tasks
        ),
        "all that run report our digest": all(digests_of(t) and digests_of(t) <= ACCEPTED for t in running),
        "none reports another": all(digests_of(t) <= {*ACCEPTED, None, ""} for t in tasks),
        "none is unhealthy": not any(t.get("healthStatus") == "UNHEALTHY" for t in tasks),
        "there is a target group": bool(groups),
        "every in-service target is ours": all((ip, port) in ours for ip, port, _ in in_service),
        "every one is healthy, or new": all(state in ("healthy", "initial") for *_, state in in_service),
        "only those that run are healthy": all(
            (address(t), g.get("containerPort")) not in healthy for t in tasks if t not in running for g in groups
        ),
        "as many are in service as desired, but for one in fifty": sum(
            all((address(t), g.get("containerPort")) in healthy for g in groups) for t in running
        )
        >= max(at_least, 1),
        "none of fewer than fifty is new": at_least != desired or all(state == "healthy" for *_, state in in_service),
    }
    return [law for law, holds in laws.items() if not holds]
