"""Amazon SNS: the topic that tells people."""

from __future__ import annotations

from typing import Any

from landfall.aws.trying import trying
from landfall.naming import SUBJECT_LIMIT


class Topic:
    """The SNS topic that tells people."""

    def __init__(self, client: Any, arn: str) -> None:
        self._client = client
        self._arn = arn

    def publish(self, subject: str, message: str, attributes: dict[str, str]) -> str:
        """Publish and return the message id. Attributes are for subscribers' filter policies."""
        typed = {k: {"DataType": "String", "StringValue": v} for k, v in attributes.items()}
        with trying("publishing the notification"):
            reply = self._client.publish(
                TopicArn=self._arn, Subject=subject[:SUBJECT_LIMIT], Message=message, MessageAttributes=typed
            )
            return str(reply["MessageId"])
