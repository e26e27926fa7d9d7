"""The event bus for other programs. It gets an event for every deployment that ended."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from stacks.names import BUS


class EventBus(events.EventBus):
    """Landfall's own bus, encrypted with its key.

    On the account's default bus, everybody who may put events could forge one of Landfall's, and everybody who may
    change rules could change those that start deployments.
    """

    def __init__(self, scope: Construct, construct_id: str, *, key: kms.IKey, dead_letters: sqs.Queue) -> None:
        super().__init__(
            scope,
            construct_id,
            event_bus_name=BUS,
            description="Landfall tells of every deployment that ended",
            # this adds the key policy from the EventBridge user guide (encryption, key policy)
            kms_key=key,
            # for events that it can't encrypt or decrypt, as the same guide advises
            dead_letter_queue=dead_letters,
        )
        arn = cdk.Stack.of(self).format_arn(service="events", resource="event-bus", resource_name=BUS)
        dead_letters.add_to_resource_policy(
            iam.PolicyStatement(
                sid="DeadLettersOfTheBus",
                principals=[iam.ServicePrincipal("events.amazonaws.com")],
                actions=["sqs:SendMessage"],
                resources=[dead_letters.queue_arn],
                conditions={"ArnEquals": {"aws:SourceArn": arn}},
            )
        )
