"""Why tasks stopped: which stops are evidence against a release, and when alike ones make a crash loop.

Sources: Amazon ECS Developer Guide, "Stopped tasks error messages"; ECS API reference, Task (`stopCode`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from landfall.observed import Container, TaskView

_INNOCENT_CODES = frozenset({"UserInitiated", "SpotInterruption", "TerminationNotice"})
_HEALTH = ("failed ELB health checks", "failed container health checks")
_CLASSES = (
    ("CannotPull", "image pull"),
    ("ResourceInitializationError", "start-up"),
    ("OutOfMemory", "out of memory"),
    *((text, "health check") for text in _HEALTH),
)
_SIGNALS = (137, 143)
"""Exit codes of a container that was killed: ECS does so to the others when one essential container exits."""
_OWN_IDS = re.compile(
    r"\b(?:[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d+(?:\.\d+){3}(?::\d+)?)\b", re.I
)
"""What differs between two tasks that stopped alike: ids of tasks and requests, and addresses, in AWS's own texts."""


@dataclass(frozen=True)
class Stop:
    """One kind of stop. Two tasks that stopped alike have equal stops, whatever ids AWS put into the reason."""

    kind: str
    container: str
    exit_code: int | None
    reason: str = field(compare=False)
    alike: str = field(repr=False)

    def __str__(self) -> str:
        exit_text = f" exited with code {self.exit_code}" if self.exit_code is not None else ""
        where = f"container {self.container!r}{exit_text}: " if self.container else ""
        return f"{where}{self.reason} ({self.kind})"


def counts(stopped: Iterable[TaskView], deployment_id: str) -> Counter[Stop]:
    """Count the stops of one deployment's tasks that are evidence against it, alike ones together."""
    mine = (t for t in stopped if t.started_by == deployment_id and t.last_status == "STOPPED")
    return Counter(_stop(task) for task in mine if _is_evidence(task))


def _is_evidence(task: TaskView) -> bool:
    """Spot interruptions, scale-in, host retirement and people stopping tasks say nothing about a release."""
    if task.stop_code in _INNOCENT_CODES:
        return False
    if task.stop_code == "ServiceSchedulerInitiated":
        return any(text in task.stopped_reason for text in _HEALTH)
    return task.stop_code in ("EssentialContainerExited", "TaskFailedToStart")


def _stop(task: TaskView) -> Stop:
    culprit = _culprit(task)
    reason = next(
        (text for text in (culprit.reason if culprit else "", task.stopped_reason) if text), "no reason given"
    )
    kind = next((kind for text, kind in _CLASSES if text in f"{task.stopped_reason} {reason}"), "exit")
    return Stop(
        kind=kind,
        container=culprit.name if culprit else "",
        exit_code=culprit.exit_code if culprit and kind in ("exit", "out of memory") else None,
        reason=reason,
        alike=_OWN_IDS.sub("…", reason),
    )


def _culprit(task: TaskView) -> Container | None:
    """Return the container that brought the task down: one that failed before one that was merely stopped."""
    return min(task.containers, key=lambda c: (not c.reason, _innocence(c.exit_code), c.name), default=None)


def _innocence(exit_code: int | None) -> int:
    return 2 if exit_code in (None, 0) else 1 if exit_code in _SIGNALS else 0
