"""The states of every deployment, and of every way back, that an execution is stopped in."""

from __future__ import annotations

FORWARD = (
    "Resolve",
    "AcquireLock",
    "Preflight",
    "RegisterTaskDefinition",
    "UpdateService",
    "WaitForStability",
    "CheckStability",
    "CheckTargetHealth",
    "SmokeTest",
    "Confirm",
    "ReportSuccess",
    "NotifySuccess",
    "FinishSuccess",
)
BACK = (
    "Rollback",
    "WaitForRollbackStability",
    "CheckRollbackStability",
    "CheckRollbackTargetHealth",
    "SmokeTestBaseline",
    "ConfirmRollback",
    "ReportFailure",
    "NotifyFailure",
    "FinishFailure",
)
STATES = (*FORWARD, *BACK)
