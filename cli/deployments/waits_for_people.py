"""Does a deployment that is under way wait for somebody: its service's owner, a gate of Landfall, or an after-check?

The newest verdict of its execution says so: the stage, the traffic, what the deployment waits for, and until when.
"""

from __future__ import annotations

from collections.abc import Iterable

from cli.cloud import Cloud
from cli.live_release import Live
from landfall.aws.executions import Executions
from landfall.errors import AwsCallFailed
from landfall.ledger.execution_history import Event
from landfall.model import State
from landfall.proof.owner_pauses import PAUSED
from landfall.proof.stages import AT_GATE, UNDER_WAY

WAITING = ("JudgeGate", "AfterCheck")
"""The states that judge at a gate, and that ask the after-check."""
NEWEST_EVENTS = 40
"""How many events of an execution's history are read: the last look is among them."""


def of(cloud: Cloud, live: Live) -> str:
    """Return where a deployment is paused, and until when; empty if it is not, or can't be read."""
    if not live.under_way or not (live.may_pause or cloud.service(live.service).after):
        return ""
    try:
        record = cloud.ledger.record(live.service, live.under_way)
        history = Executions(cloud.client("stepfunctions"))
        return said(history.newest_events(str(record["execution_arn"]), NEWEST_EVENTS)) if record else ""
    except AwsCallFailed:
        return ""  # without this, the page still says that the deployment is under way


def said(events: Iterable[Event]) -> str:
    """Return the last verdict's reason if it is a pause, names what a gate waits for, or says how far ECS is."""
    last = next((event for event in reversed(list(events)) if event.verdict), None)
    if last is None or last.verdict is None:
        return ""
    waits = last.state in WAITING and last.verdict["state"] == State.WAIT
    return str(last.verdict["reason"]) if waits or last.verdict["code"] in (PAUSED, AT_GATE, UNDER_WAY) else ""
