"""RunMigration and CheckMigration, JSON in and JSON out: a migration is started once, whatever is lost on the way."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from moto.core.exceptions import JsonRESTError
from moto.ecs.models import EC2ContainerServiceBackend

from landfall.errors import AwsBusy, StepError
from landfall.ledger.deployment_record import Ended
from landfall.migration import run_task
from landfall.migration.migration import Stage
from landfall.model import Outcome, failed
from tests.steps import machine, standin
from tests.steps.migrations.migrated_release import (
    RELEASE,
    SERVICE,
    asked,
    check,
    known,
    record,
    run,
    stopped,
    tasks,
    wrote,
)
from tests.support import builders as b


@pytest.fixture(autouse=True)
def event(aws: None) -> dict[str, Any]:
    """Return the steps' input."""
    return asked()


def test_it_runs_the_new_revision_where_the_service_runs(event: dict[str, Any]) -> None:
    """Its intent and then its task are in the record; network, launch type and tags are as they should be."""
    assert run(event)["code"] == "MIGRATION_STARTED"
    (task,) = tasks()
    assert task.task_definition_arn == event["deployment"]["task_definition"]
    assert (task.launch_type, task.started_by) == ("FARGATE", run_task.started_by(RELEASE.deployment_id))
    assert {tag["key"]: tag["value"] for tag in task.tags}["landfall:role"] == "migration"
    assert (known().stage, known().task) == (Stage.STARTED, task.task_arn)


def test_a_migration_that_ended_well_lets_the_service_be_updated(event: dict[str, Any]) -> None:
    """PENDING to STOPPED between two looks is one, too; what it wrote is kept, redacted."""
    run(event)
    assert check(event)["code"] == "MIGRATION_RUNNING"
    wrote("INFO migrated CASE-77")
    stopped(0)
    verdict = check(event, 2)
    assert (verdict["state"], verdict["code"]) == ("PASS", "MIGRATED")
    assert (known().stage, known().exit_code) == (Stage.RAN, 0)
    (line,) = known().lines
    assert line.startswith("INFO migrated")
    assert "CASE-77" not in line
    assert check(event, 3) == verdict  # a replay reads the record
    assert len(tasks()) == 1


ENDS = {
    "exit code 1": (1, "EssentialContainerExited", "MIGRATION_FAILED"),
    "no exit code": (None, "EssentialContainerExited", "MIGRATION_FAILED"),
    "never started": (None, "TaskFailedToStart", "MIGRATION_NOT_STARTED"),
    "interrupted": (None, "SpotInterruption", "MIGRATION_INTERRUPTED"),
}


@pytest.mark.parametrize(("code", "stop_code", "verdict"), ENDS.values(), ids=ENDS)
def test_a_migration_that_ended_otherwise_rejects(
    event: dict[str, Any], code: int | None, stop_code: str, verdict: str
) -> None:
    """Its last lines may come a little later: one more look waits for them, and no look longer."""
    run(event)
    stopped(code, stop_code)
    first = check(event)
    if first["state"] == "WAIT":
        assert first["code"] == "MIGRATION_LOGS"
        first = check(event, 2)
    assert (first["state"], first["code"]) == ("FAIL", verdict)
    assert "the service was not changed" in first["reason"]


def test_a_throttle_leaves_the_intent_and_is_a_wait(event: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """The step is tried again, and asks ECS again with the same token."""
    with monkeypatch.context() as patch:
        patch.setattr(EC2ContainerServiceBackend, "run_task", standin.throttled)
        with pytest.raises(AwsBusy):
            run(event)
    first = known()
    assert first.stage == Stage.INTENDED
    assert run(event)["code"] == "MIGRATION_STARTED"
    assert known().intended_at == first.intended_at
    assert len(tasks()) == 1


def test_after_an_hour_no_task_is_started_again(event: dict[str, Any]) -> None:
    """The token may be good no more. A task that ECS lists is found; without one nobody knows whether it ran."""
    run(event)
    (task,) = tasks()
    early = (datetime.now(UTC) - timedelta(hours=2)).isoformat()
    record(stage=Stage.INTENDED, task="", intended_at=early)
    assert run(event)["code"] == "MIGRATION_STARTED"
    assert known().task == task.task_arn
    record(stage=Stage.INTENDED, task="", intended_at=early)
    standin.backend().tasks[standin.CLUSTER].pop(task.task_arn.rpartition("/")[2], None)
    standin.backend().tasks[standin.CLUSTER] = {}
    verdict = run(event)
    assert (verdict["state"], verdict["code"]) == ("FAIL", "MIGRATION_UNKNOWN")
    assert tasks() == []
    assert run(event)["code"] == "MIGRATION_UNKNOWN"


def test_what_ecs_refuses_touched_nothing(event: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked again a few times; the record then says that the database was not touched."""

    def refuse(*_: Any, **__: Any) -> Any:
        raise JsonRESTError("ClientException", "Capacity is unavailable at this time.")

    with monkeypatch.context() as patch:
        patch.setattr(EC2ContainerServiceBackend, "run_task", refuse)
        verdict = run(event)
    assert (verdict["state"], verdict["code"]) == ("WAIT", "MIGRATION_REFUSED")
    assert "the database was not touched" in verdict["reason"]
    assert known().stage == Stage.NEVER_STARTED
    assert run(event)["code"] == "MIGRATION_STARTED"


def test_two_migrations_never_run_at_once(event: dict[str, Any]) -> None:
    """One that an earlier deployment left running is waited for, and nothing is recorded before it has ended."""
    run(event)
    other = machine.locked(replace(RELEASE, deployment_id="20260102T030405Z-two", execution_arn=f"{b.EXECUTION}2"))
    later = {**event, "release": asdict(other)}
    verdict = run(later)
    assert verdict["code"] == run_task.OF_ANOTHER
    assert f"for the earlier deployment {RELEASE.deployment_id}; " in verdict["reason"]
    assert f"aws ecs stop-task --cluster {standin.CLUSTER} --task {tasks()[0].task_arn}" in verdict["reason"]
    assert "migration" not in (standin.ledger().record(SERVICE, other.deployment_id) or {})


def test_at_its_limit_the_task_is_stopped(event: dict[str, Any]) -> None:
    """Once; then its end is waited for."""
    run(event)
    record(asked_at=(datetime.now(UTC) - timedelta(seconds=901)).isoformat())
    assert check(event)["code"] == "MIGRATION_STOPPING"
    (task,) = tasks()
    assert task.desired_status == "STOPPED"
    assert "longer than 900 s" in task.stopped_reason


def test_people_hear_of_a_service_that_suffers(event: dict[str, Any]) -> None:
    """At the second look: with the task and how to stop it. The end says since when."""
    run(event)
    service = standin.service_of(SERVICE)
    service.running_count = 0
    for task in standin.tasks_of(SERVICE):
        standin.stop(task)
    check(event)
    assert known().unhealthy_since
    assert not known().warned
    check(event, 2)
    assert known().warned
    check(event, 3)
    stopped(1)
    check(event, 4)
    assert "unhealthy since" in check(event, 5)["reason"]


def test_a_recovery_waits_and_starts_nothing(event: dict[str, Any]) -> None:
    """Without an intent there is nothing to wait for; without a task it looks twice; with one it waits for its end."""
    assert check(event, recovering=True)["code"] == "NO_MIGRATION"
    run(event)
    (task,) = tasks()
    record(stage=Stage.INTENDED, task="")
    assert check(event, recovering=True)["state"] == "WAIT"
    assert known().task == task.task_arn
    record(stage=Stage.INTENDED, task="")
    standin.backend().tasks[standin.CLUSTER] = {}
    assert check(event, recovering=True)["code"] == "MIGRATION_SOUGHT"
    assert check(event, 2, recovering=True)["code"] == "MIGRATION_NOT_STARTED"
    assert tasks() == []


def test_a_record_that_is_closed_starts_nothing(event: dict[str, Any]) -> None:
    """A recovery closed it meanwhile: this execution is over."""
    ended = Ended(b.release(**_plain(event)), Outcome.REJECTED, failed("X", "x"))
    machine.invoke("report", json.loads(json.dumps(asdict(ended))))
    with pytest.raises(StepError):
        run(event)
    assert tasks() == []


def _plain(event: dict[str, Any]) -> dict[str, Any]:
    return {"service": SERVICE, "migration_attempts": 200, "fence": event["release"]["fence"]}
