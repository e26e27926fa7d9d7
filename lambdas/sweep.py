"""Sweep: on a schedule, starts the recovery of deployments whose execution is gone.

The event that tells of an execution's end is delivered on a best-effort basis, and may be lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

import resolve
from landfall.aws.ledger import Record
from landfall.errors import StepError
from landfall.ledger import recovery
from landfall.runtime.step import logger, step
from landfall.runtime.world import World

NAME_LIMIT = 80
LOOKED_BACK = timedelta(days=1)
"""Executions that failed since then should have left a record."""
MOST_LOST = 100
"""Of them so many are looked for in the ledger, the newest first; of more, the others were at an earlier sweep."""
_T = TypeVar("_T")


@dataclass(frozen=True)
class Input:
    """Nothing: the schedule sends an empty object."""


@dataclass(frozen=True)
class Output:
    """What was looked at and what was started. `opened`: executions that had left no record, and have one now."""

    unfinished: int
    started: int
    opened: int = 0


def run(_: Input, world: World) -> Output:
    """Look at every execution that failed, then at every unfinished record. One that can't be helped stops no other."""
    failed = world.executions.failed(world.machine_arn, world.now() - LOOKED_BACK)[:MOST_LOST]
    opened, lost = _each(failed, lambda arn: _opened(arn, world))
    unfinished = world.ledger.unfinished()
    started, stuck = _each(unfinished, lambda record: _started(record, world))
    if lost + stuck:
        raise StepError(f"{lost} executions and {stuck} records could not be looked after; the next sweep tries again")
    return Output(len(unfinished), started, opened)


def _each(found: Iterable[_T], act: Callable[[_T], bool]) -> tuple[int, int]:
    """Act on each. Return on how many with an effect, and how many failed."""
    done = failed = 0
    for each in found:
        try:
            done += act(each)
        except Exception:  # whatever it is, the others must not wait for it
            logger.exception("one was not looked after", extra={"subject": _called(each)})
            failed += 1
    return done, failed


def _called(each: Any) -> str:
    return str(each.get("deployment_id")) if isinstance(each, dict) else str(each)


def _opened(execution_arn: str, world: World) -> bool:
    """Open the record of an execution that left none. From then on it is looked after like any other."""
    if world.ledger.of_execution(execution_arn):
        return False
    record = resolve.opened_late(execution_arn, world)
    return record is not None and "outcome" not in record


def _started(record: Record, world: World) -> bool:
    """Start a recovery. A name for each minute: two sweeps at once start it once, the next one again."""
    executions = [str(record[key]) for key in ("execution_arn", "recovered_by") if record.get(key)]
    if any(world.executions.status(arn) == "RUNNING" for arn in executions):
        return False
    now = world.now()
    if recovery.given_up(record, now):
        return False
    suffix = f"-recover-{now:%Y%m%dT%H%M}"
    name = f"{record['deployment_id'][: NAME_LIMIT - len(suffix)]}{suffix}"
    if not world.ledger.claim_sweep(record, name):
        return False
    document = {
        "service": record["service"],
        "intent": "recover",
        "deployment_id": record["deployment_id"],
        "reason": "found by the sweep",
        "requested_by": "sweep",
    }
    logger.info("starting a recovery", extra={"recovery": name})
    return world.executions.start(world.machine_arn, name, document)


handler = step(Input, run)
