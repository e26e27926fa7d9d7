"""Starts the build watch when a build of a configured service ends."""

from __future__ import annotations

from collections.abc import Iterable

from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from landfall import naming
from landfall.builds.build_watch import ENDED
from landfall.settings import Service
from stacks.pipeline.trigger import Watched, fits, groups, pattern

BUILDS = Watched("aws.codebuild", "CodeBuild Build State Change", {"build-status": list(ENDED)}, "project-name")


class BuildTrigger(Construct):
    """Sends the end of builds to the watch, at least once. Builds of other projects are not sent."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        services: Iterable[Service],
        watch: sfn.IStateMachine,
        dead_letters: sqs.IQueue,
    ) -> None:
        super().__init__(scope, construct_id)
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("events.amazonaws.com"))
        target = targets.SfnStateMachine(watch, role=role, dead_letter_queue=dead_letters)
        projects = [naming.build_project(service.name) for service in services]
        for rule_id, names in groups(projects, lambda names: fits(BUILDS, names)):
            rule = events.Rule(
                self,
                f"Rule{rule_id}",
                description="A build of a service that Landfall deploys is over",
                event_pattern=pattern(BUILDS, names),
            )
            rule.add_target(target)
