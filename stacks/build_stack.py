"""A CodeBuild project for each service with a `build` table. It turns commits into images."""

from __future__ import annotations

from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_codebuild as codebuild
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from constructs import Construct

from landfall import naming
from landfall.builds.build_environment import build_environment, cache_repository
from landfall.settings import Build, Service
from stacks import ROOT
from stacks.functions.grant_arns import build_project_arn, repository_arn, repository_arn_of, secret_arn
from stacks.functions.step_function import LOGS_KEPT
from stacks.names import BUILD_LOGS

BUILDSPEC = ROOT / "buildspec.yml"
TIMEOUT_MINUTES = 30
CACHE_DAYS = 30
"""A cache that was not used for that long costs more than it saves."""

_PUSH = [
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:CompleteLayerUpload",
    "ecr:InitiateLayerUpload",
    "ecr:PutImage",
    "ecr:UploadLayerPart",
]
"""The actions that a push needs (ECR user guide, IAM permissions for pushing an image)."""
_PULL = [
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:BatchImportUpstreamImage",
    "ecr:GetDownloadUrlForLayer",
]
"""The actions that a pull needs, including a tag that a pull-through cache does not have yet (ECR user guide, pull
through cache: IAM permissions)."""


@dataclass(frozen=True)
class Machine:
    """A kind of build machine. Each builds for its own architecture, since emulation is many times slower."""

    type: str
    image: codebuild.IBuildImage


MACHINES = {
    "linux/amd64": Machine("LINUX_CONTAINER", codebuild.LinuxBuildImage.AMAZON_LINUX_2023_6),
    "linux/arm64": Machine("ARM_CONTAINER", codebuild.LinuxArmBuildImage.AMAZON_LINUX_2023_STANDARD_4_0),
}


class BuildStack(cdk.Stack):
    """One project per service."""

    def __init__(self, scope: Construct, construct_id: str, *, services: list[Service], key: kms.IKey) -> None:
        super().__init__(scope, construct_id, description="Landfall: builds images from commits")
        # The buildspec is in the template, so that a diff shows it and no commit can change its own build. It is there
        # only once, since a template may have 1 MB and each project would take 13 KB.
        text = BUILDSPEC.read_text(encoding="utf-8")
        buildspec = cdk.CfnMapping(self, "Buildspec", mapping={"buildspec": {"text": text}}).find_in_map(
            "buildspec", "text"
        )
        for service in services:
            if service.build:
                BuildProject(self, service, service.build, key, buildspec)


class BuildProject(Construct):
    """A service's project, with its own role, log group and cache."""

    def __init__(self, scope: cdk.Stack, service: Service, build: Build, key: kms.IKey, buildspec: str) -> None:
        super().__init__(scope, service.name)
        log_group = logs.LogGroup(
            self,
            "Logs",
            log_group_name=f"{BUILD_LOGS}/{service.name}",
            retention=LOGS_KEPT,
            encryption_key=key,
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )
        role = self._role(scope, service, build, self._cache(service), log_group)
        project = codebuild.CfnProject(
            self,
            "Project",
            name=naming.build_project(service.name),
            description=f"Builds {service.name}'s image from a commit of {build.source}",
            service_role=role.role_arn,
            source=_source(build, buildspec),
            source_version=build.branch,
            artifacts=codebuild.CfnProject.ArtifactsProperty(type="NO_ARTIFACTS"),
            environment=_environment(scope, service, build),
            timeout_in_minutes=TIMEOUT_MINUTES,
            logs_config=codebuild.CfnProject.LogsConfigProperty(
                cloud_watch_logs=codebuild.CfnProject.CloudWatchLogsConfigProperty(
                    status="ENABLED", group_name=log_group.log_group_name
                )
            ),
            # There is no limit of concurrent builds: above a limit, CodeBuild refuses a build, without one it queues it
            # (CodeBuild user guide, builds). The pipeline decides which of two pushes is deployed, and buildspec.yml
            # handles two builds of the same commit.
        )
        # The policy must exist first: CodeBuild tries the connection when the project is created.
        project.node.add_dependency(role)

    def _cache(self, service: Service) -> ecr.Repository:
        return ecr.Repository(
            # The construct has the repository's name. With the service's name, a renamed service would create it twice.
            cdk.Stack.of(self),
            cache_repository(service.repository),
            repository_name=cache_repository(service.repository),
            image_tag_mutability=ecr.TagMutability.MUTABLE,
            # Encrypted like the images, which hold the same layers.
            encryption=ecr.RepositoryEncryption.AES_256,
            lifecycle_rules=[
                ecr.LifecycleRule(
                    description="a cache that was written over",
                    tag_status=ecr.TagStatus.UNTAGGED,
                    max_image_age=cdk.Duration.days(1),
                ),
                ecr.LifecycleRule(description="a cache of old", max_image_age=cdk.Duration.days(CACHE_DAYS)),
            ],
            # The next build can make everything in it again.
            removal_policy=cdk.RemovalPolicy.DESTROY,
            empty_on_delete=True,
        )

    def _role(
        self, stack: cdk.Stack, service: Service, build: Build, cache: ecr.Repository, log_group: logs.LogGroup
    ) -> iam.Role:
        project = build_project_arn(stack, service)
        role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal(
                "codebuild.amazonaws.com", conditions={"StringEquals": {"aws:SourceArn": project}}
            ),
            description=f"What the build of {service.name} may do",
        )
        allowed = [
            # A token has no resource level: AWS lets a policy say only who gets one.
            ("*", ["ecr:GetAuthorizationToken"]),
            (repository_arn(stack, service), [*_PUSH, "ecr:DescribeImages"]),
            (cache.repository_arn, [*_PUSH, "ecr:GetDownloadUrlForLayer"]),
            (log_group.log_group_arn, ["logs:CreateLogStream", "logs:PutLogEvents"]),
            *((repository_arn_of(stack, name), _PULL) for name in build.base_repositories),
            *(
                (secret_arn(stack, name), ["secretsmanager:GetSecretValue"])
                for name in sorted(set(build.secrets.values()))
            ),
        ]
        if build.connection:
            # The actions that a project's role needs on its connection (CodeBuild user guide, GitHub App connections).
            # An ARN with the service's former name needs the actions of that name.
            prefix = build.connection.split(":")[2]
            allowed.append((build.connection, [f"{prefix}:GetConnection", f"{prefix}:GetConnectionToken"]))
        for resource, actions in allowed:
            role.add_to_policy(iam.PolicyStatement(actions=actions, resources=[resource]))
        return role


def _source(build: Build, buildspec: str) -> codebuild.CfnProject.SourceProperty:
    connection = codebuild.CfnProject.SourceAuthProperty(type="CODECONNECTIONS", resource=build.connection)
    return codebuild.CfnProject.SourceProperty(
        type="GITHUB",
        location=f"https://github.com/{build.source}.git",
        auth=connection if build.connection else None,
        # The whole history, since the build lists the commits that its image contains. 1 to 25 would clone that many
        # commits (CodeBuild user guide, Git clone depth).
        git_clone_depth=0,
        build_spec=buildspec,
    )


def _environment(stack: cdk.Stack, service: Service, build: Build) -> codebuild.CfnProject.EnvironmentProperty:
    machine = MACHINES[build.platform]
    registry = f"{stack.account}.dkr.ecr.{stack.region}.{stack.url_suffix}"
    return codebuild.CfnProject.EnvironmentProperty(
        type=machine.type,
        image=build.environment_image or machine.image.image_id,
        compute_type="BUILD_GENERAL1_SMALL",
        # `docker build` needs a Docker daemon in the build's container, which needs this (CodeBuild user guide, run
        # Docker commands in a build).
        privileged_mode=True,
        environment_variables=[
            codebuild.CfnProject.EnvironmentVariableProperty(name=name, value=value)
            for name, value in build_environment(build, service.repository, registry).items()
        ],
    )
