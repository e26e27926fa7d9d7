"""Events that get lost on the way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from local.stage.landfall_stage import Stage

ENDED, PUSHED = "OnLossEnded", "OnPush"
"""The rules on an execution's end, and on a push."""


@contextmanager
def lost(stage: Stage, rule: str) -> Iterator[None]:
    """Lose every event of a rule."""
    events = stage.aws.client("events")
    name = next(r["Name"] for r in events.list_rules()["Rules"] if rule in r["Name"])
    events.disable_rule(Name=name)
    try:
        yield
    finally:
        events.enable_rule(Name=name)
