"""Judges stopped tasks: which stops are evidence against a release, and how many are enough for a verdict.

Sources: Amazon ECS Developer Guide, "Stopped tasks error messages"; ECS API reference, Task (`stopCode`). GuardDuty's
agent is not essential (Amazon GuardDuty User Guide, "Runtime Monitoring on Fargate"). Service Connect's proxy is
essential (aws/amazon-ecs-agent#4397, `containerIsEssential=true`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from landfall import console
from landfall.model import Verdict, failed
from landfall.proof import stop_reasons
from landfall.proof.observed import Container, TaskView
from landfall.text.lazy_pattern import Later

_STARTED = frozenset({stop_reasons.EXIT, stop_reasons.MEMORY, stop_reasons.HEALTH})
"""Stops of tasks that had started: the release itself ran and failed."""
_DEATHS, _STARTS = 20, 2
"""If some tasks of a service run, more than one task in so many must stop, or fail to start, in the same way."""
_SIGNALS = (137, 143)
"""Exit codes of a killed container. When an essential container exits, ECS kills the others."""
_MADE_UP = Later(r"^(aws-guardduty-agent|ecs-service-connect)-\w+$")
"""Containers that AWS adds. The end of their names differs in every task."""
_NOBODYS = "aws-guardduty-agent"
"""A container that AWS adds and that is not essential: the task goes on without it."""
_TOLD = 620
"""How many characters of AWS's reason are shown, so that the link after it fits into model.REASON_LIMIT."""


@dataclass(frozen=True)
class Stop:
    """One kind of stop. Two tasks that stopped in the same way have equal stops, even if AWS's wording differs.

    `hopeless`: waiting can't fix it (no such image or secret, or no permission to read it). `container` is the name
    that all tasks have in common.
    """

    kind: str
    container: str
    exit_code: int | None
    code: str = field(repr=False)
    reason: str = field(compare=False)
    task: str = field(compare=False, repr=False)
    hopeless: bool = field(compare=False, repr=False)

    def __str__(self) -> str:
        exit_text = f" exited with code {self.exit_code}" if self.exit_code is not None else ""
        where = f"container {self.container!r}{exit_text}: " if self.container else ""
        return f"{where}{self.reason} ({self.kind})"


def verdict(
    tasks: Iterable[TaskView],
    deployment_id: str,
    limit: int,
    *,
    completed: bool = False,
    desired: int = 0,
    released: Collection[str] = (),
) -> Verdict | None:
    """Return a FAIL if the deployment's stopped tasks are enough evidence.

    - If no task of it runs, `limit` stops of the same kind are enough.
    - If some tasks run, it takes more stops of the same kind than a share of the `desired` tasks. Stops of any kind
      also count together, if their tasks had started. ECS's own count forgets these each time a task gets healthy
      (`resetOnHealthyTask`).
    - One stop that waiting can't fix is enough, unless a running task proves the opposite.
    - Once the rollout is `completed`, tasks that failed to start don't count, since others replaced them: a registry
      or network that was slow for a moment is no reason to roll a running release back.

    `released` are the containers that run the release's image.
    """
    mine = [t for t in tasks if t.started_by == deployment_id]
    alive = sum(t.desired_status == "RUNNING" for t in mine)
    up = any(t.serves for t in mine)
    size = max(desired, alive) if up else alive
    found = [s for s in _evidence(mine, released) if s.kind not in stop_reasons.ENVIRONMENT]
    lost = [s for s in found if s.hopeless]
    if lost and not up and 2 * len(lost) >= alive:
        return failed("CANNOT_START", f"a task can't start, and waiting won't fix it: {shown(lost[0])}")
    died = [s for s in found if s.kind in _STARTED]
    for stop, count in Counter(died if completed else found).most_common():
        if count >= max(limit, 1 + size // (_DEATHS if stop.kind in _STARTED else _STARTS)):
            return failed("CRASH_LOOP", f"{count} tasks of this deployment stopped in the same way: {shown(stop)}")
    if len(died) > max(limit, size // _DEATHS):
        kinds = "; ".join(dict.fromkeys(str(s)[:150] for s in died[1:]))
        return failed(
            "LIMPING",
            f"{len(died)} tasks of this deployment started and stopped, last {shown(died[0])}; before: {kinds}",
        )
    return None


def counts(tasks: Iterable[TaskView], deployment_id: str, released: Collection[str] = ()) -> Counter[Stop]:
    """Count the stops of one deployment's tasks that are evidence, by kind."""
    return Counter(_evidence((t for t in tasks if t.started_by == deployment_id), released))


def died(tasks: Iterable[TaskView], deployment_id: str) -> tuple[TaskView, ...]:
    """Return the tasks of one deployment that had started and stopped by their own fault."""
    mine = (t for t in tasks if t.started_by == deployment_id and t.last_status == "STOPPED" and _is_evidence(t))
    return tuple(t for t in mine if t.stop_code != "TaskFailedToStart")


def shown(stop: Stop) -> str:
    """Say what stopped, with which exit code and why, with a link to the console."""
    text = str(stop)
    return f"{text if len(text) <= _TOLD else text[:_TOLD] + '…'}; see {console.task(stop.task)}"


def _evidence(mine: Iterable[TaskView], released: Collection[str]) -> list[Stop]:
    return [_stop(task, released) for task in mine if task.last_status == "STOPPED" and _is_evidence(task)]


def _is_evidence(task: TaskView) -> bool:
    """Say whether a stop counts. Spot interruptions, scale-in, host retirement and manual stops don't."""
    if task.stop_code == "ServiceSchedulerInitiated":
        return any(text in task.stopped_reason for text in stop_reasons.HEALTH_CHECKS)
    return task.stop_code in ("EssentialContainerExited", "TaskFailedToStart")


def _stop(task: TaskView, released: Collection[str]) -> Stop:
    culprit = _culprit(task, released)
    reasons = (culprit.reason if culprit else "", task.stopped_reason)
    reason = next((text for text in reasons if text), "no reason given")
    started = task.stop_code != "TaskFailedToStart"
    ran = started and culprit is not None and culprit.exit_code is not None
    kind = stop_reasons.kind(f"{task.stopped_reason} {reason}", ran=ran, started=started)
    came_up = started and any(c.exit_code is not None for c in _needed(task))
    return Stop(
        kind=kind,
        container=_named(culprit) if culprit else "",
        exit_code=culprit.exit_code if culprit and kind in (stop_reasons.EXIT, stop_reasons.MEMORY) else None,
        code=task.stop_code,
        reason=reason,
        task=task.arn,
        hopeless=kind in (stop_reasons.PULL, stop_reasons.SECRET) and not came_up and stop_reasons.hopeless(reason),
    )


def _culprit(task: TaskView, released: Collection[str]) -> Container | None:
    """Return the container that stopped the task: one that failed rather than one that ECS stopped.

    DescribeTasks does not say which containers are essential. A container that ran and failed comes before one that
    never ran, since a task goes on without a container that is not essential. The release's own container comes first.
    """
    return min(_needed(task), key=lambda c: (_innocence(c), c.name not in released, not c.reason, c.name), default=None)


def _needed(task: TaskView) -> list[Container]:
    return [c for c in task.containers if _named(c) != _NOBODYS]


def _named(container: Container) -> str:
    """Return the container's name without the random end that AWS adds."""
    return _MADE_UP.sub(r"\1", container.name)


def _innocence(container: Container) -> int:
    code = container.exit_code
    if code is None:
        return 1 if container.reason else 4
    if code in _SIGNALS:
        return 0 if "OutOfMemory" in container.reason else 3
    return 2 if code == 0 else 0
