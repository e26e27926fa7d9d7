"""The local AWS keeps a client token for as long as AWS does."""

from __future__ import annotations

import pytest

from local.traits.run_task_token import Call, is_good

HOUR = 3600.0
CASES = {
    "it runs": (10 * HOUR, [None], True),
    "it runs for a day": (24 * HOUR, [None], False),
    "it stopped a moment ago": (2 * HOUR, [2 * HOUR - 1], True),
    "it stopped 59 minutes ago": (2 * HOUR, [HOUR + 60], True),
    "it stopped an hour ago": (2 * HOUR, [HOUR], False),
    "one of two runs": (3 * HOUR, [HOUR, None], True),
}


@pytest.mark.parametrize(("now", "stopped", "good"), CASES.values(), ids=CASES)
def test_how_long_a_token_lives(now: float, stopped: list[float | None], good: bool) -> None:
    """24 hours, or an hour after the task stopped, whichever comes first (ECS API reference, Ensuring idempotency)."""
    assert is_good(Call("{}", ("task",), 0.0), stopped, now) is good
