"""From the commit to what was served: the tasks and targets of a report, as AWS knew them after the end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from landfall.ledger import deployment_record
from landfall.ledger.deployment_record import Ended
from landfall.model import UNKNOWN
from landfall.proof.observed import Look, TargetView, TaskView
from landfall.redaction import redacted
from landfall.smoke.case import PASS, Check
from landfall.worker.commit_lines import COMMIT

MOST_TASKS = 50
"""The most tasks in a report; the first ones are shown."""


@dataclass(frozen=True)
class Task:
    """One task, as ECS knew it when the report was written."""

    arn: str
    revision: str
    status: str
    addresses: tuple[str, ...]
    digests: dict[str, str]
    exit_codes: dict[str, int]
    stopped_reason: str


@dataclass(frozen=True)
class Target:
    """One target, as the load balancer knew it when the report was written."""

    address: str
    state: str
    reason: str


@dataclass(frozen=True)
class Provenance:
    """From the commit to what was served. Unknown values are UNKNOWN; values that never existed are empty."""

    commit: str
    image_digest: str
    revision: str
    ecs_deployment: str
    tasks: tuple[Task, ...]
    served: str


def provenance(ended: Ended, look: Look) -> Provenance:
    """Return the chain of evidence, as far as it is known."""
    revision = deployment_record.revision(ended)
    served = next((c for c in ended.checks if c.name in ("version", COMMIT)), None)
    return Provenance(
        commit=ended.release.git_sha,
        image_digest=ended.release.image_digest,
        revision=revision,
        ecs_deployment=ended.deployment.id if ended.deployment else "",
        tasks=tuple(_task(task) for task in of_interest(look.tasks, revision)[:MOST_TASKS]),
        served=_served(served),
    )


def _served(check: Check | None) -> str:
    """Return the commit that was served, or the answer that was seen instead. A worker logs its commit."""
    if check is None:
        return UNKNOWN
    return check.expected if check.state == PASS and check.name != COMMIT else check.seen


def of_interest(tasks: Iterable[TaskView], revision: str) -> list[TaskView]:
    """Return the release's own tasks, including stopped ones, then the other running tasks."""
    ours = [task for task in tasks if task.task_definition == revision]
    return [*ours, *(task for task in tasks if task.task_definition != revision and task.serves)]


def _task(task: TaskView) -> Task:
    return Task(
        arn=task.arn,
        revision=task.task_definition,
        status=task.last_status,
        addresses=tuple(sorted(task.addresses)),
        digests={c.name: c.image_digest or UNKNOWN for c in task.containers},
        exit_codes={c.name: c.exit_code for c in task.containers if c.exit_code is not None},
        stopped_reason=redacted(task.stopped_reason),
    )


def target(seen: TargetView) -> Target:
    """Return a target in the form for a report."""
    return Target(f"{seen.ip}:{seen.port}", seen.state, redacted(seen.description or seen.reason))
