"""Has the reconciler look at once when ECS pauses a deployment of a configured service, or goes on from a pause."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aws_cdk import Aws
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from landfall.settings import Settings
from stacks.pipeline.trigger import Watched, fits, groups

PAUSES = Watched("aws.ecs", "ECS Hook State Change", {"hookType": ["PAUSE"]}, "serviceArn")
"""ECS Developer Guide, "Pause hooks for Amazon ECS service deployments" and "ECS hook state change events"."""
ASKED = {"service_arn": "$.detail.serviceArn", "hook": "$.detail.hookId", "event": "$.detail.eventName"}
"""What the reconciler is told of an event."""


class PauseTrigger(Construct):
    """Sends the events of pauses to the reconciler. Events can get lost, so its schedule looks too."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        reconcile: lambda_.IFunction,
        dead_letters: sqs.IQueue,
    ) -> None:
        super().__init__(scope, construct_id)
        asked = events.RuleTargetInput.from_object(
            {name: events.EventField.from_path(path) for name, path in ASKED.items()}
        )
        target = targets.LambdaFunction(reconcile, event=asked, dead_letter_queue=dead_letters)
        names = [f":service/{service.cluster}/{service.service}" for service in settings.services]
        for rule_id, some in groups(names, lambda names: fits(PAUSES, list(map(_said, names)))):
            rule = events.Rule(
                self,
                f"Rule{rule_id}",
                description="ECS paused a deployment of a service that Landfall deploys, or went on from a pause",
                event_pattern=_pattern(some),
            )
            rule.add_target(target)


def _said(name: str) -> Any:
    """Return how a pattern matches the end of an ARN (EventBridge User Guide, suffix matching)."""
    return {"suffix": name}


def _pattern(names: Sequence[str]) -> events.EventPattern:
    detail = {**PAUSES.detail, PAUSES.key: list(map(_said, names))}
    return events.EventPattern(
        source=[PAUSES.source], account=[Aws.ACCOUNT_ID], detail_type=[PAUSES.detail_type], detail=detail
    )
