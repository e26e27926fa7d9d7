"""Services with a migration, a sign-off and an after-check among the random deployments: settings, fates and faults."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

from local.faults.planned import INVOKE, Kind, Rule
from tests.e2e.signing_off import ITEM

EVERY = "every"
YES, NO, NOTHING = "yes", "no", "nothing"
"""What the approvers say."""
PASSES, FAILS, HANGS, SLOW = "", "migration-fails", "migration-hangs", "migration-slow"
"""How a migration goes: the faults that sample_service/migrate.py knows."""
ACCEPTS, REFUSES, NEVER = "yes", "no", "never"
"""What the function of a service's owner says; NEVER: it does not decide (tests/campaigns/chaos/owner.py)."""
APPROVER = "Approver"
MIGRATION_SECONDS, EXPIRES_SECONDS, AFTER_SECONDS = 60, 120, 120
"""Enough for a busy machine to start a task, to hear a yes and to begin a step again; and not too long to wait for."""
LONGER = 300.0
"""Seconds that a deployment may take longer."""


@dataclass(frozen=True)
class Has:
    """What a service has. `approval` is when it asks people, empty where it does not. `after`: an after-check."""

    migration: bool = False
    approval: str = ""
    after: bool = False


GATES = {
    "both": Has(migration=True, approval="before"),
    "after": Has(approval="after"),
    "migration": Has(migration=True),
    "before": Has(approval="before"),
    "signed": Has(migration=True, approval="after"),
    "checked": Has(after=True),
}
"""What `--gates` can ask for; with `every`, the services side by side take turns."""


@dataclass(frozen=True)
class Fate:
    """What becomes of a deployment at its gates. The approvers take `seconds` to answer.

    `owner`: what the after-check says. `suffers`: the service that runs is unhealthy while the migration does.
    """

    people: str = YES
    migration: str = PASSES
    seconds: float = 0.0
    owner: str = ACCEPTS
    suffers: bool = False


def chosen(option: str, turn: int) -> str:
    """Return what the service of that turn has, for an option; empty where no gates were asked for."""
    return list(GATES)[turn % len(GATES)] if option == EVERY else option


def settings(has: Has, common: dict[str, Any], patience: float = 0.0, function: str = "") -> dict[str, Any]:
    """Return the settings of a service. A newer release must be able to wait for all of it.

    `patience`: on a machine that is slow by so many seconds, a yes may come later. `function` is its after-check.
    """
    if has == Has():
        return common
    table: dict[str, Any] = {**common, "lock_attempts": 1800}
    if has.migration:
        command = ["python", "-m", "sample_service.migrate"]
        table["migration"] = {"command": command, "timeout_seconds": MIGRATION_SECONDS}
    if has.approval:
        expires = EXPIRES_SECONDS + int(patience / 4)
        people = {"approvers": [f"role/{APPROVER}"], "checklist": [ITEM], "expires_seconds": expires}
        table["approval"] = {"when": has.approval, **people}
    if has.after:
        table["after"] = {"function": function, "seconds": AFTER_SECONDS + int(patience / 4)}
    return table


CALLS = {
    "run-migration": ("ecs:RunTask", "ecs:RunTask", "dynamodb:UpdateItem", "dynamodb:GetItem", "ecs:ListTasks"),
    "check-migration": ("ecs:DescribeTasks", "ecs:StopTask", "dynamodb:UpdateItem", "logs:GetLogEvents"),
    "check-approval": ("dynamodb:UpdateItem", "dynamodb:UpdateItem", "dynamodb:GetItem", "sns:Publish"),
    "await-approval": ("dynamodb:UpdateItem",),
    "approve": ("dynamodb:GetItem", "dynamodb:UpdateItem", "states:SendTaskSuccess"),
}
"""What the steps at the gates call, as far as faults are put there, under the names that requests are signed for."""
KINDS = (Kind.THROTTLE, Kind.FAIL, Kind.FAIL_LATE, Kind.DROP, Kind.DROP, Kind.DELAY, Kind.KILL, Kind.KILL, Kind.LATE)
STOPS = ("run-migration", "check-migration", "check-approval", "check-approval", "await-approval")


def fate(random: Random, *, good: bool, pushed: bool) -> Fate:
    """Decide how the gates go. `good`: nothing is baked into the image, so that a migration's fault can be.

    `pushed`: it is a new release. What is live already asks nobody, unless Preflight is shown a wrong picture.
    """
    people = random.choice((YES, YES, YES, YES, NO, NOTHING))
    migration = random.choice((PASSES, PASSES, PASSES, SLOW, FAILS, HANGS))
    seconds = random.choice((0.0, 0.0, 3.0, 8.0))
    return Fate(people if pushed else YES, migration if good else PASSES, seconds)


def rules(random: Random) -> list[Rule]:
    """Spoil calls at the gates, and sometimes stop the execution there, and its recovery too."""
    found = []
    for _ in range(random.choice((0, 1, 1, 2, 3))):
        step = random.choice(tuple(CALLS))
        call, kind = random.choice(CALLS[step]), random.choice(KINDS)
        seconds = 1.0 if kind in (Kind.DELAY, Kind.LATE) else 0.0
        found.append(Rule(call, kind, f"landfall-{step}", random.choice((1, 1, 2)), seconds=seconds))
    if random.random() < 0.25:
        step, seconds = random.choice(STOPS), random.choice((0.0, 0.0, 1.0, 3.0))
        found.append(Rule(INVOKE, Kind.STOP, f"landfall-{step}", seconds=seconds))
    return found
