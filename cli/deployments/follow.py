"""Follows a deployment to its end, says what happens, and turns the outcome into an exit code."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from cli import timeline
from cli.command import At
from cli.deployments.running_execution import Follower
from cli.exits import OF_OUTCOME, NotKnown
from landfall import console
from landfall.chain import Record
from landfall.ledger.execution_history import Event
from landfall.ledger.service_standing import SEARCHED
from landfall.model import Outcome

POLL_SECONDS = 2.0
SETTLE_SECONDS = 900
"""How many seconds to wait for a deployment if its execution is gone: its recovery rolls back and proves that."""
LEARNT_FROM = 10
"""How many of the last successful releases give the expected time, their median."""


def to_the_end(at: At, execution_arn: str, service: str) -> dict[str, Any]:
    """Follow an execution until the ledger says how its deployment ended. Raises NotKnown."""
    follower = Follower(at.cloud.client("stepfunctions"), execution_arn)
    poll = at.cloud.pause(POLL_SECONDS)
    at.reattach[:] = way_back_in(at, execution_arn)
    at.out.say(f"following {execution_arn if at.cloud.local else console.execution(execution_arn)}", "dim")
    with _clock(at, service) as tell:
        for event in follower.until_the_end(poll=poll):
            tell(event)
    record = _closed(at, follower, poll)
    at.reattach.clear()
    return told(at, record)


def way_back_in(at: At, execution_arn: str) -> list[str]:
    """Return what to print for a person who stops watching a running deployment."""
    local = " --local" if at.cloud.local else ""
    return [
        f"  watch it again:  landfall watch {execution_arn}{local}",
        f"  stop it:         landfall abort {execution_arn}{local}   (Landfall then rolls back, and proves it)",
    ]


@contextmanager
def _clock(at: At, service: str) -> Iterator[Callable[[Event], None]]:
    """Print each event once. On a terminal, also show the state, the elapsed time and the usual time."""
    began, last, expected = time.monotonic(), "", _expected(at, service)
    usual = TextColumn(f"usually {timedelta(seconds=round(expected))}" if expected else "")
    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn(), usual)
    shown = Progress(*columns, console=at.out.console, transient=True, disable=not at.out.console.is_terminal)
    with shown:
        state = shown.add_task("begun", total=None)

        def tell(event: Event) -> None:
            nonlocal last
            shown.update(state, description=event.state)
            line = timeline.line(event)
            if line is not None and line.plain != last:
                last = line.plain
                at.out.say(Text(f"{time.monotonic() - began:7.1f} s  ").append_text(line))

        yield tell


def _expected(at: At, service: str) -> float | None:
    newest = islice(at.cloud.ledger.newest_first(service, page=LEARNT_FROM), SEARCHED)
    landed = (r for r in newest if r.get("outcome") == Outcome.SUCCEEDED)
    return statistics.median(times) if (times := [seconds(r) for r in islice(landed, LEARNT_FROM)]) else None


def seconds(record: Record) -> float:
    """Return how many seconds a deployment took."""
    began, ended = (datetime.fromisoformat(str(record[key])) for key in ("started_at", "ended_at"))
    return (ended - began).total_seconds()


def _closed(at: At, follower: Follower, poll: float) -> Record:
    """Return the record with its outcome. If the execution was stopped, a recovery closes the record."""
    ending = follower.ending()
    give_up, said = time.monotonic() + SETTLE_SECONDS, False
    while time.monotonic() < give_up:
        record = at.cloud.ledger.of_execution(follower.arn)
        if record is None and ending.status in ("SUCCEEDED", "FAILED"):
            raise NotKnown("NO_RECORD", f"the execution ended in {ending.states[-1]} and left no deployment record")
        if record is not None and "outcome" in record:
            return record
        if not said and ending.status in ("ABORTED", "TIMED_OUT"):
            at.out.say(f"the execution was {ending.status.lower()}; waiting for its recovery to restore the service …")
            said = True
        time.sleep(poll)
    raise NotKnown("NO_OUTCOME", f"no outcome after {SETTLE_SECONDS} s; see {console.execution(follower.arn)}")


def told(at: At, record: Record) -> dict[str, Any]:
    """Print how a deployment ended, and return it for programs."""
    outcome = Outcome(record["outcome"])
    at.out.say()
    at.out.say(outcome.value, timeline.colour(outcome))
    rows = {
        "service": record["service"],
        "commit": record["git_sha"],
        "digest": record["image_digest"],
        "revision": record.get("task_definition") or None,
        "why": record.get("why"),
        "took": f"{seconds(record):.0f} s",
        "report": record.get("reported"),
    }
    for name, value in rows.items():
        at.out.say(f"  {name:<9}{timeline.brief(str(value)) if name in ('why', 'revision') else value}")
    if outcome == Outcome.SKIPPED:
        at.out.say("This release was NOT deployed: a newer request arrived, and goes ahead instead.")
    return {
        **rows,
        "took": seconds(record),
        "outcome": outcome.value,
        "deployment_id": record["deployment_id"],
        "execution_arn": record["execution_arn"],
        "exit_code": int(OF_OUTCOME[outcome]),
    }
