"""The tasks of before that a rollout waits for: which they are, and what keeps them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from landfall import console
from landfall.model import Deployment, Verdict
from landfall.proof import running
from landfall.proof.observed import TaskView

NAMED = 5
"""Tasks that a reason names: with their states, they are told in its 1,000 bytes."""


def _there(tasks: Iterable[TaskView], deployment: Deployment) -> list[TaskView]:
    """Return the tasks of before that are still there."""
    return [t for t in tasks if t.last_status != "STOPPED" and not running.belongs(t, deployment)]


def kept(tasks: Iterable[TaskView], deployment: Deployment) -> list[TaskView]:
    """Return those of them that ECS does not stop yet."""
    return [t for t in _there(tasks, deployment) if t.desired_status == "RUNNING"]


def explained(verdict: Verdict, held: Sequence[TaskView], protected: Mapping[str, str]) -> Verdict:
    """Return a timeout that says of the tasks that ECS kept which are protected, and until when.

    `protected` maps a task's ARN to the end of its protection (ECS API reference, GetTaskProtection). It comes first: a
    reason is cut at its end.
    """
    named = [f"{_id(task.arn)} until {protected[task.arn]}" for task in held if task.arn in protected]
    if not named:
        return verdict
    found = f"ECS kept {_few(named)} under scale-in protection: end it, or raise stability_timeout_seconds"
    return replace(verdict, reason=f"{found}; {verdict.reason}")


def left(tasks: tuple[TaskView, ...], deployment: Deployment) -> str:
    """Say which tasks of before are still there: all of ours run, and ECS waits for those to go."""
    stay = kept(tasks, deployment)
    going = [t for t in _there(tasks, deployment) if t.desired_status != "RUNNING"]
    told = ""
    if stay:
        told += f"; {len(stay)} older tasks still run, first {console.task(stay[0].arn)}, {_few(map(_state, stay))}"
        told += " (ECS keeps a task under scale-in protection until that ends)"
    if going:
        states = ", ".join(sorted({t.last_status for t in going}))
        told += f"; {len(going)} older tasks are still draining ({states}): {_few(map(_state, going))}"
    return told


def _state(task: TaskView) -> str:
    return f"{_id(task.arn)} {task.last_status}"


def _id(arn: str) -> str:
    return arn.rpartition("/")[2]


def _few(names: Iterable[str]) -> str:
    first, *more = list(names)
    shown = [first, *more[: NAMED - 1]]
    left = len(more) + 1 - len(shown)
    return ", ".join(shown) + (f" and {left} more" if left else "")
