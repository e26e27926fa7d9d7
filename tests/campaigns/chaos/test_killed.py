"""Lambda processes killed on the local AWS, after each call that changes something: the replay does no second change.

tests/steps/test_killed.py does it to every step, and quickly; here it is the real process, retried by the real state
machine. Part of the long tests.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from landfall.after import inquiry
from landfall.migration import migration, run_task
from local.faults.planned import ENDED, INVOKE, Kind, Rule
from stacks.functions.steps_table import STEPS
from tests.campaigns.chaos.gates import HANGS, Fate
from tests.campaigns.chaos.lane import Lane
from tests.campaigns.chaos.run import Theatre
from tests.campaigns.chaos.schedule import BAD, GOOD, MISSING, Deployment

pytestmark = [pytest.mark.e2e, pytest.mark.long]

UPDATE_ITEM, TRANSACTION, PUT = "dynamodb:UpdateItem", "dynamodb:TransactWriteItems", "s3:PutObject"
CRASH = BAD[0]
SUFFERS = "the service suffers"
"""A migration that hangs, while a target of the service is unhealthy."""
CASES: dict[str, tuple[tuple[str, int, str], ...]] = {
    "Resolve": ((UPDATE_ITEM, 1, GOOD),),
    "AcquireLock": ((UPDATE_ITEM, 1, GOOD), (UPDATE_ITEM, 2, GOOD)),
    "RegisterTaskDefinition": (("ecs:RegisterTaskDefinition", 1, GOOD), (UPDATE_ITEM, 1, GOOD)),
    "UpdateService": (("ecs:UpdateService", 1, GOOD),),
    "Rollback": (("ecs:UpdateService", 1, CRASH), ("ecs:DeregisterTaskDefinition", 1, CRASH)),
    "Report": (
        (TRANSACTION, 1, GOOD),
        *((PUT, nth, GOOD) for nth in (1, 2, 3)),
        (UPDATE_ITEM, 1, GOOD),
        (TRANSACTION, 1, CRASH),
    ),
    "Notify": (
        ("sns:Publish", 1, MISSING),
        (UPDATE_ITEM, 1, MISSING),
        ("events:PutEvents", 1, GOOD),
        (UPDATE_ITEM, 2, MISSING),
    ),
    "Finish": ((UPDATE_ITEM, 1, GOOD), (UPDATE_ITEM, 2, GOOD)),
    "Sweep": (("states:StartExecution", 1, GOOD),),
}
"""Where each step is killed: after which call, and in which deployment."""
AT_GATES: dict[str, tuple[tuple[str, int, str], ...]] = {
    "RunMigration": ((UPDATE_ITEM, 1, GOOD), ("ecs:RunTask", 1, GOOD), (UPDATE_ITEM, 2, GOOD)),
    "CheckMigration": ((UPDATE_ITEM, 1, GOOD), ("ecs:StopTask", 1, HANGS), ("sns:Publish", 1, SUFFERS)),
    "CheckApproval": (*((UPDATE_ITEM, nth, GOOD) for nth in (1, 2, 3)), ("sns:Publish", 1, GOOD)),
    "AwaitApproval": ((UPDATE_ITEM, 1, GOOD),),
    "Approve": ((UPDATE_ITEM, 1, GOOD), ("states:SendTaskSuccess", 1, GOOD)),
}
"""The same, on a service that migrates and asks people."""
AFTER_PROOF: dict[str, tuple[tuple[str, int, str], ...]] = {
    "Preflight": (("lambda:InvokeFunction", 1, GOOD),),  # a dry run
    "AfterCheck": ((UPDATE_ITEM, 1, GOOD), ("lambda:InvokeFunction", 1, GOOD), (UPDATE_ITEM, 2, GOOD)),
}
"""The same, on a service with an after-check."""
NOT_HERE = {
    ("UpdateService", "ecs:DeregisterTaskDefinition"),  # needs somebody who deploys at the very same moment
    ("RegisterTaskDefinition", "ecs:DeregisterTaskDefinition"),  # needs a recovery that closes the record meanwhile
    ("Finish", "ecs:DeregisterTaskDefinition"),  # needs an execution that dies between two calls of one step
    ("Sweep", "dynamodb:UpdateItem"),  # its count of a recovery
    ("EnsureBegun", "states:StartExecution"),  # the watch over builds: no deployment comes by
    ("NotifyBuild", "sns:Publish"),
    ("Reconcile", "dynamodb:UpdateItem"),  # what it looks for has to settle first
    ("Reconcile", "states:StartExecution"),
    ("Reconcile", "sns:Publish"),
    ("Reconcile", "events:PutEvents"),
    ("Retire", "lambda:DeleteFunction"),  # what it removes has to be old first
    *{("Abort", action) for action in (UPDATE_ITEM, "states:StopExecution")},  # nobody aborts there
    # services there have no gates at which ECS pauses; tests/steps/gates kills these
    *{("ContinueGate", action) for action in ("ecs:ContinueServiceDeployment", UPDATE_ITEM)},
    ("JudgeGate", UPDATE_ITEM),
    ("Rollback", "ecs:StopServiceDeployment"),
    ("Drill", "states:StartExecution"),  # no drill is due there
}
"""Tried in tests/steps alone: by kills, the reconciler's claims in test_reconcile.py, removals in
test_retire.py."""


@dataclass(frozen=True)
class Case:
    """A step, killed after its `nth` call of an operation, in a release of that kind."""

    step: str
    call: str
    nth: int
    release: str

    @property
    def function(self) -> str:
        """Return the step's function."""
        return next(step.function_name for step in STEPS if step.id == self.step)

    @property
    def deployment(self) -> Deployment:
        """Return what is released, with nothing in its way yet."""
        if self.release in (HANGS, SUFFERS):
            return Deployment(0, GOOD, (), Fate(migration=HANGS, suffers=self.release == SUFFERS))
        return Deployment(0, self.release, ())

    def __str__(self) -> str:
        return f"{self.step}-{self.call}-{self.nth}-{self.release}"


EVERY = [Case(step, *case) for cases in (CASES, AT_GATES, AFTER_PROOF) for step, of in cases.items() for case in of]
USUAL = {GOOD: "SUCCEEDED", CRASH: "ROLLED_BACK", MISSING: "REJECTED", HANGS: "REJECTED", SUFFERS: "REJECTED"}


@pytest.mark.parametrize("kind", [Kind.KILL, Kind.DROP])
@pytest.mark.parametrize("case", EVERY, ids=str)
def test_killed(there: Theatre, request: pytest.FixtureRequest, case: Case, kind: Kind) -> None:
    """The process is killed, or its connection cut, between effect and answer: all laws hold, and once is once."""
    lanes = {"gated": AT_GATES, "checked": AFTER_PROOF}
    lane: Lane = request.getfixturevalue(next((lane for lane, of in lanes.items() if case.step in of), "lane"))
    rules = [Rule(case.call, kind, case.function, case.nth)]
    swept = case.step == "Sweep"
    if swept:  # it has something to do where an execution is stopped, and nobody hears of it
        rules += [Rule(INVOKE, Kind.STOP, "landfall-check-stability"), Rule(ENDED, Kind.LOSE)]
    number = 2 * EVERY.index(case) + 1 + (kind is Kind.DROP)

    played = there.play(lane, replace(case.deployment, number=number, rules=tuple(rules)))

    assert played.violations == ()
    assert (case.function, case.call, kind) in {(h.step, h.operation, h.kind) for h in played.happened}
    assert played.outcomes == ("ROLLED_BACK" if swept else USUAL[case.release],)
    if case.release != MISSING:
        assert len(_begun(lane)) == (USUAL[case.release] != "REJECTED")
    newest = lane.stage.records(lane.name)[-1]
    if case.release == SUFFERS:
        known = migration.read(newest)
        assert known
        assert known.warned
    if case.step == "AfterCheck":
        asked = inquiry.read(newest)
        assert asked
        assert asked.calls == _calls_of_the_owner(case, kind)


def _calls_of_the_owner(case: Case, kind: Kind) -> int:
    """Return how often the owner's function is called: again only where no answer came and none was written down.

    The client repeats a write whose answer was cut off. A process that was killed after the intent may have called it.
    """
    if case.call == UPDATE_ITEM:
        return 1 if case.nth == 2 or kind is Kind.DROP else 2
    return 2


def _begun(lane: Lane) -> set[str]:
    """Return the ECS deployments that ever started a task of the newest revision: a second update begins another."""
    ecs, cluster = lane.stage.ecs, f"landfall-{lane.name}"
    newest = f":{lane.newest_revision()}"
    listed = [ecs.list_tasks(cluster=cluster, desiredStatus=status) for status in ("RUNNING", "STOPPED")]
    arns = [arn for each in listed for arn in each["taskArns"]][:100]
    tasks = ecs.describe_tasks(cluster=cluster, tasks=arns)["tasks"]
    started = {task["startedBy"] for task in tasks if task["taskDefinitionArn"].endswith(newest)}
    return {each for each in started if not each.startswith(run_task.STARTED_BY)}
