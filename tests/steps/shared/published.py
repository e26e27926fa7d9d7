"""What Landfall told people: what was published to its topic."""

from __future__ import annotations

from typing import Any

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.sns.models import sns_backends

from tests.steps import standin


def sent() -> list[Any]:
    """Return what was published: id, message, subject, attributes."""
    (topic,) = sns_backends[DEFAULT_ACCOUNT_ID][standin.REGION].topics.values()
    return list(topic.sent_notifications)
