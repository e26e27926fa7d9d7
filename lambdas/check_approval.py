"""CheckApproval: has the release been signed off? It asks once, and every look reads the ledger."""

from __future__ import annotations

from dataclasses import dataclass

from landfall.model import Verdict
from landfall.runtime.step import step
from landfall.runtime.world import World
from landfall.steps.approvals import approval_look
from landfall.steps.approvals.approval_look import Asking


@dataclass(frozen=True)
class Output:
    """PASS `APPROVED`, WAIT `APPROVAL_AWAITED`, or FAIL with the reason why the release is not approved."""

    verdict: Verdict


def run(event: Asking, world: World) -> Output:
    """Look once. Only an answer in the record is an approval."""
    return Output(approval_look.assess(event, world))


handler = step(Asking, run)
