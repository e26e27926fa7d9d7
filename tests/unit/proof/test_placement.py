"""Tasks that ECS can't place: it says so in an event, which explains a wait and decides nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from landfall.model import State
from landfall.proof import stability
from landfall.proof.observed import ServiceEvent
from tests.support import builders as b

MEMORY = (
    "(service sample) was unable to place a task because no container instance met all of its requirements. The closest"
    " matching container-instance 1 has insufficient memory available. For more information, see the Troubleshooting"
    " section of the Amazon ECS Developer Guide."
)
CAPACITY = "(service sample) was unable to place a task. Reason: Capacity is unavailable at this time."


def told(*events: tuple[float, str], running: int = 0, pending: int = 0) -> str:
    """Return what a look at a rollout says. The events are so many seconds after the update, newest first."""
    deployment = b.deployment()
    made = b.NOW - timedelta(seconds=120)
    ours = b.ecs_deployment(rollout_state="IN_PROGRESS", running=running, pending=pending)
    seen = tuple(ServiceEvent(str(at), text, made + timedelta(seconds=at)) for at, text in events)
    look = b.look(service=b.service(ours, events=seen), tasks=(), targets=())
    found = stability.assess(look, b.judged(deployment=deployment), b.NOW)
    assert (found.state, found.code) == (State.WAIT, "ROLLING")
    late = stability.in_time(found, deployment, b.NOW + timedelta(hours=1))
    assert late.code == stability.TIMEOUT
    assert found.reason in late.reason
    return found.reason


@pytest.mark.parametrize(
    ("text", "part"), [(MEMORY, "1 has insufficient memory available"), (CAPACITY, "at this time")]
)
def test_a_timeout_says_it_in_the_words_of_ecs(text: str, part: str) -> None:
    """There is no task whose reason could be shown. The advice to read a guide is left out."""
    reason = told((60, text))
    assert "ECS says: (service sample) was unable to place a task" in reason
    assert reason.endswith(part)


def test_the_newest_counts() -> None:
    """ECS lists events newest first."""
    assert "Capacity" in told((90, CAPACITY), (60, MEMORY))
    assert "memory" in told((90, "(service sample) has started 1 tasks."), (60, MEMORY))


def test_what_is_over_is_not_said() -> None:
    """An event from before the update, or one after which all tasks were placed, explains nothing."""
    assert "ECS says" not in told((-60, MEMORY))
    assert "ECS says" not in told((60, MEMORY), pending=2)
    assert "ECS says" not in told((60, "(service sample) has started 2 tasks."))
    assert "ECS says" in told((-5, MEMORY), running=1)
