"""AWS's replies as plain values. Reading them never raises: a missing field becomes an empty one."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from landfall.proof.aws_reply import Reply
from landfall.proof.aws_reply import address as _address
from landfall.proof.aws_reply import canonical as _canonical
from landfall.proof.aws_reply import each as _each
from landfall.proof.aws_reply import moments as _moments
from landfall.proof.aws_reply import number as _number
from landfall.proof.aws_reply import sub as _sub
from landfall.proof.aws_reply import text as _text
from landfall.proof.service_deployment import may_pause, watched
from landfall.proof.strategy import StrategyView, strategy_view

UNREADABLE = -1
"""The desired count if AWS's answer has none. 0 would mean that somebody scaled the service to zero."""
UNHEALTHY = "UNHEALTHY"
HEALTH_UNKNOWN = "UNKNOWN"
"""The task definition has no health check, or it has no result yet, or ECS has no contact to the agent."""


@dataclass(frozen=True)
class EcsDeployment:
    """One entry of a service's `deployments` (ECS API: Deployment).

    `changed_at`: when it was made or changed, by ECS's clock.
    """

    id: str
    status: str
    task_definition: str
    desired: int
    running: int
    pending: int
    failed_tasks: int
    rollout_state: str
    rollout_reason: str
    created_at: datetime | None = None
    changed_at: datetime | None = None


@dataclass(frozen=True)
class ServiceEvent:
    """What ECS says about a service (ECS API: ServiceEvent)."""

    id: str
    message: str
    at: datetime | None = None


@dataclass(frozen=True)
class TargetGroup:
    """A target group in which the service registers `container`:`port`."""

    arn: str
    container: str
    port: int


@dataclass(frozen=True)
class ServiceView:
    """One look at an ECS service. `events` come newest first; ECS lists a hundred.

    `launch_type` is empty if it uses a capacity provider strategy. `managed_by` is ECS for an Express mode service.
    `lattice`: its tasks are registered in target groups of VPC Lattice.
    `may_pause`: its owner has hooks that pause a deployment. `current` is the ARN of its current service deployment,
    which ECS may name late. `shifting` says how ECS shifts its traffic, if its strategy does that.
    """

    arn: str
    status: str
    desired: int
    running: int
    task_definition: str
    deployments: tuple[EcsDeployment, ...]
    target_groups: tuple[TargetGroup, ...]
    controller: str = "ECS"
    strategy: str = "ROLLING"
    scheduling: str = "REPLICA"
    launch_type: str = ""
    managed_by: str = "CUSTOMER"
    awsvpc: bool = True
    lattice: bool = False
    classic_load_balancer: bool = False
    alarms: tuple[str, ...] = ()
    events: tuple[ServiceEvent, ...] = ()
    may_pause: bool = False
    current: str = ""
    shifting: StrategyView = field(default_factory=StrategyView)

    @property
    def primary(self) -> EcsDeployment | None:
        """Return the PRIMARY deployment, which ECS is rolling out. There is at most one."""
        found = [d for d in self.deployments if d.status == "PRIMARY"]
        return found[0] if len(found) == 1 else None

    def deployment(self, deployment_id: str) -> EcsDeployment | None:
        """Return the deployment of that id, if ECS still lists it."""
        return next((d for d in self.deployments if d.id == deployment_id), None)


@dataclass(frozen=True)
class Container:
    """One container of a task. `exit_code` is None while it runs, or if it never started.

    `health` is the result of its health check in the task definition, if it has one.
    """

    name: str
    image_digest: str
    exit_code: int | None
    reason: str
    health: str = ""


@dataclass(frozen=True)
class TaskView:
    """One look at an ECS task. `started_by` is the id of the deployment that started it.

    ECS makes `health` from the essential containers only (ECS API reference, HealthCheck).
    """

    arn: str
    task_definition: str
    started_by: str
    last_status: str
    desired_status: str
    ip: str
    containers: tuple[Container, ...]
    stop_code: str = ""
    stopped_reason: str = ""
    stopped_at: datetime | None = None
    ipv6: str = ""
    health: str = ""
    started_at: datetime | None = None

    @property
    def addresses(self) -> frozenset[str]:
        """Return its addresses: IPv4, IPv6 or, in a dual-stack network, both."""
        return frozenset(address for address in (self.ip, self.ipv6) if address)

    @property
    def serves(self) -> bool:
        """Say whether the task runs and ECS means to keep it running."""
        return self.last_status == "RUNNING" and self.desired_status == "RUNNING"


@dataclass(frozen=True)
class TargetView:
    """One target of a target group, as the load balancer sees it."""

    group: str
    ip: str
    port: int
    state: str
    reason: str
    description: str

    @property
    def place(self) -> str:
        """Return its address: `ip:port`."""
        return f"{self.ip}:{self.port}"

    @property
    def why(self) -> str:
        """Return the load balancer's reason for its state."""
        return ": ".join(text for text in (self.reason, self.description) if text)

    @property
    def in_service(self) -> bool:
        """Say whether new requests may reach it. Draining and unused targets get none."""
        return self.state not in ("draining", "unhealthy.draining", "unused")


@dataclass(frozen=True)
class Look:
    """One look at the service, its tasks and targets. `tasks` are the running and the recently stopped ones.

    A look that is not `listed` read the service alone: its tasks are not known.
    """

    service: ServiceView | None
    tasks: tuple[TaskView, ...] = ()
    targets: tuple[TargetView, ...] = ()
    listed: bool = True


def service_view(reply: Reply) -> ServiceView:
    """Read one entry of DescribeServices' `services`."""
    balancers = _each(reply, "loadBalancers")
    config = _sub(reply, "deploymentConfiguration")
    return ServiceView(
        arn=_text(reply, "serviceArn"),
        status=_text(reply, "status"),
        desired=_number(reply, "desiredCount", UNREADABLE),
        running=_number(reply, "runningCount"),
        task_definition=_text(reply, "taskDefinition"),
        deployments=tuple(_deployment(d) for d in _each(reply, "deployments")),
        target_groups=tuple(
            TargetGroup(_text(b, "targetGroupArn"), _text(b, "containerName"), _number(b, "containerPort"))
            for b in balancers
            if _text(b, "targetGroupArn")
        ),
        controller=_text(_sub(reply, "deploymentController"), "type") or "ECS",
        strategy=_text(config, "strategy") or "ROLLING",
        scheduling=_text(reply, "schedulingStrategy") or "REPLICA",
        launch_type=_text(reply, "launchType"),
        managed_by=_text(reply, "resourceManagementType") or "CUSTOMER",
        lattice=any(_each(d, "vpcLatticeConfigurations") for d in _each(reply, "deployments")),
        awsvpc=bool(_sub(_sub(reply, "networkConfiguration"), "awsvpcConfiguration")),
        classic_load_balancer=any(_text(b, "loadBalancerName") for b in balancers),
        alarms=watched(_sub(config, "alarms")),
        events=tuple(_event(e) for e in _each(reply, "events")),
        may_pause=may_pause(config),
        current=_text(reply, "currentServiceDeployment"),
        shifting=strategy_view(reply),
    )


def task_view(reply: Reply) -> TaskView:
    """Read one entry of DescribeTasks' `tasks`."""
    return TaskView(
        arn=_text(reply, "taskArn"),
        task_definition=_text(reply, "taskDefinitionArn"),
        started_by=_text(reply, "startedBy"),
        last_status=_text(reply, "lastStatus"),
        desired_status=_text(reply, "desiredStatus"),
        ip=_address(reply, "privateIPv4Address"),
        ipv6=_address(reply, "ipv6Address"),
        health=_text(reply, "healthStatus"),
        containers=tuple(
            Container(
                name=_text(c, "name"),
                image_digest=_text(c, "imageDigest"),
                exit_code=code if isinstance(code := c.get("exitCode"), int) else None,
                reason=_text(c, "reason"),
                health=_text(c, "healthStatus"),
            )
            for c in _each(reply, "containers")
        ),
        stop_code=_text(reply, "stopCode"),
        stopped_reason=_text(reply, "stoppedReason"),
        stopped_at=max(_moments(reply, "stoppedAt", "stoppingAt"), default=None),
        started_at=max(_moments(reply, "startedAt"), default=None),
    )


def target_view(group: str, reply: Reply) -> TargetView:
    """Read one entry of DescribeTargetHealth's `TargetHealthDescriptions`."""
    target, health = _sub(reply, "Target"), _sub(reply, "TargetHealth")
    return TargetView(
        group=group,
        ip=_canonical(_text(target, "Id")),
        port=_number(target, "Port"),
        state=_text(health, "State"),
        reason=_text(health, "Reason"),
        description=_text(health, "Description"),
    )


def _deployment(reply: Reply) -> EcsDeployment:
    return EcsDeployment(
        id=_text(reply, "id"),
        status=_text(reply, "status"),
        task_definition=_text(reply, "taskDefinition"),
        desired=_number(reply, "desiredCount"),
        running=_number(reply, "runningCount"),
        pending=_number(reply, "pendingCount"),
        failed_tasks=_number(reply, "failedTasks"),
        rollout_state=_text(reply, "rolloutState"),
        rollout_reason=_text(reply, "rolloutStateReason"),
        created_at=at if isinstance(at := reply.get("createdAt"), datetime) else None,
        changed_at=max(_moments(reply, "createdAt", "updatedAt"), default=None),
    )


def _event(reply: Reply) -> ServiceEvent:
    return ServiceEvent(_text(reply, "id"), _text(reply, "message"), max(_moments(reply, "createdAt"), default=None))
