"""Why tasks stopped: which stops are evidence against a release, and how much evidence is a verdict.

Sources: Amazon ECS Developer Guide, "Stopped tasks error messages"; ECS API reference, Task (`stopCode`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from landfall import console
from landfall.model import Verdict, failed
from landfall.observed import Container, TaskView

_HEALTH = ("failed ELB health checks", "failed container health checks")
_SECRET, _PULL = "secret", "image pull"
_CLASSES = (
    ("CannotPull", _PULL),
    ("retrieve ecr registry auth", _PULL),
    *((text, _SECRET) for text in ("retrieve secret", "secretsmanager:", "ssm:GetParameter", "kms:Decrypt")),
    ("OutOfMemory", "out of memory"),
    *((text, "health check") for text in _HEALTH),
    ("ResourceInitializationError", "start-up"),
    ("CannotStart", "start-up"),
    ("CannotCreate", "start-up"),
)
_STARTED = frozenset({"exit", "out of memory", "health check"})
"""Stops of tasks that had come up: the release itself ran, and died."""
_PASSING = (
    *("timeout", "timed out", "deadline exceeded", "context canceled", "connection re", "no such host", "handshake"),
    *("toomanyrequests", "too many requests", "throttl", "rate exceeded", "rate limit", "unavailable", "internal"),
)
"""What AWS's texts say of networks and throttles: it may pass. It wins over any word of _HOPELESS beside it."""
_HOPELESS = (
    *("not found", "notfound", "does not exist", "can't find", "manifest unknown", "invalid parameters"),
    *("denied", "not authorized", "unauthorized", "forbidden", "no basic auth", "did not contain json key"),
)
"""What they say of an image or a secret that is not there or not allowed: waiting does not mend it."""
_SIGNALS = (137, 143)
"""Exit codes of a container that was killed: ECS does so to the others when one essential container exits."""
_TOLD = 620
"""Characters of AWS's own reason that are told: the link after it must survive model.REASON_LIMIT."""


@dataclass(frozen=True)
class Stop:
    """One kind of stop. Two tasks that stopped alike have equal stops, in whatever words AWS gave the reason."""

    kind: str
    container: str
    exit_code: int | None
    code: str = field(repr=False)
    reason: str = field(compare=False)
    task: str = field(compare=False, repr=False)

    @property
    def hopeless(self) -> bool:
        """Say whether it can't get better by itself: no such image or secret, or no leave to read it."""
        text = self.reason.lower()
        gone = self.kind in (_PULL, _SECRET) and any(word in text for word in _HOPELESS)
        return gone and not any(word in text for word in _PASSING)

    def __str__(self) -> str:
        exit_text = f" exited with code {self.exit_code}" if self.exit_code is not None else ""
        where = f"container {self.container!r}{exit_text}: " if self.container else ""
        return f"{where}{self.reason} ({self.kind})"


def verdict(tasks: Iterable[TaskView], deployment_id: str, limit: int, *, completed: bool = False) -> Verdict | None:
    """Return a FAIL where the deployment's stopped tasks are evidence enough.

    `limit` stops alike are; one is where it can't get better; and so are more than `limit` of any kinds whose tasks
    had come up, which ECS's own count forgets each time a task gets healthy (`resetOnHealthyTask`).
    Once the rollout is `completed`, tasks that did not come up in passing have been made up for: a registry or a
    network that was slow for a moment is no reason to take a running release back.
    """
    found = [s for s in _evidence(tasks, deployment_id) if not completed or s.hopeless or s.kind in _STARTED]
    hopeless = next((s for s in found if s.hopeless), None)
    if hopeless:
        return failed("CANNOT_START", f"a task can't start, and waiting won't mend it: {shown(hopeless)}")
    for stop, count in Counter(found).most_common(1):
        if count >= limit:
            return failed("CRASH_LOOP", f"{count} tasks of this deployment stopped alike: {shown(stop)}")
    died = [s for s in found if s.kind in _STARTED]
    if len(died) > limit:
        kinds = "; ".join(dict.fromkeys(str(s)[:150] for s in died[1:]))
        return failed(
            "LIMPING", f"{len(died)} tasks of this deployment came up and died, last {shown(died[0])}; before: {kinds}"
        )
    return None


def counts(tasks: Iterable[TaskView], deployment_id: str) -> Counter[Stop]:
    """Count the stops of one deployment's tasks that are evidence against it, alike ones together."""
    return Counter(_evidence(tasks, deployment_id))


def shown(stop: Stop) -> str:
    """Say what stopped, with which exit code and why, and where the console shows it."""
    text = str(stop)
    return f"{text if len(text) <= _TOLD else text[:_TOLD] + '…'}; see {console.task(stop.task)}"


def _evidence(tasks: Iterable[TaskView], deployment_id: str) -> list[Stop]:
    mine = (t for t in tasks if t.started_by == deployment_id and t.last_status == "STOPPED")
    return [_stop(task) for task in mine if _is_evidence(task)]


def _is_evidence(task: TaskView) -> bool:
    """Spot interruptions, scale-in, host retirement and people stopping tasks say nothing about a release."""
    if task.stop_code == "ServiceSchedulerInitiated":
        return any(text in task.stopped_reason for text in _HEALTH)
    return task.stop_code in ("EssentialContainerExited", "TaskFailedToStart")


def _stop(task: TaskView) -> Stop:
    culprit = _culprit(task)
    reason = next(
        (text for text in (culprit.reason if culprit else "", task.stopped_reason) if text), "no reason given"
    )
    # what is not known by its words: a task that never started did not come up and die
    unknown = "start-up" if task.stop_code == "TaskFailedToStart" else "exit"
    kind = next((kind for text, kind in _CLASSES if text in f"{task.stopped_reason} {reason}"), unknown)
    return Stop(
        kind=kind,
        container=culprit.name if culprit else "",
        exit_code=culprit.exit_code if culprit and kind in ("exit", "out of memory") else None,
        code=task.stop_code,
        reason=reason,
        task=task.arn,
    )


def _culprit(task: TaskView) -> Container | None:
    """Return the container that brought the task down: one that failed before one that was merely stopped."""
    return min(task.containers, key=lambda c: (not c.reason, _innocence(c.exit_code), c.name), default=None)


def _innocence(exit_code: int | None) -> int:
    return 2 if exit_code in (None, 0) else 1 if exit_code in _SIGNALS else 0
