"""Reconcile: on a schedule, compares pushes, running revisions and the ledger, and raises findings."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from landfall.errors import StepError
from landfall.reconcile import BUDGET, findings
from landfall.reconcile.findings import State
from landfall.runtime.step import gauge, logger, step
from landfall.runtime.world import World
from landfall.steps.reconciling import reconcile_pauses, reconcile_telling
from landfall.steps.reconciling.reconcile_round import Round


@dataclass(frozen=True)
class ReconcileInput:
    """Empty from the schedule. ECS's event of a pause has the ARN of its service, the hook, and how the pause ended."""

    service_arn: str = ""
    hook: str = ""
    event: str = ""


@dataclass(frozen=True)
class Output:
    """How many findings are open now, and of how many people were notified at this look."""

    open: int
    raised: int
    cleared: int


def run(asked: ReconcileInput, world: World) -> Output:
    """Look at everything, or at the pauses of one service, and notify people of changes. Safe to repeat."""
    if asked.service_arn:
        told = reconcile_pauses.told(asked.service_arn, asked.hook, asked.event, world)
        return Output(told[State.RAISED], told[State.RAISED], told[State.CLEARED])
    told, untold = Counter[State](), 0
    settle, until = timedelta(seconds=world.settings.reconciler.settle_seconds), world.now() + BUDGET
    this = Round(world, world.findings.all(), until)
    for service, looked in this.looked():
        for after, start in findings.changes(service, looked, this.known.get(service, []), world.now(), settle):
            try:
                told.update(reconcile_telling.told(after, start, world))
            except Exception:  # a failed notification must not stop the others
                logger.exception("a finding was not told", extra={"finding": after.key})
                untold += 1
    open_now = Counter(finding.kind.value for finding in world.findings.all() if finding.open)
    gauge("OpenFindings", open_now, "kind")
    world.turns.move(this.cursor)
    if untold:
        raise StepError(f"{untold} findings were not told; the next look tells them")
    return Output(open_now.total(), told[State.RAISED], told[State.CLEARED])


handler = step(ReconcileInput, run)
