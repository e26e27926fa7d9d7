"""Amazon CloudWatch: the state of named alarms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from landfall.aws.trying import trying
from landfall.gates.alarms import AlarmView

MOST = 100
"""Names in a call, and alarms in an answer (CloudWatch API reference, DescribeAlarms)."""


class Alarms:
    """Reads alarms, composite ones too."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def named(self, names: Sequence[str]) -> tuple[AlarmView, ...]:
        """Return the alarms that have these names. One that doesn't exist is left out."""
        found: list[AlarmView] = []
        for first in range(0, len(names), MOST):
            asked = list(names[first : first + MOST])
            with trying("reading the alarms of the gates"):
                reply = self._client.describe_alarms(
                    AlarmNames=asked, AlarmTypes=["MetricAlarm", "CompositeAlarm"], MaxRecords=MOST
                )
                found += [_view(each) for each in (*reply.get("MetricAlarms", []), *reply.get("CompositeAlarms", []))]
        return tuple(found)


def _view(alarm: dict[str, Any]) -> AlarmView:
    """`StateUpdatedTimestamp` moves with the reason too, so the time of the transition comes first."""
    since = alarm.get("StateTransitionedTimestamp") or alarm["StateUpdatedTimestamp"]
    return AlarmView(str(alarm["AlarmName"]), str(alarm["StateValue"]), since)
