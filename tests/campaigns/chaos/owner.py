"""Services with an after-check among the random deployments, and a service that suffers while it migrates.

The owner's function says yes, no, or never decides. A stray target makes a service suffer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from landfall.migration import migration
from landfall.migration.migration import Stage as MigrationStage
from local.faults.planned import INVOKE, Kind, Rule
from local.stage.landfall_stage import Stage
from tests.campaigns.chaos.gates import ACCEPTS, HANGS, NEVER, REFUSES, Fate
from tests.e2e import owners_function

ANSWERS: dict[str, Any] = {
    ACCEPTS: {"ok": True, "reason": "orders can be placed"},
    REFUSES: {"ok": False, "reason": "the owner of the chaos says no"},
    NEVER: {"ok": None, "reason": "not decided yet"},
}
STRAY = {"Id": "127.0.250.1", "Port": 8080}
"""No task has this address, and nothing answers there."""
CALLS = {
    "after-check": (
        *("lambda:InvokeFunction", "lambda:InvokeFunction", "dynamodb:UpdateItem", "dynamodb:UpdateItem"),
        *("dynamodb:GetItem", "lambda:GetFunctionConfiguration"),
    ),
    "preflight": ("lambda:InvokeFunction",),
}
"""What the steps call for an after-check, as far as faults are put there. Preflight's call is a dry run."""
KINDS = (Kind.THROTTLE, Kind.FAIL, Kind.FAIL_LATE, Kind.DROP, Kind.DELAY, Kind.KILL, Kind.KILL, Kind.LATE)


def says(stage: Stage, service: str, fate: Fate) -> None:
    """Let the function of a service's owner answer this from now on."""
    owners_function.says(stage, function_of(service))(ANSWERS[fate.owner])


def function_of(service: str) -> str:
    """Return the name of the owner's function."""
    return f"after-{service}"


def fate(random: Random, known: Fate, *, pushed: bool) -> Fate:
    """Decide what the owner says, and whether a service suffers while it migrates.

    A target takes so long to be unhealthy that only a migration that hangs is still there.
    """
    said, suffers = random.choice((ACCEPTS, ACCEPTS, ACCEPTS, REFUSES, NEVER)), random.random() < 0.5
    suffers = suffers and known.migration == HANGS
    return Fate(known.people, known.migration, known.seconds, said if pushed else ACCEPTS, suffers)


def rules(random: Random) -> list[Rule]:
    """Spoil calls for an after-check, and sometimes stop the execution there."""
    found = []
    for _ in range(random.choice((0, 1, 1, 2))):
        step = random.choice(tuple(CALLS))
        call, kind = random.choice(CALLS[step]), random.choice(KINDS)
        seconds = 1.0 if kind in (Kind.DELAY, Kind.LATE) else 0.0
        found.append(Rule(call, kind, f"landfall-{step}", random.choice((1, 1, 2)), seconds=seconds))
    if random.random() < 0.2:
        found.append(Rule(INVOKE, Kind.STOP, "landfall-after-check", seconds=random.choice((0.0, 1.0))))
    return found


@dataclass
class Stray:
    """A target that is no task, in the group of a service while its migration runs: the service seems to suffer."""

    stage: Stage
    service: str
    there: bool = False

    def attend(self, records: Sequence[dict[str, Any]]) -> None:
        """Come when a migration's task is known, and go when the migration is over."""
        known = [migration.read(record) for record in records if "outcome" not in record]
        runs = any(each and each.stage == MigrationStage.STARTED for each in known)
        if runs != self.there:
            self._change("register_targets" if runs else "deregister_targets")
            self.there = runs

    def _change(self, call: str) -> None:
        group = self.stage.service(self.service)["loadBalancers"][0]["targetGroupArn"]
        getattr(self.stage.aws.client("elbv2"), call)(TargetGroupArn=group, Targets=[STRAY])
