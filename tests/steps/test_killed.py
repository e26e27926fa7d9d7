"""Each step that changes something, killed after each of its changes: the replay does no second one (law 7).

The process dies between AWS's effect and its answer, and Step Functions runs the step again. What there is on AWS
afterwards is what one undisturbed run leaves. tests/campaigns/chaos/test_killed.py kills real processes on the
local AWS.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from landfall.errors import StepError
from landfall.model import Failure, Outcome, Release
from tests.steps import killing, machine, standin
from tests.steps.abort.requests import request
from tests.steps.approvals import asked_release as approvals
from tests.steps.migrations import migrated_release as migrations
from tests.steps.shared.changes_of_a_service import REGISTRY, RELEASE, register, update
from tests.steps.shared.requests_for_a_lock import PUSHED, later
from tests.steps.shared.watched_builds import ended as built
from tests.support import builders as b
from tests.support import sign_off

Invocation = tuple[str, Any]
LOCKED = replace(RELEASE, fence=1)
ELSEWHERE = ("Reconcile", "Retire", "Drill", "AfterCheck", "Preflight", "JudgeGate", "ContinueGate")
"""A claim keeps the reconciler's replay from telling anything for a while; the look after that does
(test_reconcile.py). Retire takes a world of its own (test_retire.py). The one effect of Drill is to start an execution
by a name of its own (test_drills.py). AfterCheck calls a function, which moto does not run: tests/steps/after kills it.
Preflight only asks whether it might. The gates need service deployments, which moto has not (tests/steps/gates)."""
OF_GATES = ("ecs:ContinueServiceDeployment", "ecs:StopServiceDeployment")
"""moto has no service deployments; tests/steps/gates loses the replies to these two."""
LATE = 50
SENDS, PUTS = "sns:Publish", "events:PutEvents"
"""What can't be sent only once: neither has a token for it, nor a way to ask (docs/chaos.md)."""


def opened() -> Invocation:
    """A request is resolved: its record is opened."""
    standin.push()
    document = {"service": "sample", "image_tag": b.SHA}
    return "resolve", {"input": document, "execution": machine.EXECUTION}


def claimed() -> Invocation:
    """A recovery becomes the one that recovers."""
    lost = later(PUSHED, 1, execution_arn=f"{b.EXECUTION}-lost")
    standin.open_record(lost)
    document = {"service": "sample", "intent": "recover", "deployment_id": lost.deployment_id}
    return "resolve", {"input": document, "execution": machine.EXECUTION}


def locked() -> Invocation:
    """The lock is taken, and its fence goes into the record."""
    standin.open_record(PUSHED)
    return "acquire_lock", {"release": asdict(PUSHED), "owner": PUSHED.execution_arn}


def registered() -> Invocation:
    """Both revisions are registered: the release's, and a pinned copy of a baseline that names a tag."""
    old = standin.make_service(image=f"{REGISTRY}:latest")
    machine.locked(RELEASE)
    baseline = b.baseline(task_definition=old, restore_to=None)
    return "register_task_definition", {"release": asdict(LOCKED), "baseline": asdict(baseline)}


def registered_too_late() -> Invocation:
    """A recovery closed the record while the revision was made: the revision is taken away again."""
    old = standin.make_service()
    machine.locked(RELEASE)
    register(old)
    machine.invoke("report", asdict(b.ended(Outcome.REJECTED, release=LOCKED)))
    baseline = b.baseline(task_definition=old, restore_to=None)
    return "register_task_definition", {"release": asdict(LOCKED), "baseline": asdict(baseline)}


def _on_its_way() -> tuple[str, dict[str, Any]]:
    old = standin.make_service()
    machine.locked(RELEASE)
    return old, register(old)["deployment"]


def migrating() -> Invocation:
    """The migration is started: its intent is noted, the task is run, and the task is noted."""
    return "run_migration", migrations.asked()


def migrated() -> Invocation:
    """The migration ended, and how it ended is noted."""
    event = migrations.asked()
    migrations.run(event)
    migrations.stopped(0)
    return "check_migration", {**event, "attempt": 2, "recovering": False}


def migrating_too_long() -> Invocation:
    """The migration has had its time, and is stopped."""
    event = migrations.asked()
    migrations.run(event)
    for look in (1, 2):  # people are told that the service suffers, so no later look tells them
        migrations.check(event, look)
    migrations.record(asked_at=(datetime.now(UTC) - timedelta(seconds=901)).isoformat())
    return "check_migration", {**event, "attempt": 2, "recovering": False}


def migrating_harms() -> Invocation:
    """The service suffers while the migration runs, and people are told at the second look."""
    event = migrations.asked()
    migrations.run(event)
    standin.service_of(migrations.SERVICE).running_count = 0
    migrations.check(event)
    return "check_migration", {**event, "attempt": 2, "recovering": False}


def asked_for_approval() -> Invocation:
    """People are asked and told, and the lock is given back."""
    return "check_approval", {"release": asdict(approvals.release()), "attempt": 1}


def awaited() -> Invocation:
    """The token of a wait is noted."""
    release = approvals.release()
    approvals.check(release)
    return "await_approval", {"release": asdict(release), "token": "one"}


def approved() -> Invocation:
    """Somebody says yes: that is recorded, and the deployment is woken."""
    approvals.wait(_asked(), "one")
    return "approve", sign_off.event("A", service=approvals.SERVICE)


def aborted() -> Invocation:
    """Somebody aborts: that is recorded, and the execution is stopped."""
    machine.locked(PUSHED)
    return "abort", request(PUSHED)


def _asked() -> Release:
    release = approvals.release()
    approvals.check(release)
    return release


def updated() -> Invocation:
    """The service is pointed at the release."""
    old, ours = _on_its_way()
    baseline = asdict(b.baseline(task_definition=old))
    return "update_service", {"release": asdict(LOCKED), "baseline": baseline, "deployment": ours}


def withdrawn() -> Invocation:
    """Somebody was faster: the revision is taken away again."""
    invocation = updated()
    standin.service_of().task_definition = standin.register("sample", f"{REGISTRY}@{b.OTHER_DIGEST}")
    standin.roll_out()
    return invocation


def went_back() -> Invocation:
    """The service is put back, and the failed revision taken away."""
    old, ours = _on_its_way()
    ours = update(old, ours)["deployment"]
    baseline = asdict(b.baseline(task_definition=old, restore_to=old))
    return "rollback", {"release": asdict(LOCKED), "baseline": baseline, "deployment": ours}


def reported() -> Invocation:
    """The record is closed, sealed and anchored, and both files of the report are written."""
    machine.locked(RELEASE)
    return "report", asdict(replace(b.crashed(Outcome.ROLLED_BACK), release=LOCKED))


def _reported() -> Any:
    machine.invoke(*reported())
    return replace(b.crashed(Outcome.ROLLED_BACK), release=LOCKED)


def told() -> Invocation:
    """People are told."""
    return "notify", {"ended": asdict(_reported()), "report": "s3://x"}


def finished() -> Invocation:
    """The lock is given back, and the record is finished."""
    machine.invoke("notify", {"ended": asdict(_reported()), "report": "s3://x"})
    return "finish", {"release": asdict(LOCKED)}


def finished_without_a_release() -> Invocation:
    """The execution died right after it registered a revision: that is taken away, and the lock given back."""
    _on_its_way()
    failure = Failure("Resolve", "STOPPED", "the execution was stopped; nothing was touched")
    ended = b.ended(Outcome.REJECTED, release=LOCKED, failure=failure, deployment=None)
    machine.invoke("report", asdict(ended))
    machine.invoke("notify", {"ended": asdict(ended), "report": "s3://x"})
    return "finish", {"release": asdict(LOCKED)}


def swept() -> Invocation:
    """The recovery of a lost deployment is started."""
    while datetime.now(UTC).second > LATE:  # a recovery has the minute in its name: a sweep in the next one is another
        time.sleep(1)
    standin.open_record(later(PUSHED, 1, execution_arn=f"{b.EXECUTION}-lost"))
    return "sweep", {}


def begun() -> Invocation:
    """The deployment of a built image is started."""
    return "ensure_begun", {"build": built(standin.push()), "within": 7, "watch": "one"}


def told_of_a_build() -> Invocation:
    """People are told of a build."""
    verdict = {"state": "FAIL", "code": "BUILD_FAILED", "reason": "no", "retry_after": 1}
    return "notify_build", {"build": built(standin.push()), "verdict": verdict}


SCENES: dict[str, tuple[Callable[[], Invocation], tuple[str, ...]]] = {
    "Resolve": (opened, ("dynamodb:UpdateItem",)),
    "Resolve, of a recovery": (claimed, ("dynamodb:UpdateItem",)),
    "AcquireLock": (locked, ("dynamodb:UpdateItem",) * 2),
    "RegisterTaskDefinition": (registered, (*("ecs:RegisterTaskDefinition",) * 2, "dynamodb:UpdateItem")),
    "RegisterTaskDefinition, too late": (registered_too_late, ("ecs:DeregisterTaskDefinition",)),
    "RunMigration": (migrating, ("dynamodb:UpdateItem", "ecs:RunTask", "dynamodb:UpdateItem")),
    "CheckMigration": (migrated, ("dynamodb:UpdateItem",)),
    "CheckMigration, too late": (migrating_too_long, ("dynamodb:UpdateItem", "ecs:StopTask")),
    "CheckMigration, of a service that suffers": (migrating_harms, (SENDS, "dynamodb:UpdateItem")),
    "CheckApproval": (asked_for_approval, (*("dynamodb:UpdateItem",) * 2, SENDS, "dynamodb:UpdateItem")),
    "AwaitApproval": (awaited, ("dynamodb:UpdateItem",)),
    "Approve": (approved, ("dynamodb:UpdateItem", "states:SendTaskSuccess")),
    "Abort": (aborted, ("dynamodb:UpdateItem", "states:StopExecution")),
    "UpdateService": (updated, ("ecs:UpdateService",)),
    "UpdateService, too late": (withdrawn, ("ecs:DeregisterTaskDefinition",)),
    "Rollback": (went_back, ("ecs:UpdateService", "ecs:DeregisterTaskDefinition")),
    "Report": (reported, ("dynamodb:TransactWriteItems", *("s3:PutObject",) * 5, "dynamodb:UpdateItem")),
    "Notify": (told, (SENDS, "dynamodb:UpdateItem", PUTS, "dynamodb:UpdateItem")),
    "Finish": (finished, ("dynamodb:UpdateItem",) * 2),
    "Finish, of a rejected one": (
        finished_without_a_release,
        ("ecs:DeregisterTaskDefinition", *("dynamodb:UpdateItem",) * 2),
    ),
    "Sweep": (swept, ("dynamodb:UpdateItem", "states:StartExecution")),
    "EnsureBegun": (begun, ("states:StartExecution",)),
    "NotifyBuild": (told_of_a_build, (SENDS,)),
}
"""What each step changes, in order."""
RAISE = ("RegisterTaskDefinition, too late",)
"""Which end in an error, after what they change: there is nothing to go on with."""
CASES = [(scene, nth) for scene, (_, calls) in SCENES.items() for nth in range(1, len(calls) + 1)]


def test_every_change_of_every_step_is_among_them() -> None:
    """By the STEPS table: a step that is given leave to change something more must be killed there too."""
    tried = {
        (scene.partition(",")[0], killing.action_of(call)) for scene, (_, calls) in SCENES.items() for call in calls
    }
    wanted = killing.mutations()
    assert tried == {(step, action) for step, action in wanted if step not in ELSEWHERE and action not in OF_GATES}


def _run(scene: str, invocation: Invocation) -> None:
    with pytest.raises(StepError) if scene in RAISE else nullcontext():
        machine.invoke(*invocation)


@pytest.mark.parametrize(("scene", "nth"), CASES)
def test_killed_and_replayed(scene: str, nth: int) -> None:
    """Killed after a change and run again, and again: all is as one undisturbed run leaves it."""
    set_up, changes = SCENES[scene]
    _run(scene, set_up())
    undisturbed = killing.world()
    standin.anew()
    invocation = set_up()

    with killing.watched(killed_after=nth) as first, pytest.raises(killing.Killed):
        machine.invoke(*invocation)
    _run(scene, invocation)
    _run(scene, invocation)

    assert tuple(first.made) == changes[:nth]
    found = killing.world()
    if SENDS in changes:  # what may be sent again is the same, word for word
        found.update(messages=sorted(set(found["messages"])), events=sorted(set(found["events"])))
    assert found == undisturbed
