"""After which calls the process of a step is killed."""

from __future__ import annotations

from tests.campaigns.chaos.gates import HANGS
from tests.campaigns.chaos.schedule import BAD, GOOD, MISSING

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
