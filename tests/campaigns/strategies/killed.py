"""Landfall is killed while each gate waits: ECS goes back by itself, and the record gets its one outcome.

Two ways: the execution is stopped, and the rule on its end starts the recovery; or the whole pipeline is gone until ECS
has gone back by the hook's own timeout (a minute here), and the sweep finds what is left when the pipeline is back.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from local.stage.landfall_stage import Stage, commit
from tests.campaigns.strategies import owner, run
from tests.campaigns.strategies.owner import GATES
from tests.e2e import events
from tests.e2e.stopping import eventually, swept

STOPPED, GONE = "execution stopped", "pipeline gone"
LONGEST = 600.0


@dataclass(frozen=True)
class Killed:
    """One gate at which Landfall was killed, how ECS ended, and the record's outcome."""

    gate: str
    how: str
    ecs: str
    outcome: str
    records: int
    seconds: float
    live_sha_is_baseline: bool

    def broken(self) -> list[str]:
        """Return which promises were broken."""
        found = [] if self.ecs == "ROLLBACK_SUCCESSFUL" else [f"ECS ended as {self.ecs}"]
        if (self.outcome, self.records) != ("ROLLED_BACK", 1):
            found.append(f"{self.records} records, with the outcome {self.outcome or 'none'}")
        return found if self.live_sha_is_baseline else [*found, "the baseline is not what serves"]


def all_of_them(state: Path) -> Iterator[Killed]:
    """Kill Landfall at each gate, in each way."""
    with run.ready(state, [run.KILLED]) as stage:
        for gate in run.KILLED_WAY.gates:
            for how in (STOPPED, GONE):
                yield _killed(stage, state, gate, how)


def _killed(stage: Stage, state: Path, gate: str, how: str) -> Killed:
    name, began = run.KILLED, time.monotonic()
    live = stage.live(name)["gitSha"]
    sha, before = commit(f"{gate} {how} {time.time()}"), datetime.now(UTC)
    run.push(stage, state, name, sha)
    follower = stage.started_by_push(name, sha, before)
    with ExitStack() as gone:
        if how == GONE:
            gone.enter_context(events.lost(stage, events.ENDED))
        eventually(lambda: _waits(stage, gate) or None, f"the gate {gate} to wait", LONGEST, pause=0.05)
        stage.stepfunctions.stop_execution(executionArn=follower.arn, cause="killed by the campaign")
        eventually(lambda: _over(stage), "ECS to have gone back", LONGEST)
    if how == GONE:
        eventually(lambda: swept(stage) or None, "the sweep to find the execution", LONGEST, pause=2)
    record = eventually(lambda: _closed(stage, follower.arn), "the record to be closed", LONGEST)
    found = [r for r in stage.records(name) if r.get("execution_arn") == follower.arn]
    ecs = owner.current(stage, name)["status"]
    seconds = round(time.monotonic() - began)
    return Killed(gate, how, ecs, record.get("outcome", ""), len(found), seconds, stage.live(name)["gitSha"] == live)


def _waits(stage: Stage, gate: str) -> bool:
    told = owner.current(stage, run.KILLED)
    waiting = any(hook["status"] == "AWAITING_ACTION" for hook in told.get("lifecycleHookDetails", []))
    second = gate != "shift" or told["targetServiceRevision"].get("requestedProductionTrafficWeight", 0) > 0
    return bool(waiting and second and told.get("lifecycleStage") == GATES[gate])


def _over(stage: Stage) -> str | None:
    status = str(owner.current(stage, run.KILLED)["status"])
    return status if status.startswith("ROLLBACK_") and status.endswith(("SUCCESSFUL", "FAILED")) else None


def _closed(stage: Stage, arn: str) -> dict[str, Any] | None:
    record = stage.record_of(arn, run.KILLED)
    return record if record.get("outcome") and "unfinished" not in record else None
