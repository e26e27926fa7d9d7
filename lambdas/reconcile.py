"""Reconcile: on a schedule, compares what was pushed, what runs and what the ledger says, and raises what is wrong."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from landfall.errors import StepError
from landfall.reconcile import findings
from landfall.reconcile.findings import State
from landfall.runtime.step import gauge, logger, step
from landfall.runtime.world import World
from landfall.steps import reconcile_round, reconcile_telling

BUDGET = timedelta(seconds=40)
"""After that no look at another service begins: a step has 60 s, and what was found must still be told."""


@dataclass(frozen=True)
class ReconcileInput:
    """Nothing: the schedule sends an empty object."""


@dataclass(frozen=True)
class Output:
    """How many findings are open now, and how many were told at this look."""

    open: int
    raised: int
    cleared: int


def run(_: ReconcileInput, world: World) -> Output:
    """Look at everything, keep what changed, tell people. Safe to repeat, and to run twice at once."""
    known, told, untold = world.findings.all(), Counter[State](), 0
    settle, until = timedelta(seconds=world.settings.reconciler.settle_seconds), world.now() + BUDGET
    for service, looked in reconcile_round.looked(world, known, lambda: world.now() > until):
        before = reconcile_round.of(service, known)
        for after, start in findings.changes(service, looked, before, world.now(), settle):
            try:
                told.update(reconcile_telling.told(after, start, world))
            except Exception:  # one that can't be told must not keep the others from being told
                logger.exception("a finding was not told", extra={"finding": after.key})
                untold += 1
    open_now = Counter(finding.kind.value for finding in world.findings.all() if finding.open)
    gauge("OpenFindings", open_now, "kind")
    if untold:
        raise StepError(f"{untold} findings were not told; the next look tells them")
    return Output(open_now.total(), told[State.RAISED], told[State.CLEARED])


handler = step(ReconcileInput, run)
