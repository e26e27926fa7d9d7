"""The image repositories of the services with their own stack."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_ecr as ecr
from constructs import Construct

from landfall.settings import Service

UNTAGGED_DAYS = 14
"""Untagged images expire after this time. Tagged images stay, since a rollback may need any of them."""


class RegistryStack(cdk.Stack):
    """One repository per service."""

    def __init__(self, scope: Construct, construct_id: str, *, services: list[Service]) -> None:
        super().__init__(scope, construct_id, description="Landfall: image repositories")
        for service in services:
            ecr.Repository(
                self,
                # Not the service's name: a renamed service would create its repository twice.
                service.repository,
                repository_name=service.repository,
                # A tag names a commit, so it names one image for ever.
                image_tag_mutability=ecr.TagMutability.IMMUTABLE,
                image_scan_on_push=True,
                lifecycle_rules=[
                    ecr.LifecycleRule(
                        description="untagged images only",
                        tag_status=ecr.TagStatus.UNTAGGED,
                        max_image_age=cdk.Duration.days(UNTAGGED_DAYS),
                    )
                ],
                # Kept with its images, but removed if the first deploy fails.
                removal_policy=cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
            )
