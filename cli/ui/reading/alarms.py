"""Reads which alarms are firing: Landfall's own, and those that services name in ECS's deployment configuration.

Source: CloudWatch API reference, DescribeAlarms (`AlarmNames`: 100 at most; `StateValue`; `AlarmTypes`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cli.cloud import Cloud
from cli.ui.environments import FAILURES
from landfall.aws.trying import trying

OWN = "landfall-"
"""What the names of Landfall's own alarms begin with (stacks/names.py, which a test compares)."""
MOST = 100
"""The most alarms that a page asks for, in one call. The page says how many others it did not read."""
FIRING = "ALARM"
KINDS = ("MetricAlarm", "CompositeAlarm")


@dataclass(frozen=True)
class Alarm:
    """An alarm that is firing: since when, CloudWatch's reason, and its description."""

    name: str
    since: datetime | None
    says: str


@dataclass(frozen=True)
class Alarms:
    """The alarms of an environment that are firing. `of_services` has only services whose alarms could be read.

    `unread` says why others were not.
    """

    own: tuple[Alarm, ...] = ()
    of_services: Mapping[str, tuple[Alarm, ...]] = field(default_factory=dict)
    unread: str = ""


NONE = Alarms()


def firing(cloud: Cloud, named: Mapping[str, tuple[str, ...]]) -> Alarms:
    """Read which alarms are firing. `named` has the names of each service's alarms."""
    wanted = sorted({name for names in named.values() for name in names})
    try:
        own = _asked(cloud, AlarmNamePrefix=OWN)
        told = {alarm.name: alarm for alarm in _asked(cloud, AlarmNames=wanted[:MOST])} if wanted else {}
    except FAILURES as error:
        return Alarms(unread=str(error))
    known = frozenset(wanted[:MOST])
    of_services = {
        service: tuple(told[name] for name in names if name in told)
        for service, names in named.items()
        if known.issuperset(names)
    }
    left = len(wanted) - MOST
    return Alarms(own, of_services, f"{left} alarms more than a page reads" if left > 0 else "")


def _asked(cloud: Cloud, **which: Any) -> tuple[Alarm, ...]:
    with trying("reading which alarms are firing"):
        reply = cloud.client("cloudwatch").describe_alarms(**which, AlarmTypes=list(KINDS), StateValue=FIRING)
        return tuple(_alarm(told) for told in _each(reply) if told.get("StateValue") == FIRING)


def _each(reply: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    return [alarm for kind in KINDS for alarm in reply.get(f"{kind}s") or ()]


def _alarm(told: Mapping[str, Any]) -> Alarm:
    since = told.get("StateUpdatedTimestamp")
    says = str(told.get("AlarmDescription") or told.get("StateReason") or "")
    return Alarm(str(told.get("AlarmName", "")), since if isinstance(since, datetime) else None, says)
