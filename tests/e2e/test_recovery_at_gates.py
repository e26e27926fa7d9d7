"""An execution stopped at a migration, a sign-off or an after-check: the service is as before, and nothing ran twice.

Part of `make recovery`. tests/statemachine/test_recovered.py holds that each state is stopped in some test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from landfall.approval import approval
from landfall.approval.approval import ApprovalStage
from landfall.aws.one_off_tasks import OneOffTasks
from landfall.migration import migration, run_task
from landfall.migration.migration import Stage as MigrationStage
from local.stage.inbox import Inbox
from local.stage.landfall_stage import Stage
from statemachine.definition import definition
from tests.e2e import laws, owners_function, signing_off, stopping
from tests.e2e.pushing import pushed
from tests.e2e.shared.migration_tasks import tasks
from tests.e2e.shared.stopped_at_gates import CASES, CHECKED, KEPT, MIGRATED, OF_RECOVERY, WAIT_FOR_ANOTHER
from tests.e2e.signing_off import PATIENCE

pytestmark = [pytest.mark.e2e, pytest.mark.long]
TOUCHED = (KEPT, CHECKED)
"""Services that are asked for after they were changed: a release that is stopped there goes back."""


@pytest.fixture(scope="module")
def live(stage: Stage) -> Callable[[str], str]:
    """Return what says which commit is live on a service. Its first release lands when it is first asked."""
    landed: dict[str, str] = {}

    def on(service: str) -> str:
        if service not in landed:
            landed[service] = _landed(stage, service)
        return landed[service]

    return on


def _landed(stage: Stage, service: str) -> str:
    if service == CHECKED:
        owners_function.says(stage)({"ok": True})
    if service in (MIGRATED, CHECKED):
        ending = pushed(stage, service, "before gates")
    else:
        follower, record = signing_off.waiting(stage, service, "before gates")
        for role in ("Approver", "Second"):
            signing_off.answer(stage, role, record)
        ending = stage.ended(follower, service, PATIENCE)
    laws.hold(stage, ending, service, "SUCCEEDED")
    return str(ending.record["git_sha"])


@pytest.mark.parametrize("state", CASES)
def test_an_execution_stopped_at_a_gate(stage: Stage, inbox: Inbox, live: Callable[[str], str], state: str) -> None:
    """It is recovered: one record, one message, no lock, what was live is live, and no yes that nobody said."""
    assert state in definition()["States"]
    service = CASES[state]
    before = live(service)
    if service == CHECKED:
        owners_function.says(stage)({"ok": None, "reason": "not decided yet"})
    told = len(inbox.messages())

    follower = stopping.begun(stage, "migration-slow" if service == MIGRATED else "", service)
    stopping.entered(stage, follower, state, PATIENCE)
    stage.stepfunctions.stop_execution(executionArn=follower.arn, cause="stopped by a test")
    record = stopping.proven_or_paged(stage, inbox, follower, told, service)

    _is_right(stage, record, service)
    stopping.is_live(stage, before, service)


def _is_right(stage: Stage, record: dict[str, Any], service: str) -> None:
    assert record["outcome"] in (("ROLLED_BACK",) if service in TOUCHED else ("ROLLED_BACK", "REJECTED"))
    known = approval.read(record)
    assert known is None or known.stage != ApprovalStage.APPROVED
    if service == MIGRATED:
        _ran_once(record, tasks(stage, record))


def _ran_once(record: dict[str, Any], started: list[dict[str, Any]]) -> None:
    """Assert that the migration ran at most once, to its end, and that the record says how it went."""
    assert len(started) <= 1
    assert all(task["lastStatus"] == "STOPPED" for task in started)
    known = migration.read(record)
    assert known is None or known.is_over
    codes = [container.get("exitCode") for task in started for container in task["containers"]]
    assert (codes == [0]) == (known is not None and known.stage == MigrationStage.RAN)


@pytest.mark.parametrize("state", OF_RECOVERY)
def test_a_recovery_that_waits_for_a_migration_is_stopped_too(
    stage: Stage, inbox: Inbox, live: Callable[[str], str], state: str
) -> None:
    """The next recovery waits for the same task. None is started, and the record says how it ended."""
    before, told = live(MIGRATED), len(inbox.messages())
    follower = stopping.begun(stage, "migration-hangs", MIGRATED)
    stopping.stopped_in(stage, follower, "WaitForMigration")
    recovery = stopping.recovery_of(stage, follower.arn)
    stopping.stopped_in(stage, recovery, state)
    stopping.eventually(lambda: stopping.swept(stage) == 1, "the sweep to start a second recovery", 120, pause=2)

    record = stopping.proven_or_paged(stage, inbox, follower, told, MIGRATED)

    (task,) = tasks(stage, record)
    assert task["lastStatus"] == "STOPPED"
    assert "TIMED_OUT" in record["migration"]
    _is_right(stage, record, MIGRATED)
    stopping.is_live(stage, before, MIGRATED)


@contextmanager
def another_migrates(stage: Stage, service: str) -> Iterator[str]:
    """Let a migration of an earlier deployment of the service still run. Yield its task."""
    cluster, running = f"landfall-{service}", stage.service(service)["taskDefinition"]
    template = stage.ecs.describe_task_definition(taskDefinition=running)["taskDefinition"]
    hangs = {
        "name": template["containerDefinitions"][0]["name"],
        "command": ["python", "-m", "sample_service.migrate"],
        "environment": [{"name": "FAULT", "value": "migration-hangs"}],
    }
    (task,) = stage.ecs.run_task(
        cluster=cluster,
        taskDefinition=running,
        startedBy=run_task.started_by("an-earlier-one"),
        overrides={"containerOverrides": [hangs]},
        **OneOffTasks(stage.ecs, cluster, service).placement(),
    )["tasks"]
    try:
        yield str(task["taskArn"])
    finally:
        stage.ecs.stop_task(cluster=cluster, task=task["taskArn"])


def test_a_release_that_waits_for_an_earlier_migration_is_stopped(
    stage: Stage, inbox: Inbox, live: Callable[[str], str]
) -> None:
    """None was started for it and none is, and the earlier one goes on: Landfall stops nothing that is not its own."""
    before, told = live(MIGRATED), len(inbox.messages())
    with another_migrates(stage, MIGRATED) as task:
        follower = stopping.begun(stage, "", MIGRATED)
        stopping.stopped_in(stage, follower, WAIT_FOR_ANOTHER)
        record = stopping.proven_or_paged(stage, inbox, follower, told, MIGRATED)
        (other,) = stage.ecs.describe_tasks(cluster=f"landfall-{MIGRATED}", tasks=[task])["tasks"]
        assert other["lastStatus"] == "RUNNING"

    assert tasks(stage, record) == []
    _is_right(stage, record, MIGRATED)
    stopping.is_live(stage, before, MIGRATED)
