"""Starts a deployment when an image is pushed to a configured repository."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from aws_cdk import Aws, Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from landfall.settings import Settings

LATEST_START = Duration.hours(1)
"""After this time a push no longer starts a deployment, since nobody expects a release hours later."""


LONGEST_PATTERN = 2048
"""The most characters of an event pattern (EventBridge user guide, quotas: event pattern size)."""


class PushTrigger(Construct):
    """The rules, the role that starts the machine, and the queue for events that could not be delivered."""

    def __init__(
        self, scope: Construct, construct_id: str, *, settings: Settings, machine: sfn.IStateMachine, key: kms.IKey
    ) -> None:
        super().__init__(scope, construct_id)
        self.dead_letters = sqs.Queue(
            self,
            "DeadLetters",
            encryption=sqs.QueueEncryption.KMS,
            encryption_master_key=key,
            enforce_ssl=True,
            retention_period=Duration.days(14),
        )
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("events.amazonaws.com"))
        target = targets.SfnStateMachine(
            machine,
            role=role,
            dead_letter_queue=self.dead_letters,
            max_event_age=LATEST_START,
            retry_attempts=185,  # EventBridge's maximum; the age above is the limit
        )
        description = "An image was pushed to a repository that Landfall deploys from"
        repositories = [service.repository for service in settings.services]
        for rule_id, names in groups(repositories, lambda names: fits(PUSHES, names)):
            rule = events.Rule(self, f"Rule{rule_id}", description=description, event_pattern=pattern(PUSHES, names))
            rule.add_target(target)


@dataclass(frozen=True)
class Watched:
    """What a rule matches: events of this account about some names. `key` is the place of the names in the detail."""

    source: str
    detail_type: str
    detail: Mapping[str, Sequence[str]]
    key: str


PUSHES = Watched("aws.ecr", "ECR Image Action", {"action-type": ["PUSH"], "result": ["SUCCESS"]}, "repository-name")
"""The pattern doesn't match tags. The Resolve step ignores and logs an untagged image of an index or a tag without a
commit, but a pattern would drop it silently."""


def pattern(watched: Watched, names: Sequence[str]) -> events.EventPattern:
    """Return the pattern of the events about these names."""
    return events.EventPattern(
        source=[watched.source],
        account=[Aws.ACCOUNT_ID],
        detail_type=[watched.detail_type],
        detail={**watched.detail, watched.key: list(names)},
    )


def fits(watched: Watched, names: Sequence[str]) -> bool:
    """Say whether a pattern with these names fits into a rule, with any escaping."""
    detail = {**watched.detail, watched.key: list(names)}
    said = {"source": [watched.source], "account": ["1" * 12], "detail-type": [watched.detail_type], "detail": detail}
    return len(json.dumps(said)) <= LONGEST_PATTERN


def groups(
    names: Sequence[str], fit: Callable[[Sequence[str]], bool], mark: str = ""
) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield the names in groups that fit, made by halving. A group's id depends only on its own names.

    A new name changes only its own group. If that group becomes too long, two groups replace it. CloudFormation creates
    them before it deletes the old one, so for a moment an event matches twice, but always at least once. Starting twice
    for one push does no harm.
    """
    if fit(names) or len(names) == 1:
        yield mark, names
        return
    sides: dict[str, list[str]] = {"0": [], "1": []}
    for name in names:
        bits = f"{int(hashlib.sha256(name.encode()).hexdigest(), 16):0256b}"
        sides[bits[len(mark)]].append(name)
    for bit, side in sides.items():
        if side:
            yield from groups(side, fit, mark + bit)
