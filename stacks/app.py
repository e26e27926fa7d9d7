"""Builds the CDK app. services.toml decides which stacks it has."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import aws_cdk as cdk

from landfall.errors import SettingsError
from landfall.naming import PIPELINE_STACK
from landfall.settings_file import read as settings_file
from stacks import ROOT
from stacks.assets.layer import LayerError
from stacks.build_stack import BuildStack
from stacks.fronts_stack import FrontsStack
from stacks.github_stack import GitHubStack
from stacks.pipeline.pipeline_stack import PipelineStack
from stacks.pipeline.watch_stack import WatchStack
from stacks.placeholder import guard
from stacks.service.registry_stack import RegistryStack
from stacks.service.service_stack import EcsServiceStack

WRONG_INPUT = (SettingsError, LayerError)
"""Errors that a user can fix. They are shown as one line, without a traceback."""

SETTINGS = "settings"
"""The CDK context key that names another services.toml."""

# CDK feature flags that change these stacks' templates. They are not in cdk.json, so that a synth without the CLI
# (`python app.py`, the tests) makes the same templates.
FLAGS: Mapping[str, object] = {
    "@aws-cdk/aws-ecs:arnFormatIncludesClusterName": True,
    "@aws-cdk/aws-ecs:removeDefaultDeploymentAlarm": True,
    "@aws-cdk/aws-ecs:disableExplicitDeploymentControllerForCircuitBreaker": True,
    "@aws-cdk/aws-kms:aliasNameRef": True,
    "@aws-cdk/aws-lambda:recognizeLayerVersion": True,
    "@aws-cdk/aws-s3:createDefaultLoggingPolicy": True,
    "@aws-cdk/aws-s3:publicAccessBlockedByDefault": True,
    "@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy": True,
    "@aws-cdk/core:checkSecretUsage": True,
    # Blanks count: a template may have 1 MB (CloudFormation user guide, quotas), and with 100 services it has half of
    # it.
    "@aws-cdk/core:suppressTemplateIndentation": True,
}


def build(outdir: str | None = None, context: Mapping[str, object] | None = None) -> cdk.App:
    """Return the app, not yet synthesised. Raises SettingsError or LayerError.

    The stacks name no account or region: the CLI deploys them to those of the current credentials. Synth makes no AWS
    calls.
    """
    app = cdk.App(outdir=outdir, context={**FLAGS, **(context or {})}, analytics_reporting=False)
    path = Path(app.node.try_get_context(SETTINGS) or ROOT / "services.toml").resolve()
    settings = settings_file.load(path)
    pipeline = PipelineStack(app, PIPELINE_STACK, settings=settings, settings_path=path)
    FrontsStack(app, "Landfall-Fronts", services=settings.services, pipeline=pipeline)
    WatchStack(app, "Landfall-Watch", topic=pipeline.topic)
    own = [service for service in settings.services if service.stack]
    if own:
        RegistryStack(app, "Landfall-Registry", services=own)
    for service in own:
        if service.stack:
            EcsServiceStack(
                app, f"Landfall-Service-{service.name}", service=service, stack=service.stack, key=pipeline.key
            )
    built = [service for service in settings.services if service.build]
    if built:
        BuildStack(app, "Landfall-Build", services=built, key=pipeline.key)
        GitHubStack(app, "Landfall-GitHub", services=built, pipeline=pipeline)
    guard(app, settings)
    return app
