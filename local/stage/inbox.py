"""Reads what is published to an SNS topic: a queue of one's own is subscribed, and emptied on demand."""

from __future__ import annotations

import json
import secrets
import time
from dataclasses import dataclass, field

from local.emulator.local_aws import LocalAws


@dataclass(frozen=True)
class Message:
    """One notification as its subscribers get it."""

    subject: str
    body: str
    attributes: dict[str, str] = field(default_factory=dict)


class Inbox:
    """Everything published to a topic since the inbox was opened.

    The delivery isn't raw, since raw delivery leaves the subject out; the envelope is taken off here.
    """

    def __init__(self, aws: LocalAws, topic_arn: str) -> None:
        self._sqs, sns = aws.client("sqs"), aws.client("sns")
        self._queue = self._sqs.create_queue(QueueName=f"inbox-{secrets.token_hex(4)}")["QueueUrl"]
        wanted = self._sqs.get_queue_attributes(QueueUrl=self._queue, AttributeNames=["QueueArn"])
        arn = wanted["Attributes"]["QueueArn"]
        sns.subscribe(TopicArn=topic_arn, Protocol="sqs", Endpoint=arn)
        self._read: list[Message] = []

    def messages(self, *, at_least: int = 0, seconds: float = 10) -> list[Message]:
        """Every message so far, oldest first; waits up to ``seconds`` for ``at_least`` of them."""
        until = time.monotonic() + seconds
        self._fetch()
        while len(self._read) < at_least and time.monotonic() < until:
            time.sleep(0.1)
            self._fetch()
        return list(self._read)

    def _fetch(self) -> None:
        """Move what lies in the queue to the list."""
        while received := self._sqs.receive_message(QueueUrl=self._queue, MaxNumberOfMessages=10).get("Messages"):
            for raw in received:
                envelope = json.loads(raw["Body"])
                attributes = {n: a["Value"] for n, a in (envelope.get("MessageAttributes") or {}).items()}
                self._read.append(Message(envelope.get("Subject") or "", envelope["Message"], attributes))
                self._sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=raw["ReceiptHandle"])
