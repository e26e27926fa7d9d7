"""The laws, after a deployment: each that is broken is said in a sentence."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any

from local.fault_desk import Told
from local.faults import Kind
from local.inbox import Message
from tests.chaos.lane import Execution, Lane, Live
from tests.chaos.schedule import AGAIN, MISSING, Deployment
from tests.e2e import laws

LANDED = ("SUCCEEDED", "NO_CHANGE")
QUIET = (*LANDED, "SKIPPED")
FAILED = ("ROLLED_BACK", "REJECTED", "ROLLBACK_FAILED", "NO_BASELINE")
TRIES = 15
"""Looks at law 1, a second apart: a target may miss a health check on a busy machine. What is false stays false."""
REPEATS = (Kind.DROP, Kind.FAIL_LATE, Kind.KILL)
"""Faults after which a message is sent again: SNS can't be asked whether it has one."""


def expected(wanted: Deployment, live: Live | None) -> tuple[str, ...]:
    """Return the outcomes that are true of a deployment."""
    if wanted.kind == MISSING:
        return ("REJECTED",)
    if wanted.bad:
        back = ("ROLLED_BACK",) if live else ("NO_BASELINE",)
        return back if wanted.noise else FAILED
    good = ("NO_CHANGE",) if wanted.kind == AGAIN and live else LANDED
    return good if wanted.noise else (*good, *FAILED)


def record_laws(
    lane: Lane, wanted: Deployment, executions: Sequence[Execution], records: Sequence[dict[str, Any]]
) -> Iterator[str]:
    """Laws 1 and 4, of the ledger."""
    asked = [e for e in executions if not _recovery(e)]
    for execution in asked:
        of_it = [r for r in records if r["execution_arn"] == execution.arn]
        if len(of_it) != 1:
            yield f"law 4: execution {execution.arn} ({execution.status}) has {len(of_it)} records"
    for record in records:
        name, outcome = record["deployment_id"], record.get("outcome", "none")
        if "ended_at" not in record or "unfinished" in record:
            yield f"law 4: record {name} is not finished: {outcome}"
        versions = lane.report_versions(name)
        if versions != {"report.json": 1, "report.md": 1}:
            yield f"law 4: the report of {name} ({outcome}) has these versions: {versions}"
        if outcome not in (*expected(wanted, lane.live), *(["SKIPPED", "NO_CHANGE"] if len(asked) > 1 else [])):
            word = _word(wanted, outcome)
            yield f"{word}: {name} ended {outcome}: {record.get('why', record.get('code', ''))}"
    for execution in executions:
        if execution.status == "RUNNING":
            yield f"hanging: {execution.arn}"


def _word(wanted: Deployment, outcome: str) -> str:
    if wanted.bad and outcome in LANDED:
        return "false success"
    return "false alarm" if wanted.noise else "law 2"


def _recovery(execution: Execution) -> bool:
    document = execution.document
    return document.get("source") == "aws.states" or document.get("intent") == "recover"


def told_laws(records: Sequence[dict[str, Any]], messages: Sequence[Message], told: Told) -> Iterator[str]:
    """Law 6: everything that did not end well was told of, once for each time that SNS answered."""
    wanted = sorted(r["outcome"] for r in records if r.get("outcome") not in (*QUIET, None))
    heard = sorted(m.attributes.get("outcome", "") for m in messages)
    again = sum(h.operation in ("sns:Publish",) and h.kind in REPEATS for h in told.happened)
    missing = [outcome for outcome in wanted if heard.count(outcome) < wanted.count(outcome)]
    if missing or len(heard) > len(wanted) + again or not set(heard) <= set(wanted):
        yield f"law 6: ended {wanted}, told of {heard}, {again} lost answers of SNS"


def service_laws(lane: Lane, records: Sequence[dict[str, Any]], before: Any) -> Iterator[str]:
    """Laws 1 to 3 and 5, of the service itself; and no lock is left."""
    if owner := lane.stage.lock(lane.name).get("owner"):
        yield f"law 5: the lock is still {owner}'s"
    outcomes = {r.get("outcome") for r in records}
    if "ROLLBACK_FAILED" in outcomes:
        return  # paged: told_laws has seen to it
    if outcomes <= {"REJECTED"} and laws.untouched(lane.stage, lane.name) != before:
        yield f"law 3: rejected, and yet {before} became {laws.untouched(lane.stage, lane.name)}"
    if lane.live is None:
        if laws.running(lane.stage, lane.name) or lane.stage.service(lane.name)["desiredCount"]:
            yield "law 2: nothing was ever proven, and yet tasks run"
        return
    if problem := _not_live(lane, lane.live):
        yield f"law {1 if outcomes & set(LANDED) else 2}: {lane.live} is not live: {problem}"


def _not_live(lane: Lane, live: Live) -> str:
    for _ in range(TRIES):
        try:
            laws.law_1(lane.stage, lane.name, digest=live.digest, sha=live.sha)
        except Exception as error:
            problem = f"{type(error).__name__}: {error}"
            time.sleep(1)
        else:
            return ""
    return problem


def chain_law(lane: Lane) -> Iterator[str]:
    """Every closed record has its place in the chain."""
    try:
        laws.sealed_and_anchored(lane.stage, lane.name)
    except AssertionError as error:
        yield f"chain: {error}"
