"""The lines that describe a deployment: one for each event."""

from __future__ import annotations

import re

from rich.text import Text

from landfall.ledger.execution_history import Event
from landfall.model import Outcome, State

COLOURS = {State.PASS: "green", State.WAIT: "yellow", State.FAIL: "red"}
OUTCOMES = {
    Outcome.SUCCEEDED: "bold green",
    Outcome.NO_CHANGE: "bold green",
    Outcome.ROLLED_BACK: "bold yellow",
    Outcome.SUPERSEDED: "bold yellow",
    Outcome.REJECTED: "bold magenta",
    Outcome.SKIPPED: "bold magenta",
    Outcome.ROLLBACK_FAILED: "bold red",
    Outcome.NO_BASELINE: "bold red",
}


def line(event: Event) -> Text | None:
    """Return what to say of an event: a verdict and its reason, or an error. None for a state merely entered."""
    if event.error:
        return Text(f"{event.state:<28} {event.error}", style="red")
    if event.verdict is None:
        return None
    state = event.verdict["state"]
    text = Text(f"{event.state:<28} ")
    text.append(f"{state:<4} ", style=COLOURS[state])
    return text.append(f"{event.verdict['code']}: {brief(event.verdict['reason'])}")


def colour(outcome: str) -> str:
    """Return the style of an outcome, or of the word for a record without an outcome."""
    return next((style for known, style in OUTCOMES.items() if known == outcome), "bold red")


def brief(text: str) -> str:
    """Shorten names for a terminal: what is stored and sent keeps them whole."""
    text = re.sub(r"arn:aws[^: ]*:ecs:[^/ ]*:task-definition/", "", text)
    text = re.sub(r"arn:aws[^: ]*:elasticloadbalancing:[^/ ]*:targetgroup/([^/ ]+)/\w+", r"\1", text)
    return re.sub(r"\b([0-9a-f]{12})[0-9a-f]{28,52}\b", r"\1…", text)
