"""Where the seconds of a deployment went, by cause. The parts always add up to the whole.

The machine's history says which state it was in at each moment. ECS's task times divide the rollout further: the task
that started last says when scheduling, pulling and starting ended, and the old tasks say when draining began.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cli.ui.views.step_names import Cause, step
from landfall.ledger.execution_history import Event
from landfall.ledger.task_times import TaskTimes

LONG = 0.08
"""The share of the whole from which a part gets advice."""
LEAST = 1.0
"""Seconds below which no advice helps."""

ROLLING = (Cause.SCHEDULING, Cause.PULL, Cause.START, Cause.HEALTH, Cause.DRAINING, Cause.POLLING)
"""The causes of a rollout's seconds, in their order."""


@dataclass(frozen=True)
class Span:
    """A time in one state."""

    began: datetime
    ended: datetime
    state: str

    @property
    def seconds(self) -> float:
        """Return how long it was."""
        return (self.ended - self.began).total_seconds()


@dataclass(frozen=True)
class Part:
    """The seconds of one cause, out of all seconds. `at` is its start on a bar of 1000, `wide` its width."""

    cause: Cause
    seconds: float
    advice: str = ""
    at: float = 0.0
    wide: float = 0.0

    @property
    def name(self) -> str:
        """Return the cause's class in the style sheet."""
        return self.cause.name.lower()


def entered(events: Iterable[Event]) -> list[tuple[datetime, str]]:
    """Return when the execution entered each state, from its history."""
    return [(event.at, event.state) for event in events if event.verdict is None and not event.error]


def spans(points: Sequence[tuple[datetime, str]], began: datetime, ended: datetime) -> list[Span]:
    """Divide the time from beginning to end into spans without a gap, each in the state entered last."""
    inside = [(min(max(at, began), ended), state) for at, state in points]
    starts = [(began, "Begin"), *inside]
    ends = [*(at for at, _ in inside), ended]
    latest, found = began, []
    for (at, state), end in zip(starts, ends, strict=True):
        first, last = max(at, latest), max(end, latest)
        latest = last
        if last > first:
            found.append(Span(first, last, state))
    return found


def parts(
    found: Iterable[Span], tasks: Sequence[TaskTimes], revision: str, limits: Mapping[str, Any]
) -> tuple[Part, ...]:
    """Add up the time by cause, with advice for each long part. Causes come in the order in which they are listed."""
    taken = dict.fromkeys(Cause, 0.0)
    marks = _marks(tasks, revision)
    for each in found:
        for cause, seconds in _causes(each, marks):
            taken[cause] += seconds
    whole = sum(taken.values()) or 1.0
    told, at = [], 0.0
    for cause, seconds in taken.items():
        if seconds > 0:
            wide = 1000 * seconds / whole
            long = seconds >= max(LEAST, LONG * whole)
            told.append(Part(cause, seconds, advice(cause, limits) if long else "", round(at, 2), round(wide, 2)))
            at += wide
    return tuple(told)


def _causes(span: Span, marks: Sequence[tuple[datetime, Cause]]) -> Iterator[tuple[Cause, float]]:
    """Yield the causes of a span. If ECS's task times are known, they divide the rollout's span."""
    cause, began = step(span.state).cause, span.began
    if cause != Cause.ROLLOUT or not marks:
        yield cause, span.seconds
        return
    for until, inner in marks:
        end = min(max(until, began), span.ended)
        yield inner, (end - began).total_seconds()
        began = end
    yield marks_rest(marks), (span.ended - began).total_seconds()


def _marks(tasks: Sequence[TaskTimes], revision: str) -> list[tuple[datetime, Cause]]:
    """Return when each cause of the rollout ended: by the task that started last, and by the old tasks' end."""
    ours = [task for task in tasks if task.revision == revision and task.created_at]
    started = [task for task in ours if task.started_at]
    if not ours:
        return []
    last = max(started or ours, key=lambda task: task.started_at or task.created_at or datetime.min)
    found = [
        (last.pull_began_at, Cause.SCHEDULING),
        (last.pull_ended_at, Cause.PULL),
        (last.started_at, Cause.START),
    ]
    old = [task for task in tasks if task.revision != revision and last.created_at and _after(task, last.created_at)]
    if last.started_at and old:
        found.append((min((t.stopping_at for t in old if t.stopping_at), default=None), Cause.HEALTH))
        found.append((max((t.stopped_at for t in old if t.stopped_at), default=None), Cause.DRAINING))
    return [(at, cause) for at, cause in found if at is not None]


def marks_rest(marks: Sequence[tuple[datetime, Cause]]) -> Cause:
    """Return the cause of the rollout's rest: the one after the last mark; after all marks, the time until the look."""
    return ROLLING[ROLLING.index(marks[-1][1]) + 1]


def _after(task: TaskTimes, at: datetime) -> bool:
    return task.stopping_at is not None and task.stopping_at >= at


def advice(cause: Cause, limits: Mapping[str, Any]) -> str:
    """Return the setting, or another measure, that would make a part shorter."""

    def of(name: str) -> str:
        return f"{name} = {limits[name]}" if name in limits else name

    return {
        Cause.QUEUE: f"Another deployment was ahead of it; {of('lock_poll_seconds')} is how often it asks again.",
        Cause.STEPS: "Landfall's own functions: checks before the change, the record and the report after it.",
        Cause.APPROVAL: "People had to sign the release off: tell them earlier, or ask fewer of them.",
        Cause.MIGRATION: "The migration's task ran before the service was updated: shorten the migration.",
        Cause.AFTER: "The function that [services.….after] names ran: make it quicker, or give it fewer seconds.",
        Cause.SCHEDULING: "ECS looked for room for the tasks. On EC2, free capacity makes it shorter.",
        Cause.PULL: "A smaller image, or fewer changed layers; on Fargate also an SOCI index.",
        Cause.START: "The container started: its entry point does something before it listens.",
        Cause.ROLLOUT: "Start, health checks and draining together, since the times of the tasks are not known.",
        Cause.HEALTH: "The least is the target group's HealthCheckIntervalSeconds times HealthyThresholdCount; add "
        f"{of('target_health_interval_seconds')} between looks.",
        Cause.DRAINING: "Old tasks wait for open requests: the target group's deregistration_delay.timeout_seconds, "
        "and the container's stopTimeout.",
        Cause.CHECKS: "smoke.identity_requests and smoke.requests_per_second make the sample smaller or faster.",
        Cause.BAKE: f"{of('bake_seconds')}: the proof is repeated after it; 0 turns that off.",
        Cause.POLLING: f"{of('stability_poll_seconds')} and {of('smoke_interval_seconds')}: how often Landfall looks.",
        Cause.BACK: "Rollout, targets and checks of the old release: what makes a release faster makes this faster.",
    }[cause]
