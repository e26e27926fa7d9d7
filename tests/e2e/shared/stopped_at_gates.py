"""The states of migrations, sign-offs and after-checks that an execution is stopped in."""

from __future__ import annotations

MIGRATED, ASKED, KEPT, CHECKED = "migrated", "asked", "kept", "checked"
CASES = {
    "RunMigration": MIGRATED,
    "WaitForMigration": MIGRATED,
    "CheckMigration": MIGRATED,
    "CheckApproval": ASKED,
    "AwaitApproval": ASKED,
    "CheckSignOff": KEPT,
    "AwaitSignOff": KEPT,
    "AfterCheck": CHECKED,
    "WaitForAfterCheck": CHECKED,
}
"""The states, and the service whose releases come by each."""
OF_RECOVERY = ("CheckLeftMigration", "WaitForLeftMigration")
WAIT_FOR_ANOTHER = "WaitToMigrate"
STATES = (*CASES, *OF_RECOVERY, WAIT_FOR_ANOTHER)
