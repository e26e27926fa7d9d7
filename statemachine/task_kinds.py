"""The kinds of Task in the state machines: how each is retried, and what follows when it fails, with the reason.

A Task is of the kind that lists its name. `make machine` writes what this table says into the files of the machines.
"""

from __future__ import annotations

from dataclasses import dataclass

from statemachine.definition import Machine
from statemachine.retry_and_catch import FAILED_CALL, FAILED_STEP, FAILED_VERDICT, TIMEOUT_SECONDS, Catch


@dataclass(frozen=True)
class Kind:
    """Tasks with the same Retry and Catch. `final` are errors that a retry can't change.

    `seconds` is how long Step Functions waits for one of them.
    `awaits`: they wait for their task token to be used, until the verdict before them asks for another look.
    """

    why: str
    states: tuple[str, ...]
    catches: tuple[Catch, ...]
    final: tuple[str, ...] = ("InvalidStepInput", "StepOutputTooLarge")
    seconds: int = TIMEOUT_SECONDS
    awaits: bool = False


_WRITTEN_BEFORE = ("DynamoDB.ConditionalCheckFailedException",)
_STARTED_BEFORE = ("StepFunctions.ExecutionAlreadyExistsException", "ExecutionAlreadyExists")

TABLE: dict[Machine, tuple[Kind, ...]] = {
    Machine.DEPLOY: (
        Kind(
            "Nothing was changed yet. Whether this is a release or a recovery decides what a failure means.",
            ("Resolve",),
            (Catch({**FAILED_STEP, "outcome": "REJECTED"}, "ResolveFailed"),),
        ),
        Kind(
            "Before the update: the service was not changed, so the release is rejected.",
            ("AcquireLock", "Preflight", "CheckApproval", "RegisterTaskDefinition", "RunMigration", "CheckMigration"),
            (Catch({**FAILED_STEP, "outcome": "REJECTED"}, "ReportRejection"),),
        ),
        Kind(
            "After the update: the service may have been changed, so a step that fails is a failed release (law 2).",
            (
                *("UpdateService", "CheckStability", "JudgeGate", "ContinueGate"),
                *("CheckTargetHealth", "SmokeTest", "CheckWorker", "Confirm", "CheckSignOff"),
            ),
            (Catch(FAILED_STEP, "Rollback"),),
        ),
        Kind(
            "The same, for a step that waits for the answer of a function, which may run for as long as Lambda allows.",
            ("AfterCheck",),
            (Catch(FAILED_STEP, "Rollback"),),
            seconds=900,
        ),
        Kind(
            "A wait for people. Its end, by a token, by time or by an error, leads to the next look, which decides.",
            ("AwaitApproval", "AwaitSignOff"),
            (Catch(),),
            awaits=True,
        ),
        Kind(
            "On the way back: `failure` keeps why the release failed; a step that fails leaves the service unproven.",
            (
                "TakeLock",
                "CheckLeftMigration",
                "Rollback",
                "CheckRollbackStability",
                "ContinueRollbackGate",
                "CheckRollbackTargetHealth",
                "SmokeTestBaseline",
                "CheckRollbackWorker",
                "ConfirmRollback",
            ),
            (Catch({**FAILED_VERDICT, "outcome": "ROLLBACK_FAILED"}, "ReportFailure"),),
        ),
        Kind(
            "A report that fails changes no outcome (law 6). Only a success asks the record how it was settled.",
            ("ReportSuccess",),
            (Catch({"report": None, "settled": "{% $outcome %}"}),),
        ),
        Kind(
            "A report that fails changes no outcome (law 6).",
            ("ReportFailure", "ReportRejection"),
            (Catch({"report": None}),),
        ),
        Kind(
            "A notification that fails changes no outcome (law 6).",
            ("NotifySuccess", "NotifyFailure", "NotifyRejection"),
            (Catch(),),
        ),
        Kind(
            "A lock that was not released changes no outcome: the sweep releases it later.",
            ("FinishSuccess", "FinishFailure", "FinishRejection"),
            (Catch({"finished": False}),),
        ),
    ),
    Machine.BUILD_WATCH: (
        Kind(
            "A build that nobody could look after must raise the alarm on failed watches.",
            ("ReadBuild", "EnsureBegun", "NotifyBuild"),
            (Catch(FAILED_STEP, "WatchFailed"),),
        ),
    ),
    Machine.ASK: (
        Kind(
            "Nothing may start without the record. An earlier try of this execution may have written it.",
            ("Record",),
            (Catch(errors=_WRITTEN_BEFORE), Catch(FAILED_CALL, "NotBegun")),
            final=_WRITTEN_BEFORE,
        ),
        Kind(
            "Nothing was started, and the requester must hear of it. CodeBuild knows a retry by its token.",
            ("StartBuild",),
            (Catch(FAILED_CALL, "NotBegun"),),
            final=(),
        ),
        Kind(
            "The build runs already. A request that does not name it stays open for a fixed time.",
            ("NoteBuild",),
            (Catch(),),
            final=(),
        ),
        Kind(
            "Nothing was started. A deployment of this execution's name is the one asked for, whoever started it.",
            ("StartDeployment",),
            (Catch(errors=_STARTED_BEFORE), Catch(FAILED_CALL, "NotBegun")),
            final=_STARTED_BEFORE,
        ),
    ),
}
