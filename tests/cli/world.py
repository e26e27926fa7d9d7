"""An AWS (moto) for the command: a service, its ledger, and the command itself, run where Landfall is known to be."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from typer.testing import CliRunner, Result

from cli.__main__ import app
from cli.cloud import Cloud
from cli.command import At
from landfall.ledger import deployment_record
from landfall.model import Outcome
from landfall.settings import Build
from tests.steps import standin
from tests.support import builders as b

SERVICE = b.settings_of(build=Build(source="owner/name", deployment_begins_within_seconds=1))
A, B, C = ("sha256:" + letter * 64 for letter in "abc")
_connected: list[Cloud] = []


class Somewhere(Cloud):
    """A cloud whose stack need not be asked for its outputs."""

    @cached_property
    def outputs(self) -> dict[str, str]:
        """Return what the stack would say."""
        return {
            "StateMachineArn": standin.machine_arn(),
            "LedgerTableName": standin.LEDGER,
            "FreezeTableName": standin.FREEZES,
            "ReportBucketName": standin.BUCKET,
            "SigningKeyArn": standin.SIGNING_KEY,
            "TopicArn": os.environ["LANDFALL_TOPIC_ARN"],
            "DeadLetterQueueUrl": standin.client("sqs").get_queue_url(QueueName="heard")["QueueUrl"],
        }

    def pause(self, seconds: float) -> float:
        """Return how many seconds to wait between two requests: moto may be asked more often than AWS."""
        return min(seconds, 0.05)


@contextmanager
def connected(where: Cloud) -> Iterator[None]:
    """Have the command find Landfall there, whatever settings, profile and region it is given."""
    _connected.append(where)
    try:
        yield
    finally:
        _connected.pop()


def landfall(words: Sequence[str]) -> Result:
    """Run the command where it is `connected` to."""
    where = _connected[-1]
    return CliRunner().invoke(app, list(words), obj=lambda *_: where)


def record(name: str, digest: str, outcome: Outcome | None = None, revision: str = "") -> dict[str, Any]:
    """Put a record of an image into the ledger."""
    known = {"image_digest": digest, "git_sha": digest[7:47], "started_at": b.NOW.isoformat()}
    release = b.release(deployment_id=f"{name}-x", execution_arn=f"arn:{name}", **known)
    standin.open_record(release)
    key = {"service": SERVICE.name, "deployment_id": f"{name}-x"}
    if outcome:
        ended = b.ended(outcome, release=release, deployment=b.deployment(task_definition=revision))
        standin.ledger().close(deployment_record.closed(ended, b.NOW))
        standin.table().update_item(Key=key, UpdateExpression="REMOVE unfinished")
    return key


def inputs(at: At) -> list[dict[str, Any]]:
    """Return what was started."""
    client = at.cloud.client("stepfunctions")
    found = client.list_executions(stateMachineArn=at.cloud.machine)["executions"]
    asked = (json.loads(client.describe_execution(executionArn=e["executionArn"])["input"]) for e in found)
    return [document for document in asked if document]


def landed(name: str, digest: str, revision: str) -> None:
    """Put a release that was proven into the ledger."""
    record(name, digest, Outcome.SUCCEEDED, revision)
