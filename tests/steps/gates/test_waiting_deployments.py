"""ECS's event of a pause has the reconciler look at that service at once; it never continues anything."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.steps import machine, standin
from tests.steps.gates.paused_service import HOOK, PAUSES, Changing


@pytest.fixture
def foreign(aws: None, monkeypatch: pytest.MonkeyPatch) -> Changing:
    """A deployment of `sample` that somebody began, and that waits."""
    standin.make_service()
    service = standin.service_of()
    service.deployment_configuration = PAUSES
    changing = Changing("sample", service.task_definition, datetime.now(UTC))
    changing.answer(monkeypatch)
    return changing


def looked(event: str, service: str = "sample") -> Any:
    """Send the event."""
    arn = f"arn:aws:ecs:{standin.REGION}:123456789012:service/{standin.CLUSTER}/{service}"
    return machine.invoke("reconcile", {"service_arn": arn, "hook": HOOK, "event": event})


def test_people_are_told_once_and_of_the_end(foreign: Changing) -> None:
    """At the first look; the second delivery of the event says nothing; who continued it is told."""
    assert looked("HOOK_AWAITING_ACTION")["raised"] == 1
    assert looked("HOOK_AWAITING_ACTION")["raised"] == 0
    foreign.hook = "SUCCEEDED"
    assert looked("HOOK_SUCCEEDED")["cleared"] == 1
    raised, cleared = standin.heard()
    assert HOOK in json.dumps(raised)
    assert "somebody continued it" in json.dumps(cleared)


def test_another_service_is_nobody_s_business(foreign: Changing) -> None:
    """The rule matches the ends of ARNs; what is not configured is not looked at."""
    assert looked("HOOK_AWAITING_ACTION", "strange") == {"open": 0, "raised": 0, "cleared": 0}
