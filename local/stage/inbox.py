"""Reads the messages of an SNS topic, with a queue that is subscribed to it."""

from __future__ import annotations

import json
import secrets
import time
from dataclasses import dataclass, field

from local.emulator.local_aws import LocalAws


@dataclass(frozen=True)
class Message:
    """One notification as subscribers get it."""

    subject: str
    body: str
    attributes: dict[str, str] = field(default_factory=dict)


class Inbox:
    """Everything that was published to a topic since the inbox was opened.

    Raw delivery is off, since it leaves out the subject. The envelope is removed here.
    """

    def __init__(self, aws: LocalAws, topic_arn: str) -> None:
        self._sqs, sns = aws.client("sqs"), aws.client("sns")
        self._queue = self._sqs.create_queue(QueueName=f"inbox-{secrets.token_hex(4)}")["QueueUrl"]
        wanted = self._sqs.get_queue_attributes(QueueUrl=self._queue, AttributeNames=["QueueArn"])
        arn = wanted["Attributes"]["QueueArn"]
        sns.subscribe(TopicArn=topic_arn, Protocol="sqs", Endpoint=arn)
        self._read: list[Message] = []

    def messages(self, *, at_least: int = 0, seconds: float = 10) -> list[Message]:
        """Return every message so far, oldest first. Waits up to ``seconds`` for ``at_least`` of them."""
        until = time.monotonic() + seconds
        self._fetch()
        while len(self._read) < at_least and time.monotonic() < until:
            time.sleep(0.1)
            self._fetch()
        return list(self._read)

    def _fetch(self) -> None:
        """Move the messages from the queue to the list."""
        while received := self._sqs.receive_message(QueueUrl=self._queue, MaxNumberOfMessages=10).get("Messages"):
            for raw in received:
                envelope = json.loads(raw["Body"])
                attributes = {n: a["Value"] for n, a in (envelope.get("MessageAttributes") or {}).items()}
                self._read.append(Message(envelope.get("Subject") or "", envelope["Message"], attributes))
                self._sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=raw["ReceiptHandle"])
