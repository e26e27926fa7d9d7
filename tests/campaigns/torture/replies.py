"""A picture in AWS's own shapes: the JSON of DescribeServices, DescribeTasks and DescribeTargetHealth."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.campaigns.torture import picture
from tests.campaigns.torture.facts import FOREVER, LONG_AGO, ContainerFact
from tests.campaigns.torture.picture import Picture, Task
from tests.campaigns.torture.scenario import Scenario

EPOCH = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
ACCOUNT, REGION = "123456789012", "us-east-1"
CLUSTER, SERVICE, CONTAINER, PORT = "landfall-sample", "sample", picture.APPLICATION, 8080
"""All names hold the word `sample`: an endpoint with several services puts the name of each in its place."""
ECS = f"arn:aws:ecs:{REGION}:{ACCOUNT}"
GROUP = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:targetgroup/sample/0123456789abcdef"
SCALED_IN = "Scaling activity initiated by (deployment ecs-svc/{of})"


def groups(n: int) -> list[str]:
    """Return the ARNs of a service's target groups."""
    return [] if n == 0 else [GROUP, *(f"{GROUP[:-1]}{i}" for i in range(2, n + 1))]


def moment(at: float) -> datetime:
    """Return a scenario's second as a time."""
    return EPOCH + timedelta(seconds=max(at, 10 * LONG_AGO))


def deployment_id(role: str) -> str:
    """Return the ECS deployment id of a role."""
    return f"ecs-svc/{role}"


def task_arn(task: Task) -> str:
    """Return a task's ARN, with an id as ECS makes them."""
    return f"{ECS}:task/{CLUSTER}/{task_id(task)}"


def task_id(task: Task) -> str:
    """Return a task's id."""
    return f"{task.number:032x}"


def started(ids: Collection[str]) -> str:
    """Return the message of the event by which ECS says that it started tasks."""
    return f"(service {SERVICE}) has started {len(ids)} tasks: {' '.join(f'(task {each})' for each in ids)}."


def deployment(look: Picture, index: int, revision: str) -> dict[str, Any]:
    """Return one entry of `deployments`."""
    fact, primary = look.deployments[index]
    turns = [t for t in (fact.completed, fact.failed) if t <= look.at]
    running = look.running(fact.of) if fact.running is None else fact.running
    reply: dict[str, Any] = {
        "id": deployment_id(fact.of),
        "status": "PRIMARY" if primary else "ACTIVE",
        "taskDefinition": revision,
        "desiredCount": look.desired if primary else running,
        "runningCount": running,
        "pendingCount": look.pending(fact.of),
        "failedTasks": fact.failed_tasks,
        "createdAt": moment(24 * LONG_AGO if fact.of == "old" else fact.start),
        "updatedAt": moment(max([fact.start, *turns])),
        "launchType": "FARGATE",
        "rolloutState": picture.state_of(fact, look.at),
        "rolloutStateReason": fact.reason or f"ECS deployment {deployment_id(fact.of)} in progress.",
    }
    return reply if reply["rolloutState"] else {k: v for k, v in reply.items() if not k.startswith("rollout")}


def service(
    look: Picture,
    revisions: list[str],
    events: list[tuple[float, str]],
    attached: Sequence[str] = (GROUP,),
    configured: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return one entry of `services`."""
    listed = [deployment(look, i, r) for i, r in enumerate(revisions)]
    return {
        "serviceArn": f"{ECS}:service/{CLUSTER}/{SERVICE}",
        "serviceName": SERVICE,
        "clusterArn": f"{ECS}:cluster/{CLUSTER}",
        "status": look.status,
        "desiredCount": look.desired,
        "runningCount": sum(d["runningCount"] for d in listed),
        "pendingCount": sum(d["pendingCount"] for d in listed),
        "taskDefinition": listed[0]["taskDefinition"] if listed else "",
        "deployments": listed,
        "loadBalancers": [
            {"targetGroupArn": group, "containerName": CONTAINER, "containerPort": PORT} for group in attached
        ],
        "deploymentConfiguration": {
            "deploymentCircuitBreaker": {"enable": True, "rollback": True},
            "maximumPercent": 200,
            "minimumHealthyPercent": 100,
            "strategy": "ROLLING",
            **(configured or {}),
        },
        "deploymentController": {"type": "ECS"},
        "schedulingStrategy": "REPLICA",
        "launchType": "FARGATE",
        "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-1"], "securityGroups": ["sg-1"]}},
        "events": [
            {"id": f"event-{len(events) - i}", "createdAt": moment(at), "message": text}
            for i, (at, text) in enumerate(sorted(events, reverse=True)[:100])
        ],
        "createdAt": moment(24 * LONG_AGO),
    }


def task(one: Task, look: Picture, revision: str, digests: Mapping[str, str], told: Scenario) -> dict[str, Any]:
    """Return one entry of `tasks`. `digests` by container: those that are not its own image's."""
    stopped = look.at >= one.stop
    listed = _containers(one, look.at, digests, told)
    reply: dict[str, Any] = {
        "taskArn": task_arn(one),
        "clusterArn": f"{ECS}:cluster/{CLUSTER}",
        "taskDefinitionArn": revision,
        "startedBy": deployment_id(one.fact.of),
        "group": f"service:{SERVICE}",
        "lastStatus": "STOPPED"
        if look.at >= one.stop + one.fact.lingers
        else "RUNNING"
        if stopped
        else "RUNNING"
        if look.at >= one.running
        else "PENDING",
        "desiredStatus": "STOPPED" if stopped else "RUNNING",
        "healthStatus": _health(listed, told.containers),
        "launchType": "FARGATE",
        "createdAt": moment(one.start),
        "containers": listed,
        "attachments": [
            {
                "type": "ElasticNetworkInterface",
                "status": "ATTACHED",
                "details": [{"name": "privateIPv4Address", "value": one.ip}],
            }
        ],
    }
    if one.running <= look.at:
        reply["startedAt"] = moment(one.running)
    return {**reply, **_stop(one)} if stopped else reply


def _containers(one: Task, at: float, digests: Mapping[str, str], told: Scenario) -> list[dict[str, Any]]:
    """Return the containers: the culprit exits as told, the others are killed with it."""
    fact, stopped = one.fact, at >= one.stop
    names = dict.fromkeys((CONTAINER, *(c.name for c in told.containers), *fact.sidecars, *fact.dead, fact.container))
    checked = {CONTAINER: told.health_check, **{c.name: c.health_check for c in told.containers}}
    listed = []
    for name in names:
        dead = name in fact.dead and at >= min(one.running, one.stop)
        container: dict[str, Any] = {"name": one.named(name), "lastStatus": "STOPPED" if stopped or dead else "RUNNING"}
        container["imageDigest"] = digests.get(name, f"sha256:{'5' * 64}")
        container["healthStatus"] = picture.health(one, name, at, checked.get(name, False))
        if fact.ipv6:  # only here is a task's IPv6 address (Amazon ECS API reference, NetworkInterface)
            container["networkInterfaces"] = [{"privateIpv4Address": one.ip, "ipv6Address": one.address}]
        container |= _exit(one, name, stopped, dead)
        listed.append({k: v for k, v in container.items() if v != ""})
    return listed


def _exit(one: Task, name: str, stopped: bool, dead: bool) -> dict[str, Any]:
    """Return how a container ended: by itself, as the culprit, or killed with the culprit; nothing while it runs."""
    fact = one.fact
    if dead:
        code, reason = fact.dead_exit, fact.dead_reason
    elif stopped and name == fact.container:
        code, reason = fact.exit, fact.reason
    else:
        code, reason = (137 if stopped and one.running < FOREVER else None), ""
    return ({} if code is None else {"exitCode": code}) | ({"reason": reason} if reason else {})


def _health(listed: Sequence[dict[str, Any]], beside: Sequence[ContainerFact]) -> str:
    """Return a task's health: what its essential containers with a check report (aws/amazon-ecs-agent#4094)."""
    told = {c["name"]: c["healthStatus"] for c in listed}
    essential = [told[CONTAINER], *(told[c.name] for c in beside if c.essential and c.health_check)]
    return next((word for word in ("UNHEALTHY", "UNKNOWN") if word in essential), "HEALTHY")


def _stop(one: Task) -> dict[str, Any]:
    fact = one.fact
    if fact.exit is not None:
        code, reason = "EssentialContainerExited", "Essential container in task exited"
    elif one.running == FOREVER and (fact.stop_reason or fact.reason):
        code, reason = "TaskFailedToStart", "Task failed to start"
    else:
        code, reason = "ServiceSchedulerInitiated", SCALED_IN.format(of=fact.of)
    return {
        "stopCode": fact.stop_code or code,
        "stoppedReason": fact.stop_reason or reason,
        "stoppingAt": moment(one.stop),
        "stoppedAt": moment(one.stop),
    }


def target(ip: str, port: int, state: str, reason: str) -> dict[str, Any]:
    """Return one entry of `TargetHealthDescriptions`."""
    health = {"State": state} | ({"Reason": reason, "Description": f"told by the scenario: {state}"} if reason else {})
    return {"Target": {"Id": ip, "Port": port, "AvailabilityZone": "us-east-1a"}, "TargetHealth": health}
