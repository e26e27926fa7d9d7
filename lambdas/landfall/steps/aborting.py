"""Takes one abort: reads the record, decides, writes who asked, and stops the execution."""

from __future__ import annotations

from landfall.abort import aborted
from landfall.abort.aborted import Aborted
from landfall.abort.may_abort import Decided, decided
from landfall.chain import Record
from landfall.door.reply import CONFLICT, OK, TRY_AGAIN, Reply
from landfall.door.signed import Signed
from landfall.errors import AwsCallFailed
from landfall.ledger.recovery import SWEEP_EVERY
from landfall.runtime.world import World

NAME = "Landfall.Aborted"
"""The error that a stopped execution shows; its cause says who stopped it, and why."""
MOST_CAUSE = 1000
RUNNING = "RUNNING"
TRIES = 3
"""A try fails if another abort is written first, or if the record is closed."""
SOON = f"its recovery starts within {SWEEP_EVERY.total_seconds() / 60:.0f} minutes"


def take(asked: Signed, world: World) -> Reply:
    """Return the reply to an abort, after everything that it reports was written.

    The caller is recorded before the execution is stopped: a stopped execution without a name would be worse. If the
    execution was over before, no abort is recorded: it ended for another reason, and its record must say so.
    """
    for _ in range(TRIES):
        record = world.ledger.record(asked.service, asked.deployment)
        reply = decided(asked, record, _aborters(asked.service, world), world.now())
        if not reply.counts or record is None:
            return reply
        try:
            status = world.executions.status(str(record["execution_arn"]))
        except AwsCallFailed as error:
            return Reply(TRY_AGAIN, f"nothing was recorded or stopped: {error}; send it again")
        if status != RUNNING:
            return _over(reply, record, status)
        if reply.abort is None or _is_written(reply.abort, record, world):
            return _stopped(reply, record, world)
    return Reply(TRY_AGAIN, "the record changed meanwhile, and nothing was stopped: send it again")


def _aborters(service: str, world: World) -> tuple[str, ...]:
    """Return the setting of a service; empty if its settings are gone."""
    return next((each.aborters for each in world.settings.services if each.name == service), ())


def _is_written(abort: Aborted, record: Record, world: World) -> bool:
    text = aborted.written(abort)
    return world.ledger.exchange(record["service"], record["deployment_id"], aborted.FIELD, "", text)


def _over(reply: Decided, record: Record, status: str | None) -> Reply:
    """Return the reply for an execution that was over before anybody could stop it."""
    by = record.get("recovered_by")
    ended = f"its execution ended {status}" if status else "its execution is gone"
    nobody = "nothing was stopped, and no abort recorded" if reply.abort else reply.message
    return Reply(OK, f"{nobody}: {ended}, and {f'{by} recovers it' if by else SOON}")


def _stopped(reply: Decided, record: Record, world: World) -> Reply:
    """Stop the execution. Its recovery begins by the event of its end, or by the sweep.

    AWS does not document the answer for an execution that has ended, so this reads the record once more.
    """
    known = reply.abort or aborted.read(record)
    cause = aborted.told(known) if known else ""
    try:
        ran = world.executions.stop(str(record["execution_arn"]), NAME, cause[:MOST_CAUSE])
    except AwsCallFailed as error:
        return Reply(TRY_AGAIN, f"recorded, but the execution was not stopped: {error}; send it again")
    if outcome := _ended_as(record, world):
        return Reply(CONFLICT, f"too late: it ended as {outcome} meanwhile; to go back: landfall rollback")
    return Reply(OK, reply.message if ran else f"{reply.message}; its execution is over already, and {SOON}")


def _ended_as(record: Record, world: World) -> str:
    """Return the outcome of a deployment that ended by itself; empty if it was stopped, or if AWS can't say.

    A fast recovery may have closed the record already.
    """
    try:
        now = world.ledger.record(record["service"], record["deployment_id"]) or {}
    except AwsCallFailed:
        return ""
    outcome = str(now.get("outcome", ""))
    return "" if "recovered_by" in now and outcome not in aborted.TOO_LATE else outcome
