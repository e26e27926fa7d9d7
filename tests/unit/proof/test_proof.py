"""Law 1 as a property: over any reply AWS could give, or never would, PASS only where the law literally holds.

The law is written here a second time, over the raw replies, and shares nothing with the code it checks.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landfall.judging import Judged
from landfall.model import State, Verdict
from landfall.proof import law1, stability, target_health
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


@st.composite
def worlds(draw: st.DrawFn) -> Json:
    """Draw a world that is live but for a few edits: those are the ones that could be mistaken for live."""
    world = raw_world(draw(st.sampled_from([1, 1, 1, 2, 2, 2, 2, 50])))
    for _ in range(draw(st.integers(0, 4))):
        # the bookkeeping below keeps the three parts: their shape is the adapter's, not AWS's
        path = draw(st.sampled_from([p for p in places(world) if len(p) > 1]))
        edit(world, path, draw(st.sampled_from(["replace", "repeat", "remove"])), draw(LIKELY))
    return world


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
    """Return the address of a task, as ECS documents it."""
    for attachment in objects(task.get("attachments")):
        if attachment.get("type") == "ElasticNetworkInterface":
            for detail in objects(attachment.get("details")):
                if detail.get("name") == "privateIPv4Address":
                    return detail.get("value")
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


def test_live_release_is_proven() -> None:
    """A live release passes. Otherwise code that never passes would keep the property below."""
    assert breaches(raw_world()) == []
    assert law1.assess(look_at(raw_world()), JUDGED, b.NOW).state == State.PASS


@given(worlds())
def test_pass_only_where_law_1_holds(world: Json) -> None:
    """No reply, however odd, is mistaken for a live release, and none makes the judge crash."""
    verdict = law1.assess(look_at(world), JUDGED, b.NOW)
    assert b.is_bounded(verdict)
    if verdict.state == State.PASS:
        assert breaches(world) == []


@given(OBJECTS, st.lists(OBJECTS, max_size=2), st.lists(OBJECTS, max_size=2))
def test_arbitrary_replies_never_pass_nor_raise(service: Json, tasks: Json, targets: Json) -> None:
    """A reply of any shape at all is read without raising, and is not proof of anything unless law 1 holds."""
    world = {"service": service, "tasks": tasks, "targets": targets}
    for judge in JUDGES:
        for judged in (JUDGED, b.judged(deployment=b.way_back(desired_count=0))):
            assert b.is_bounded(judge(look_at(world), judged))
    assert law1.assess(look_at(world), JUDGED, b.NOW).state != State.PASS or breaches(world) == []


JUDGES: tuple[Callable[[Look, Judged], Verdict], ...] = (
    lambda look, judged: law1.assess(look, judged, b.NOW),
    lambda look, judged: stability.assess(look, judged, b.NOW),
    target_health.assess,
)

BROKEN = {
    "not PRIMARY": (("service", "deployments", 0, "status"), "ACTIVE"),
    "not ours": (("service", "deployments", 0, "id"), b.OTHER),
    "not COMPLETED": (("service", "deployments", 0, "rolloutState"), "IN_PROGRESS"),
    "FAILED": (("service", "deployments", 0, "rolloutState"), "FAILED"),
    "another revision": (("service", "deployments", 0, "taskDefinition"), b.OLD_REVISION),
    "nothing desired": (("service", "desiredCount"), 0),
    "more desired": (("service", "desiredCount"), 3),
    "fewer desired": (("service", "desiredCount"), 1),
    "task pending": (("tasks", 1, "lastStatus"), "PENDING"),
    "task stopping": (("tasks", 1, "desiredStatus"), "STOPPED"),
    "task of another deployment": (("tasks", 1, "startedBy"), b.OLD),
    "task of another revision": (("tasks", 1, "taskDefinitionArn"), b.OLD_REVISION),
    "task of another digest": (("tasks", 1, "containers", 0, "imageDigest"), b.OLD_DIGEST),
    "task without digest": (("tasks", 1, "containers", 0, "imageDigest"), None),
    "old task still wanted": (("tasks", 2, "desiredStatus"), "RUNNING"),
    "target unhealthy": (("targets", 1, "TargetHealth", "State"), "unhealthy"),
    "target draining": (("targets", 1, "TargetHealth", "State"), "draining"),
    "target elsewhere": (("targets", 1, "Target", "Id"), "10.0.0.9"),
    "target at another port": (("targets", 1, "Target", "Port"), 1),
    "old target in service": (("targets", 2, "TargetHealth", "State"), "healthy"),
    "no target group": (("service", "loadBalancers"), []),
    "service inactive": (("service", "status"), "INACTIVE"),
}


@pytest.mark.parametrize(("path", "value"), BROKEN.values(), ids=BROKEN.keys())
def test_each_part_of_law_1_counts(path: tuple[Any, ...], value: Json) -> None:
    """Each part of law 1 alone is enough to withhold the word 'proven'."""
    world = raw_world()
    edit(world, path, "replace", value)
    assert law1.assess(look_at(world), JUDGED, b.NOW).state != State.PASS


OF_MANY = {
    "on its way": {"lastStatus": "PENDING"},
    "on its way, and says nothing yet": {"lastStatus": "PENDING", "containers": []},
    "stopped": {"lastStatus": "STOPPED", "desiredStatus": "STOPPED"},
}
NEVER = {
    "of another deployment": {"startedBy": b.OLD},
    "of another digest, on its way": {
        "lastStatus": "PENDING",
        "containers": [{"name": "app", "imageDigest": "sha256:x"}],
    },
    "running without a digest": {"containers": []},
    "unhealthy": {"healthStatus": "UNHEALTHY"},
}


@pytest.mark.parametrize("count", [2, 10, 49, 50, 100])
@pytest.mark.parametrize("change", OF_MANY.values(), ids=OF_MANY.keys())
def test_one_of_many_may_be_late(count: int, change: Json) -> None:
    """Of fifty or more, one that is on its way keeps the others from proving nothing; of fewer it does."""
    world = raw_world(count)
    world["tasks"][0] |= change
    world["targets"][0]["TargetHealth"]["State"] = "initial" if change["lastStatus"] == "PENDING" else "draining"
    verdict = law1.assess(look_at(world), JUDGED, b.NOW)
    assert (verdict.state == State.PASS) is (count >= 50)
    assert (breaches(world) == []) is (count >= 50)


@pytest.mark.parametrize("count", [2, 100])
@pytest.mark.parametrize("change", NEVER.values(), ids=NEVER.keys())
def test_none_of_many_may_be_another(count: int, change: Json) -> None:
    """However many there are, one of other bytes, of somebody else, or unhealthy withholds the word."""
    world = raw_world(count)
    world["tasks"][0] |= change
    assert law1.assess(look_at(world), JUDGED, b.NOW).state != State.PASS
    assert breaches(world)


def test_count_that_is_no_number() -> None:
    """A count of `true` is no count, though Python takes it for 1."""
    world = raw_world()
    del world["tasks"][1], world["targets"][1]
    world["service"]["desiredCount"] = 1
    assert law1.assess(look_at(world), JUDGED, b.NOW).state == State.PASS
    world["service"]["desiredCount"] = True
    assert law1.assess(look_at(world), JUDGED, b.NOW).state != State.PASS
