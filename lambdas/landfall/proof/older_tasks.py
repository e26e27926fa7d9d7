"""Names the older tasks that a rollout waits for, and why they still run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from landfall import console
from landfall.model import Deployment, Verdict
from landfall.proof import running
from landfall.proof.observed import TaskView

NAMED = 5
"""How many tasks a reason names. With their states, they fit into its 1,000 bytes."""


def there(tasks: Iterable[TaskView], deployment: Deployment) -> list[TaskView]:
    """Return the older tasks that are still there."""
    return [t for t in tasks if t.last_status != "STOPPED" and not running.belongs(t, deployment)]


def kept(tasks: Iterable[TaskView], deployment: Deployment) -> list[TaskView]:
    """Return the older tasks that ECS is not stopping yet."""
    return [t for t in there(tasks, deployment) if t.desired_status == "RUNNING"]


def explained(verdict: Verdict, held: Sequence[TaskView], protected: Mapping[str, str]) -> Verdict:
    """Add to a timeout which of the tasks that ECS kept are protected, and until when.

    `protected` maps a task's ARN to the end of its protection (ECS API reference, GetTaskProtection). The text comes
    first, since a long reason is cut at its end.
    """
    named = [f"{_id(task.arn)} until {protected[task.arn]}" for task in held if task.arn in protected]
    if not named:
        return verdict
    found = f"ECS kept {few(named)} under scale-in protection: end it, or raise stability_timeout_seconds"
    return replace(verdict, reason=f"{found}; {verdict.reason}")


def left(tasks: tuple[TaskView, ...], deployment: Deployment) -> str:
    """Say which older tasks are still there. All of ours run, and ECS waits until the older ones are gone."""
    stay = kept(tasks, deployment)
    going = [t for t in there(tasks, deployment) if t.desired_status != "RUNNING"]
    told = ""
    if stay:
        told += f"; {len(stay)} older tasks still run, first {console.task(stay[0].arn)}, {few(map(_state, stay))}"
        told += " (ECS keeps a task under scale-in protection until that ends)"
    if going:
        states = ", ".join(sorted({t.last_status for t in going}))
        told += f"; {len(going)} older tasks are still draining ({states}): {few(map(_state, going))}"
    return told


def _state(task: TaskView) -> str:
    return f"{_id(task.arn)} {task.last_status}"


def _id(arn: str) -> str:
    return arn.rpartition("/")[2]


def few(names: Iterable[str]) -> str:
    """Return the first names of a list that is not empty, and how many more there are."""
    first, *more = list(names)
    shown = [first, *more[: NAMED - 1]]
    left = len(more) + 1 - len(shown)
    return ", ".join(shown) + (f" and {left} more" if left else "")
