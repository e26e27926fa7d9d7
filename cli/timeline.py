"""How a deployment is told: one line for each thing that happened."""

from __future__ import annotations

import re

from rich.text import Text

from landfall.ledger.execution_history import Event

COLOURS = {"PASS": "green", "WAIT": "yellow", "FAIL": "red"}
OUTCOMES = {
    **dict.fromkeys(("SUCCEEDED", "NO_CHANGE"), "bold green"),
    **dict.fromkeys(("ROLLED_BACK", "SUPERSEDED"), "bold yellow"),
    **dict.fromkeys(("REJECTED", "SKIPPED"), "bold magenta"),
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
    """Return the style of an outcome."""
    return OUTCOMES.get(outcome, "bold red")


def brief(text: str) -> str:
    """Shorten names for a terminal: what is stored and sent keeps them whole."""
    text = re.sub(r"arn:aws[^: ]*:ecs:[^/ ]*:task-definition/", "", text)
    text = re.sub(r"arn:aws[^: ]*:elasticloadbalancing:[^/ ]*:targetgroup/([^/ ]+)/\w+", r"\1", text)
    return re.sub(r"\b([0-9a-f]{12})[0-9a-f]{28,52}\b", r"\1…", text)
