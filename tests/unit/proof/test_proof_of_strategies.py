"""Law 1 for services whose traffic ECS shifts, as a property over AWS's raw replies.

The law is written here a second time, from the design and AWS's pages (API reference: Service, ServiceDeployment,
ServiceRevision; Elastic Load Balancing API: Action, TargetGroupTuple), and shares nothing with the code it checks. The
replies are read through the steps' own look, so that what it asks for, and what it makes of the answers, counts too.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landfall.aws.elb import Elb
from landfall.aws.service_deployments import ServiceDeployments
from landfall.errors import AwsCallFailed
from landfall.model import State, Verdict, wait
from landfall.proof.observed import service_view, target_view, task_view
from landfall.steps import law1_look
from tests.support import builders as b
from tests.unit.proof.raw_worlds import (
    ACCEPTED,
    LIKELY,
    NOT_IN_SERVICE,
    address,
    digests_of,
    edit,
    objects,
    places,
    raw_target,
    raw_task,
)

Json = Any
BLUE, GREEN = b.GROUP, f"{b.GROUP}green"
RULE = "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener-rule/app/sample/1/2/3"
LISTENER = "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/net/sample/1/2"
_NAMED = "arn:aws:ecs:us-east-1:123456789012"
OURS, EARLIER, FOREIGN = (f"{_NAMED}:service-deployment/c/sample/{n}" for n in ("ours", "earlier", "foreign"))
NEW, BEFORE = (f"{_NAMED}:service-revision/c/sample/{n}" for n in (2, 1))
STARTED, BEGAN = b.NOW - timedelta(seconds=180), b.NOW - timedelta(seconds=150)
LONG_AGO = b.NOW - timedelta(days=3)
MARGIN = timedelta(seconds=60)
"""Clocks differ, and ECS writes down its own time: so much earlier than the execution is still since the update."""
JUDGED = b.judged(
    release=b.release(started_at=STARTED.isoformat()),
    deployment=b.deployment(id=OURS, digests={"app": (b.DIGEST, b.OTHER_DIGEST)}),
)
WORDS = st.sampled_from(
    [
        *("SUCCESSFUL", "IN_PROGRESS", "STOPPED", "ROLLBACK_SUCCESSFUL", "ROLLBACK_FAILED", "PENDING", "CLEAN_UP"),
        *(BLUE, GREEN, OURS, EARLIER, FOREIGN, NEW, BEFORE, RULE, b.REVISION, b.OLD_REVISION, "ROLLING", "CANARY"),
    ]
)
TIMES = st.sampled_from([b.NOW, STARTED, LONG_AGO])
VALUES = WORDS | WORDS | LIKELY | TIMES | st.integers(0, 100)


def shifted_world(behind: str = RULE, strategy: str = "BLUE_GREEN") -> Json:
    """Return what AWS says of a release that is live on green, with the traces of the one before on blue."""
    rules = {"productionListenerRule": behind, "testListenerRule": f"{behind}t", "roleArn": "arn:aws:iam::1:role/ecs"}
    weighted = [{"TargetGroupArn": BLUE, "Weight": 0}, {"TargetGroupArn": GREEN, "Weight": 100}]
    return {
        "service": {
            "serviceArn": f"{_NAMED}:service/c/sample",
            "status": "ACTIVE",
            "desiredCount": 2,
            "taskDefinition": b.REVISION,
            "currentServiceDeployment": OURS,
            "deploymentConfiguration": {"strategy": strategy},
            "loadBalancers": [
                {
                    "targetGroupArn": BLUE,
                    "containerName": "app",
                    "containerPort": b.PORT,
                    "advancedConfiguration": {"alternateTargetGroupArn": GREEN, **rules},
                }
            ],
            "deployments": [{"id": b.OURS, "status": "PRIMARY", "taskDefinition": b.REVISION}],
        },
        "service_deployments": [
            _deployed(OURS, BEGAN, NEW),
            _deployed(EARLIER, LONG_AGO, BEFORE),
        ],
        "revisions": [_revision(NEW, b.REVISION, GREEN, behind), _revision(BEFORE, b.OLD_REVISION, BLUE, behind)],
        "actions": [{"Type": "forward", "ForwardConfig": {"TargetGroups": weighted}}],
        "tasks": [
            *(raw_task(n) for n in (1, 2)),
            {**raw_task(3), "taskDefinitionArn": b.OLD_REVISION, "desiredStatus": "STOPPED", "startedBy": b.OLD},
        ],
        "green": [raw_target("10.0.0.1"), raw_target("10.0.0.2")],
        "blue": [raw_target("10.0.0.3", "draining")],
    }


def _deployed(arn: str, created: datetime, revision: str) -> Json:
    return {
        "serviceDeploymentArn": arn,
        "createdAt": created,
        "status": "SUCCESSFUL",
        "targetServiceRevision": {"arn": revision, "requestedProductionTrafficWeight": 100.0},
        "sourceServiceRevisions": [],
    }


def _revision(arn: str, runs: str, group: str, rule: str) -> Json:
    resolved = {"loadBalancers": [{"targetGroupArn": group, "productionListenerRule": rule}]}
    return {"serviceRevisionArn": arn, "taskDefinition": runs, "resolvedConfiguration": resolved}


def named(values: Json, key: str) -> dict[str, Json]:
    """Return what is described by its ARN: one ARN is described once, however often a list has it."""
    return {str(each.get(key)): each for each in reversed(objects(values))}


class Raw:
    """Answers ECS and Elastic Load Balancing out of a world, and never with what was not asked for."""

    def __init__(self, world: Json) -> None:
        self.world = world

    def list_service_deployments(self, **asked: Any) -> Json:
        """Answer with those that were created since, as the API does."""
        after, wanted = asked.get("createdAt", {}).get("after"), asked.get("status")
        found = []
        for each in objects(self.world["service_deployments"]):
            target = each.get("targetServiceRevision")
            short = {k: v for k, v in each.items() if k in ("serviceDeploymentArn", "createdAt", "status")}
            short["targetServiceRevisionArn"] = target.get("arn") if isinstance(target, dict) else None
            created = each.get("createdAt")
            since = after is None or (isinstance(created, datetime) and created > after)
            if since and (wanted is None or each.get("status") in wanted):
                found.append(short)
        return {"serviceDeployments": found}

    def describe_service_deployments(self, serviceDeploymentArns: list[str]) -> Json:  # noqa: N803
        """Answer with those of these ARNs."""
        listed = named(self.world["service_deployments"], "serviceDeploymentArn")
        return {"serviceDeployments": [listed[arn] for arn in serviceDeploymentArns if arn in listed]}

    def describe_service_revisions(self, serviceRevisionArns: list[str]) -> Json:  # noqa: N803
        """Answer with those of these ARNs."""
        listed = named(self.world["revisions"], "serviceRevisionArn")
        return {"serviceRevisions": [listed[arn] for arn in serviceRevisionArns if arn in listed]}

    def describe_rules(self, RuleArns: list[str]) -> Json:  # noqa: N803
        """Answer with the production rule's actions; the test rule's go to green, whatever production does."""
        return {"Rules": [{"RuleArn": RuleArns[0], "Actions": self._actions(RuleArns[0])}]}

    def describe_listeners(self, ListenerArns: list[str]) -> Json:  # noqa: N803
        """Answer with the listener's default actions."""
        return {"Listeners": [{"ListenerArn": ListenerArns[0], "DefaultActions": self._actions(ListenerArns[0])}]}

    def _actions(self, arn: str) -> Json:
        return (
            objects(self.world["actions"])
            if arn in (RULE, LISTENER)
            else [{"Type": "forward", "TargetGroupArn": GREEN}]
        )


def world_of(world: Json) -> Any:
    """Return what a step reaches of a world: the adapters that are about service deployments and weights are real."""
    raw: Any = Raw(world)
    elb = Elb(raw)
    of_group = {GREEN: "green", BLUE: "blue"}
    targets = lambda groups: tuple(  # noqa: E731
        target_view(arn, t)
        for arn in dict.fromkeys(g.arn for g in groups)
        for t in objects(world.get(of_group.get(arn, ""), []))
    )
    return SimpleNamespace(
        now=lambda: b.NOW,
        ecs=lambda _name: SimpleNamespace(
            service=lambda: service_view(world["service"]),
            tasks=lambda *_statuses, **_: tuple(task_view(t) for t in objects(world["tasks"])),
        ),
        elb=SimpleNamespace(targets=targets, weights=elb.weights),
        service_deployments=lambda _name: ServiceDeployments(raw, "c", "sample"),
    )


def verdict_of(world: Json) -> Verdict:
    """Return what the last look says; a reply that can't be read decides nothing."""
    try:
        return law1_look.assess(JUDGED, world_of(world))
    except AwsCallFailed:
        return wait("UNREADABLE", "what AWS said could not be read", 5)


def breaches(world: Json) -> list[str]:
    """Return what law 1 finds wrong with a world, from the raw replies alone."""
    service = world["service"]
    arn = str(service.get("currentServiceDeployment"))
    current = named(world["service_deployments"], "serviceDeploymentArn").get(arn, {})
    target = current.get("targetServiceRevision")
    revision = str(target.get("arn")) if isinstance(target, dict) else ""
    resolved = named(world["revisions"], "serviceRevisionArn").get(revision, {})
    meant = [t for t in objects(world["tasks"]) if t.get("desiredStatus") == "RUNNING"]
    tasks = list({str(t.get("taskArn")): t for t in meant}.values())
    desired = service.get("desiredCount")
    groups = groups_of(resolved)
    laws = {
        "the service is there": service.get("status") == "ACTIVE",
        "its current service deployment is known": bool(current),
        "it is SUCCESSFUL": current.get("status") == "SUCCESSFUL",
        "nothing was rolled back": not current.get("rollback"),
        "it began since our update": since(current.get("createdAt")),
        "its revision has our task definition": resolved.get("taskDefinition") == b.REVISION,
        "its revision has a target group": bool(groups),
        "live weight on that group alone": weighted(world["actions"]) <= groups and bool(weighted(world["actions"])),
        "at least one task is desired": type(desired) is int and desired >= 1,
        "as many run as desired": len(tasks) == desired and all(t.get("lastStatus") == "RUNNING" for t in tasks),
        "all of our revision": all(t.get("taskDefinitionArn") == b.REVISION for t in tasks),
        "all report our digest": all(digests_of(t) and digests_of(t) <= ACCEPTED for t in tasks),
        "none is unhealthy": not any(t.get("healthStatus") == "UNHEALTHY" for t in tasks),
        "every target in service is ours and healthy": all(in_service(world, g, tasks) for g in groups),
    }
    return [law for law, holds in laws.items() if not holds]


def groups_of(revision: Json) -> set[str]:
    """Return the target groups that a revision was resolved to."""
    resolved = revision.get("resolvedConfiguration")
    listed = objects(resolved.get("loadBalancers")) if isinstance(resolved, dict) else []
    return {g["targetGroupArn"] for g in listed if isinstance(g.get("targetGroupArn"), str) and g["targetGroupArn"]}


def since(created: Json) -> bool:
    """Say whether a service deployment began since our update."""
    return isinstance(created, datetime) and created >= STARTED - MARGIN


def weighted(actions: Json) -> set[Any]:
    """Return the groups to which requests go. A group that is named alone has all of them."""
    found = set()
    for action in objects(actions):
        config = action.get("ForwardConfig")
        named = objects(config.get("TargetGroups")) if isinstance(config, dict) else []
        if not named and isinstance(action.get("TargetGroupArn"), str):
            found.add(action["TargetGroupArn"])
        found |= {str(g.get("TargetGroupArn")) for g in named if g.get("Weight") != 0 or type(g.get("Weight")) is bool}
    return found - {""}


def in_service(world: Json, group: str, tasks: list[Json]) -> bool:
    """Say whether a group has every one of the tasks in service and healthy, and nobody else in service."""
    told = world["green"] if group == GREEN else world["blue"] if group == BLUE else []
    serving = {}
    for one in objects(told):
        where, health = one.get("Target"), one.get("TargetHealth")
        if isinstance(where, dict) and isinstance(health, dict) and health.get("State") not in NOT_IN_SERVICE:
            serving[where.get("Id"), where.get("Port")] = health.get("State")
    return set(serving) == {(address(t), b.PORT) for t in tasks} and set(serving.values()) == {"healthy"}


@st.composite
def worlds(draw: st.DrawFn) -> Json:
    """Draw a world that is live but for a few edits: those are the ones that could be mistaken for live."""
    world = shifted_world(draw(st.sampled_from([RULE, LISTENER])), draw(st.sampled_from(["BLUE_GREEN", "LINEAR"])))
    for _ in range(draw(st.integers(0, 3))):
        path = draw(st.sampled_from([p for p in places(world) if len(p) > 1]))
        if path[:2] == ("service", "deploymentConfiguration") or path[:2] == ("service", "loadBalancers"):
            continue  # what the owner configured is preflight's to refuse
        edit(world, path, draw(st.sampled_from(["replace", "replace", "repeat", "remove"])), draw(VALUES))
    return world


@pytest.mark.parametrize("behind", [RULE, LISTENER])
@pytest.mark.parametrize("strategy", ["BLUE_GREEN", "CANARY", "LINEAR"])
def test_a_live_release_is_proven(behind: str, strategy: str) -> None:
    """A live release passes. Otherwise code that never passes would keep the property below."""
    world = shifted_world(behind, strategy)
    assert breaches(world) == []
    assert verdict_of(world).state == State.PASS


@given(worlds())
def test_pass_only_where_law_1_holds(world: Json) -> None:
    """No reply, however odd, is mistaken for a live release, and none makes the judge crash."""
    verdict = verdict_of(world)
    assert b.is_bounded(verdict)
    if verdict.state == State.PASS:
        assert breaches(world) == []


_CURRENT = ("service_deployments", 0)
_LIVE = ("actions", 0, "ForwardConfig", "TargetGroups")
BROKEN = {
    "another is current": (("service", "currentServiceDeployment"), EARLIER),
    "none is current": (("service", "currentServiceDeployment"), ""),
    "not SUCCESSFUL": ((*_CURRENT, "status"), "IN_PROGRESS"),
    "rolled back well": ((*_CURRENT, "status"), "ROLLBACK_SUCCESSFUL"),
    "stopped": ((*_CURRENT, "status"), "STOPPED"),
    "a status nobody knows": ((*_CURRENT, "status"), "SUCCESSFUL_MOSTLY"),
    "SUCCESSFUL with a rollback": ((*_CURRENT, "rollback"), {"reason": "alarm", "serviceRevisionArn": BEFORE}),
    "from before our update": ((*_CURRENT, "createdAt"), LONG_AGO),
    "to an older revision": ((*_CURRENT, "targetServiceRevision", "arn"), BEFORE),
    "of another task definition": (("revisions", 0, "taskDefinition"), b.OLD_REVISION),
    "of a revision that can't be described": (("revisions",), []),
    "a revision without a group": (("revisions", 0, "resolvedConfiguration"), {}),
    "blue keeps a weight of 1": ((*_LIVE, 0, "Weight"), 1),
    "green has no weight": ((*_LIVE, 1, "Weight"), 0),
    "weight on a stranger": ((*_LIVE, 0), {"TargetGroupArn": f"{b.GROUP}stranger", "Weight": 5}),
    "all on blue alone": (("actions", 0), {"Type": "forward", "TargetGroupArn": BLUE}),
    "a fixed answer": (("actions", 0), {"Type": "fixed-response"}),
    "no action": (("actions",), []),
    "nothing desired": (("service", "desiredCount"), 0),
    "more desired": (("service", "desiredCount"), 3),
    "a task of another revision": (("tasks", 1, "taskDefinitionArn"), b.OLD_REVISION),
    "a task of another digest": (("tasks", 1, "containers", 0, "imageDigest"), b.OLD_DIGEST),
    "an old task still wanted": (("tasks", 2, "desiredStatus"), "RUNNING"),
    "a target is unhealthy": (("green", 1, "TargetHealth", "State"), "unhealthy"),
    "a target is elsewhere": (("green", 1, "Target", "Id"), "10.0.0.9"),
    "the service is inactive": (("service", "status"), "INACTIVE"),
}


@pytest.mark.parametrize(("path", "value"), BROKEN.values(), ids=BROKEN.keys())
def test_each_part_of_law_1_counts(path: tuple[Any, ...], value: Json) -> None:
    """Each part of law 1 alone is enough to withhold the word 'proven'."""
    world = shifted_world()
    if len(path) == 1:
        world[path[0]] = value
    else:
        edit(world, path, "replace", value)
    assert breaches(world)
    assert verdict_of(world).state != State.PASS


@pytest.mark.parametrize("throttled", ["describe_rules", "describe_service_deployments", "describe_service_revisions"])
def test_what_can_not_be_read_proves_nothing(throttled: str) -> None:
    """Weights that ECS asked for never stand in for live ones, nor a list for what it is about."""
    world = shifted_world()
    raw = world_of(world)

    def refuse(*_args: Any, **_kwargs: Any) -> Json:
        raise AwsCallFailed("Throttling", "Rate exceeded")

    if throttled == "describe_rules":
        raw.elb.weights = refuse
    else:
        client: Any = Raw(world)
        setattr(client, throttled, refuse)
        raw.service_deployments = lambda _name: ServiceDeployments(client, "c", "sample")
    with pytest.raises(AwsCallFailed):
        law1_look.assess(JUDGED, raw)
