"""Amazon SNS: the topic that tells people."""

from __future__ import annotations

from typing import Any

from landfall.aws.trying import trying
from landfall.telling.notice import Notice


class Topic:
    """The SNS topic that tells people."""

    def __init__(self, client: Any, arn: str) -> None:
        self._client = client
        self._arn = arn

    def publish(self, notice: Notice) -> str:
        """Publish a notice and return the message id. Its attributes are for subscribers' filter policies."""
        typed = {k: {"DataType": "String", "StringValue": v} for k, v in notice.attributes.items()}
        with trying("publishing the notification"):
            reply = self._client.publish(
                TopicArn=self._arn, Subject=notice.subject, Message=notice.text, MessageAttributes=typed
            )
            return str(reply["MessageId"])
