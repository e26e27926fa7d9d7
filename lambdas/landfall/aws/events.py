"""Landfall's own event bus: events for other programs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from landfall.aws.trying import trying
from landfall.errors import AwsCallFailed

SOURCE = "landfall"


class DetailType(StrEnum):
    """The kinds of events that Landfall sends. The steps' roles name them: IAM refuses any other kind."""

    DEPLOYMENT_ENDED = "Deployment Ended"
    FINDING = "Finding"


class Events:
    """The event bus."""

    def __init__(self, client: Any, bus: str) -> None:
        self._client = client
        self._bus = bus

    def put(self, detail_type: DetailType, detail: Mapping[str, Any], *resources: str) -> str:
        """Put one event on the bus and return its id. `resources` are the ARNs that the event is about.

        PutEvents answers 200 even if it accepted nothing, and reports each entry's failure in the reply (EventBridge
        API reference): botocore neither raises nor retries that. Raises AwsCallFailed.
        """
        entry = {
            "EventBusName": self._bus,
            "Source": SOURCE,
            "DetailType": detail_type.value,
            "Detail": json.dumps(detail),
            "Resources": list(resources),
        }
        what = f"putting event {detail_type.value!r} on bus {self._bus!r}"
        with trying(what):
            reply = self._client.put_events(Entries=[entry])
            (result,) = reply["Entries"]
        if reply.get("FailedEntryCount") or not result.get("EventId"):
            code = result.get("ErrorCode", "NotTaken")
            raise AwsCallFailed(code, f"{what}: {code}: {result.get('ErrorMessage', '')}")
        return str(result["EventId"])
