"""What needs somebody: alarms that are firing, and a deployment that its owner has paused."""

from __future__ import annotations

from typing import Any

import pytest

from cli.live_release import Live
from cli.ui.reading import alarms
from cli.ui.reading.alarms import Alarm, Alarms
from cli.ui.reading.live import Column, Seen
from cli.ui.reading.under_way import UnderWay
from cli.ui.views import live, needs
from cli.ui.views.needs import OPEN_FINDINGS, Need
from landfall.model import UNKNOWN
from landfall.reconcile.findings import Finding, Kind, State
from stacks.names import ALARM_PREFIX
from tests.support import builders as b
from tests.ui import world
from tests.ui.world import History

PAUSED = "paused by its owner at POST_SCALE_UP until 12:00"


def shown(**of: Any) -> list[Need]:
    """Return what an environment's column has on top."""
    return needs.of([Column("production", b.NOW, **of)], [" --local"])


def moving(code: str) -> Seen:
    """Return a service with a deployment under way, whose last verdict has this code."""
    running = UnderWay({"deployment_id": "d1", "git_sha": b.SHA}, b.NOW.isoformat(), "CheckStability", code, PAUSED)
    told = Live("api", "ACTIVE", b.SHA, "i", "r", "", 2, 2, "IN_PROGRESS", None, None, unfinished=(running.record,))
    return Seen("api", told, running=running)


def test_alarms_that_are_firing_stand_on_top() -> None:
    """Landfall's own and the service's, each with since when and the command that shows it."""
    fired = Alarms((Alarm("landfall-NotifyErrors", b.NOW, "Runbook: x"),), {"api": (Alarm("5xx", None, "too many"),)})
    told = shown(alarms=fired)

    assert [(need.where, need.what) for need in told] == [
        ("api, production", "alarm 5xx is firing. too many"),
        ("production", "alarm landfall-NotifyErrors is firing. Runbook: x"),
    ]
    assert told[0].since == "since when is not known"
    assert told[1].command == "aws cloudwatch describe-alarms --alarm-names landfall-NotifyErrors"


def test_findings_say_more_than_their_alarm() -> None:
    """It is left out where the findings are shown."""
    at = b.NOW.isoformat()
    found = Finding("api", Kind.SERVICE_MISSING, "c/api", "it is gone", State.RAISED, at, at)
    fired = Alarms((Alarm(OPEN_FINDINGS, b.NOW, ""),))

    assert len(shown(alarms=fired)) == 1
    assert [need.where for need in shown(alarms=fired, findings=(found,))] == ["api, production"]


def test_a_paused_deployment_waits_for_its_owner() -> None:
    """Any code that begins with PAUSED says so on top and in the cell; another code does not."""
    (need,) = shown(seen=(moving("PAUSED_BY_OWNER"),))
    cell = live.cell(Column("production", b.NOW), moving("PAUSED_BY_OWNER"))

    assert (need.what, need.command) == (f"paused by owner: {PAUSED}", "landfall watch d1 --local")
    assert (cell.state, cell.word.partition(",")[0]) == ("warn", "paused by owner")
    assert shown(seen=(moving("ROLLING"),)) == []


@pytest.mark.parametrize(("read", "said"), [(True, "2 alarms: 1 firing"), (False, "2 alarms: not known")])
def test_a_service_says_how_many_of_its_alarms_fire(read: bool, said: str) -> None:
    """What could not be read is not known, and is not quiet."""
    told = Live("api", "ACTIVE", UNKNOWN, "i", "r", "", 2, 2, "COMPLETED", None, None, alarms=("5xx", "slow"))
    fired = Alarms(of_services={"api": (Alarm("5xx", None, ""),)} if read else {})

    assert live.cell(Column("production", b.NOW, alarms=fired), Seen("api", told)).alarms == said


def test_what_cloudwatch_says(aws: History) -> None:
    """Only alarms in ALARM, of the service and of Landfall; the prefix is that of the stacks."""
    place = world.Place("alarmed-", (world.service("api"),))
    cloudwatch = place.cloud.client("cloudwatch")
    for name in ("5xx", "calm", "landfall-DeadLetters", "of somebody else"):
        known: dict[str, Any] = {
            "MetricName": "m",
            "Namespace": "n",
            "Period": 60,
            "EvaluationPeriods": 1,
            "Threshold": 1,
        }
        cloudwatch.put_metric_alarm(AlarmName=name, ComparisonOperator="GreaterThanThreshold", Statistic="Sum", **known)
        state = "OK" if name == "calm" else "ALARM"
        cloudwatch.set_alarm_state(AlarmName=name, StateValue=state, StateReason="because")
    found = alarms.firing(place.cloud, {"api": ("5xx", "calm"), "mailer": ()})

    assert alarms.OWN == ALARM_PREFIX
    assert [alarm.name for alarm in found.own] == ["landfall-DeadLetters"]
    assert {name: [alarm.name for alarm in several] for name, several in found.of_services.items()} == {
        "api": ["5xx"],
        "mailer": [],
    }
    assert found.unread == ""
