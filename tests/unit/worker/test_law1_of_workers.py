"""Law 1 of a worker as a property: over any reply, PASS only where the law literally holds.

The law is written here a second time, over the raw replies of ECS and CloudWatch Logs, and shares nothing with the code
that it checks.
"""

from __future__ import annotations

import copy
import re
from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landfall.aws.cloudwatch.logs import TaskLogs
from landfall.errors import AwsCallFailed
from landfall.model import State, Verdict
from landfall.proof.observed import service_view, task_view
from landfall.settings import Limits, Logs
from landfall.settings.worker import Worker
from landfall.steps.workers import worker_look
from tests.support import builders as b
from tests.unit.proof.raw_worlds import LIKELY, OBJECTS, digests_of, edit, objects, places

Json = Any
STEADY = 60
LIMITS = Limits(worker_seconds=STEADY)
JUDGED = b.judged(
    release=b.release(limits=LIMITS, worker_attempts=LIMITS.worker_attempts),
    deployment=b.deployment(
        digests={"app": (b.DIGEST, b.OTHER_DIGEST)}, updated_at=(b.NOW - timedelta(seconds=300)).isoformat()
    ),
)
SETTINGS = b.settings_of(worker=Worker(STEADY), logs=Logs(group="/sample"))
TEMPLATE = {
    "containerDefinitions": [
        {
            "name": "app",
            "logConfiguration": {
                "logDriver": "awslogs",
                "options": {"awslogs-group": "/sample", "awslogs-stream-prefix": "sample"},
            },
        }
    ]
}
MOMENTS = st.sampled_from([b.NOW - timedelta(seconds=s) for s in (0, 1, 59, 60, 61, 300, 9000)])


def raw_task(n: int) -> Json:
    """Return one entry of DescribeTasks: the n-th task of our deployment, in network mode bridge."""
    return {
        "taskArn": f"arn:aws:ecs:us-east-1:123456789012:task/c/{n}",
        "taskDefinitionArn": b.REVISION,
        "startedBy": b.OURS,
        "lastStatus": "RUNNING",
        "desiredStatus": "RUNNING",
        "startedAt": b.NOW - timedelta(seconds=90),
        "containers": [{"name": "app", "imageDigest": b.DIGEST}],
    }


def raw_world(tasks: int = 2) -> Json:
    """Return what AWS says of a worker that is live, with the traces of the one before."""
    old = {"startedBy": b.OLD, "taskDefinitionArn": b.OLD_REVISION, "lastStatus": "STOPPED", "desiredStatus": "STOPPED"}
    gone = {"stopCode": "ServiceSchedulerInitiated", "stoppedAt": b.NOW - timedelta(seconds=70)}
    return {
        "service": {
            "serviceArn": "arn:aws:ecs:us-east-1:123456789012:service/c/sample",
            "status": "ACTIVE",
            "desiredCount": tasks,
            "taskDefinition": b.REVISION,
            "loadBalancers": [],
            "deployments": [
                {"id": b.OURS, "status": "PRIMARY", "rolloutState": "COMPLETED", "taskDefinition": b.REVISION}
            ],
        },
        "tasks": [*(raw_task(n) for n in range(1, tasks + 1)), {**raw_task(tasks + 1), **old, **gone}],
        "events": [
            {"logStreamName": f"sample/app/{n}", "timestamp": 0, "message": f"up, sha {b.SHA}"}
            for n in range(1, tasks + 1)
        ],
    }


class Logs_:  # noqa: N801  a client of CloudWatch Logs
    """Answers FilterLogEvents with a world's events."""

    def __init__(self, events: Json) -> None:
        self.events = events

    def filter_log_events(self, **query: Any) -> Json:
        """Return what matches, as CloudWatch Logs filters."""
        pattern = re.compile(query["filterPattern"].strip("%"))
        found = [e for e in objects(self.events) if pattern.search(str(e.get("message")))]
        return {"events": [{"timestamp": 0, "message": "", **e} for e in found]}


def judge(world: Json, wanted: int = 2) -> Verdict:
    """Look at a world once, with the step's own look. The update wanted so many tasks."""
    tasks = tuple(task_view(t) for t in objects(world["tasks"]))
    ecs = SimpleNamespace(
        service=lambda: service_view(world["service"]), tasks=lambda *_: tasks, task_definition=lambda _: (TEMPLATE, {})
    )
    judged = replace(JUDGED, deployment=replace(JUDGED.deployment, desired_count=wanted))
    given: Any = SimpleNamespace(
        service=lambda _: SETTINGS, ecs=lambda _: ecs, now=lambda: b.NOW, logs=TaskLogs(Logs_(world["events"]))
    )
    return worker_look.assess(judged, given)[0]


def moment(task: Json, *keys: str) -> datetime | None:
    """Return the latest of a task's times."""
    told = [v for k in keys if isinstance(v := task.get(k), datetime) and v.tzinfo]
    return max(told, default=None)


def id_of(task: Json) -> str:
    """Return a task's id."""
    return str(task.get("taskArn")).rpartition("/")[2]


def breaches(world: Json) -> list[str]:
    """Return what law 1 finds wrong with a worker, from the raw replies alone."""
    service, every = world["service"], objects(world["tasks"])
    primaries = [d for d in objects(service.get("deployments")) if d.get("status") == "PRIMARY"]
    meant = list({str(t.get("taskArn")): t for t in every if t.get("desiredStatus") == "RUNNING"}.values())
    ours = [t for t in every if t.get("startedBy") == b.OURS and t.get("taskDefinitionArn") == b.REVISION]
    others = [t for t in every if t not in ours]
    running = [t for t in meant if t.get("lastStatus") == "RUNNING"]
    desired = service.get("desiredCount")
    least = max(1, desired - desired // 50) if type(desired) is int else 1
    edge = b.NOW - timedelta(seconds=STEADY)
    steady = [t for t in running if (at := moment(t, "startedAt")) and at <= edge]
    logged = {
        str(e.get("logStreamName")).rpartition("/")[2]
        for e in objects(world["events"])
        if re.search(r"\baaaaaaa", str(e.get("message")))
    }
    laws = {
        "one PRIMARY deployment": len(primaries) == 1,
        "it is ours, COMPLETED, and runs our revision": all(
            (d.get("id"), d.get("rolloutState"), d.get("taskDefinition")) == (b.OURS, "COMPLETED", b.REVISION)
            for d in primaries
        ),
        "at least one task is desired, and no more run": type(desired) is int and 1 <= desired >= len(meant),
        "all of them are ours": all(t in ours for t in meant),
        "all that run report our digest": all(
            digests_of(t) and digests_of(t) <= {b.DIGEST, b.OTHER_DIGEST} for t in running
        ),
        "none is unhealthy": not any(t.get("healthStatus") == "UNHEALTHY" for t in meant),
        "there is no target group": not any(
            isinstance(arn := g.get("targetGroupArn"), str) and arn for g in objects(service.get("loadBalancers"))
        ),
        "no older task is left": all(t.get("lastStatus") == "STOPPED" for t in others),
        "the last one stopped a steady time ago": all(
            at <= edge for t in others if (at := moment(t, "stoppedAt", "stoppingAt"))
        ),
        "as many run for the steady time, but for one in fifty": len(steady) >= min(least, 2),
        "each of these logged our commit": all(id_of(t) in logged for t in steady),
    }
    return [law for law, holds in laws.items() if not holds]


@st.composite
def worlds(draw: st.DrawFn) -> Json:
    """Draw a worker that is live but for a few edits."""
    world = raw_world(draw(st.sampled_from([1, 2, 2, 2, 50])))
    for _ in range(draw(st.integers(0, 4))):
        path = draw(st.sampled_from([p for p in places(world) if len(p) > 1]))
        edit(world, path, draw(st.sampled_from(["replace", "repeat", "remove"])), draw(LIKELY | MOMENTS))
    return world


def test_a_live_worker_is_proven() -> None:
    """A live worker passes. Otherwise code that never passes would keep the property below."""
    assert breaches(raw_world()) == []
    assert judge(raw_world()).state == State.PASS


@given(worlds())
def test_pass_only_where_law_1_holds(world: Json) -> None:
    """No reply, however odd, is mistaken for a live worker."""
    try:
        verdict = judge(world)
    except AwsCallFailed:  # a reply that can't be read decides nothing
        return
    assert b.is_bounded(verdict)
    if verdict.state == State.PASS:
        assert breaches(world) == []


@given(OBJECTS, st.lists(OBJECTS, max_size=2), st.lists(OBJECTS, max_size=2))
def test_arbitrary_replies_are_no_proof(service: Json, tasks: Json, events: Json) -> None:
    """A reply of any shape is read without another error than AWS's own, and proves nothing by accident."""
    try:
        verdict = judge(world := {"service": service, "tasks": tasks, "events": events})
    except AwsCallFailed:
        return
    assert verdict.state != State.PASS or breaches(world) == []


LATE = b.NOW - timedelta(seconds=59)
BROKEN: dict[str, tuple[tuple[Any, ...], Json]] = {
    "not ours": (("service", "deployments", 0, "id"), b.OTHER),
    "not COMPLETED": (("service", "deployments", 0, "rolloutState"), "IN_PROGRESS"),
    "another revision": (("service", "deployments", 0, "taskDefinition"), b.OLD_REVISION),
    "more desired": (("service", "desiredCount"), 3),
    "task of another digest": (("tasks", 1, "containers", 0, "imageDigest"), b.OLD_DIGEST),
    "task without digest": (("tasks", 1, "containers", 0, "imageDigest"), None),
    "task unhealthy": (("tasks", 1, "healthStatus"), "UNHEALTHY"),
    "task too young": (("tasks", 1, "startedAt"), LATE),
    "task without a start": (("tasks", 1, "startedAt"), None),
    "old task still runs": (("tasks", 2, "lastStatus"), "RUNNING"),
    "old task still stops": (("tasks", 2, "lastStatus"), "STOPPING"),
    "old task is out too short": (("tasks", 2, "stoppedAt"), LATE),
    "a target group": (("service", "loadBalancers"), [{"targetGroupArn": b.GROUP, "containerPort": 80}]),
    "another commit logged": (("events", 1, "message"), f"up, sha {b.OLD_SHA}"),
    "logged by another task": (("events", 1, "logStreamName"), "sample/app/9"),
    "nothing logged": (("events",), []),
}


@pytest.mark.parametrize(("path", "value"), BROKEN.values(), ids=BROKEN.keys())
def test_each_part_counts(path: tuple[Any, ...], value: Json) -> None:
    """Each part of the law alone is enough to withhold the word 'proven'."""
    world = copy.deepcopy(raw_world())
    edit(world, path, "replace", value)
    assert judge(world).state != State.PASS


@pytest.mark.parametrize(("count", "proven"), [(2, False), (49, False), (50, True), (100, True)])
def test_one_of_many_may_be_young(count: int, proven: bool) -> None:
    """Of fifty or more, one that has just been replaced keeps the others from proving nothing; of fewer it does."""
    world = raw_world(count)
    world["tasks"][0]["startedAt"] = LATE
    world["events"].pop(0)
    assert (judge(world, count).state == State.PASS) is proven
