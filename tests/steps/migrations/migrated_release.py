"""A release with a migration, the steps that run it, and what its task does."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

from landfall.migration import migration, run_task
from landfall.migration.migration import Migration
from tests.steps import machine, standin
from tests.support import builders as b

SERVICE, GROUP = "migrated", "/migrated"
OPTIONS = {"awslogs-group": GROUP, "awslogs-stream-prefix": "migrated", "awslogs-region": standin.REGION}
WRITES = {"logConfiguration": {"logDriver": "awslogs", "options": OPTIONS}}
RELEASE = b.release(service=SERVICE, migration_attempts=200)


def asked() -> dict[str, Any]:
    """Return the steps' input: the record is open, the lock is held, and the new revision is registered."""
    standin.client("logs").create_log_group(logGroupName=GROUP)
    image = f"registry/landfall/{SERVICE}@{b.OLD_DIGEST}"
    old = standin.make_service(SERVICE, image=image, container=WRITES)
    new = standin.register(SERVICE, f"registry/landfall/{SERVICE}@{b.DIGEST}", **WRITES)
    release = machine.locked(RELEASE)
    baseline = b.baseline(task_definition=old, healthy_targets=2)
    deployment = b.deployment(id="", task_definition=new, updated_at="", deadline="")
    return {"release": asdict(release), "baseline": asdict(baseline), "deployment": asdict(deployment)}


def run(event: dict[str, Any]) -> dict[str, Any]:
    """Invoke RunMigration."""
    return dict(machine.invoke("run_migration", event)["verdict"])


def check(event: dict[str, Any], attempt: int = 1, *, recovering: bool = False) -> dict[str, Any]:
    """Invoke CheckMigration."""
    return dict(machine.invoke("check_migration", {**event, "attempt": attempt, "recovering": recovering})["verdict"])


def known() -> Migration:
    """Return what the record says."""
    found = migration.read(standin.ledger().record(SERVICE, RELEASE.deployment_id))
    assert found
    return found


def record(**changes: Any) -> None:
    """Change what the record says of the migration."""
    text = migration.written(replace(known(), **changes))
    standin.ledger().update(SERVICE, RELEASE.deployment_id, migration=text)


def tasks() -> list[Any]:
    """Return the migration's tasks."""
    every = standin.backend().tasks.get(standin.CLUSTER, {}).values()
    return [task for task in every if str(task.started_by).startswith(run_task.STARTED_BY)]


def stopped(exit_code: int | None = 0, stop_code: str = "EssentialContainerExited") -> None:
    """Let the migration's task end."""
    (task,) = tasks()
    task.containers = [{"name": "app"}]
    standin.stop(task, stop_code, exit_code)


def wrote(*lines: str) -> None:
    """Let the migration's task write these lines."""
    (task,) = tasks()
    stream = f"migrated/app/{task.task_arn.rpartition('/')[2]}"
    logs, now = standin.client("logs"), int(datetime.now(UTC).timestamp() * 1000)
    logs.create_log_stream(logGroupName=GROUP, logStreamName=stream)
    events = [{"timestamp": now + n, "message": line} for n, line in enumerate(lines)]
    logs.put_log_events(logGroupName=GROUP, logStreamName=stream, logEvents=events)
