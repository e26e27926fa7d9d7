"""The roles and the log group of a service's tasks, and their first task-definition revision."""

from __future__ import annotations

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from constructs import Construct

from landfall.settings import Build, Service, ServiceStack
from stacks.names import BOOTSTRAP_TAG, family, service_logs
from stacks.service.network import PORT

PROBE = ("CMD", "python", "-m", "sample_service.probe")
"""The HEALTHCHECK of sample_service/Dockerfile. It is repeated here, since ECS does not read it from the image."""


AS_WORKER = {"MODE": "worker"}
"""The variables of the sample as a worker (sample_service/settings.py)."""


class TaskSurroundings(Construct):
    """Roles and log group. Every revision names them, so they stay after the first revision was replaced."""

    def __init__(self, scope: Construct, service: Service, key: kms.IKey) -> None:
        super().__init__(scope, "Surroundings")
        self.repository = ecr.Repository.from_repository_name(self, "Repository", service.repository)
        self.logs = logs.LogGroup(
            self,
            "Logs",
            log_group_name=service_logs(service),
            retention=logs.RetentionDays.ONE_YEAR,
            encryption_key=key,
            removal_policy=RemovalPolicy.DESTROY,
        )
        self.task_role = self._role("TaskRole", service.task_role, "What the service itself may do: nothing")
        self.execution_role = self._role("ExecutionRole", service.execution_role, "Pulls the image, writes the logs")
        self.repository.grant_pull(self.execution_role)
        self.logs.grant_write(self.execution_role)

    def _role(self, construct_id: str, setting: str, description: str) -> iam.IRole:
        """Create the role of that name. A role given as an ARN exists already and is not changed."""
        if setting.startswith("arn:"):
            return iam.Role.from_role_arn(self, construct_id, setting, mutable=False)
        return iam.Role(
            self,
            construct_id,
            role_name=setting,
            description=description,
            assumed_by=iam.ServicePrincipal("ecs-tasks.amazonaws.com"),
        )


ARCHITECTURES = {"linux/amd64": ecs.CpuArchitecture.X86_64, "linux/arm64": ecs.CpuArchitecture.ARM64}
"""The CPU architecture, by the platform that images are built for."""


def _health_check(stack: ServiceStack) -> ecs.HealthCheck:
    """Return the container's health check. The sample as a worker answers no HTTP, so it has none."""
    return ecs.HealthCheck(
        command=list(PROBE),
        interval=Duration.seconds(stack.health_check_interval_seconds),
        timeout=Duration.seconds(stack.health_check_timeout_seconds),
        retries=stack.unhealthy_threshold,
        start_period=Duration.seconds(stack.start_period_seconds),
    )


class FirstTask(ecs.FargateTaskDefinition):
    """The revision for creating a service. A release makes every later one from the running one.

    A change to it registers another revision that no task uses, since the service gets a revision from here only when
    it is created. Earlier revisions are kept, since a release may copy them. The image need not exist, since the
    service starts with no tasks.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        service: Service,
        stack: ServiceStack,
        surroundings: TaskSurroundings,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            family=family(service),
            cpu=256,
            memory_limit_mib=512,
            runtime_platform=ecs.RuntimePlatform(
                cpu_architecture=ARCHITECTURES[service.build.platform if service.build else Build.platform],
                operating_system_family=ecs.OperatingSystemFamily.LINUX,
            ),
            task_role=surroundings.task_role,
            execution_role=surroundings.execution_role,
        )
        self.apply_removal_policy(RemovalPolicy.RETAIN)
        self.add_container(
            service.container,
            container_name=service.container,
            image=ecs.ContainerImage.from_ecr_repository(surroundings.repository, BOOTSTRAP_TAG),
            port_mappings=None if service.worker else [ecs.PortMapping(container_port=PORT)],
            environment=dict(AS_WORKER) if service.worker else None,
            health_check=None if service.worker else _health_check(stack),
            logging=ecs.LogDrivers.aws_logs(stream_prefix=service.name, log_group=surroundings.logs),
            # The root file system is not read-only: the sample keeps its database in /tmp, Fargate has no tmpfs, and an
            # empty volume would belong to root, but the image runs as another user.
            readonly_root_filesystem=False,
            privileged=False,
        )
