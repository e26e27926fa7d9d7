"""The laws, after a deployment: each that is broken is said in a sentence."""

from __future__ import annotations

import time
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from landfall import worker
from landfall.change.task_definition import ROLE_RELEASE
from local.faults.desk import Told
from local.faults.planned import Kind
from local.stage.inbox import Message
from tests.campaigns.chaos import gate_laws
from tests.campaigns.chaos.gates import ACCEPTS, YES
from tests.campaigns.chaos.lane import Execution, Lane, Live
from tests.campaigns.chaos.schedule import AGAIN, MISSING, PICTURES, RACE, Deployment
from tests.e2e import laws

LAWS = (
    "one record and one outcome for each execution",
    "one version of each file of its report",
    "no outcome that is not true: no false success, and noise decides nothing",
    "nothing runs, nothing is left to do",
    "no lock is held",
    "what is called live is live; after a failure, what was proven last; or a page",
    "nothing rejected changed anything",
    "whatever did not end well was told of",
    "of two pushes the newer is live",
    "each revision is registered once, and inactive once rolled back",
    "the chain verifies",
    "no step calls what its role does not allow",
    "a migration runs once, and as its record says; nothing lands or changes without the yes that it needs",
    "an answer that the door took counts; nothing lands without the yes of its after-check",
)
"""What is looked at after each deployment."""
LANDED = ("SUCCEEDED", "NO_CHANGE")
QUIET = (*LANDED, "SKIPPED")
FAILED = ("ROLLED_BACK", "REJECTED", "ROLLBACK_FAILED", "NO_BASELINE")
REGISTER, DEREGISTER, NOTE = "ecs:RegisterTaskDefinition", "ecs:DeregisterTaskDefinition", "dynamodb:UpdateItem"
TRIES = 15
"""Looks at law 1, a second apart: a target may miss a health check on a busy machine. What is false stays false."""
HARMLESS = (Kind.DELAY, Kind.STALE)
"""After other faults of Notify a message may be sent again: SNS can't be asked whether it has one."""
PREFLIGHT, UNTRUE = "landfall-preflight", (Kind.STALE, *PICTURES)
"""Faults that may hide from Preflight what is live."""

PAGE = "report-"
"""How the name of a report's page begins; its hash follows."""


def landed(records: Sequence[dict[str, Any]]) -> list[Live]:
    """Return what was proven live, in the order in which it was.

    That is the order of the locks' fences. A record is closed later than the one after it where its own Report failed.
    """
    proven = [r for r in records if r.get("outcome") in LANDED]
    return [Live(r["image_digest"], r["git_sha"]) for r in sorted(proven, key=lambda r: int(r["fence"]))]


def expected(wanted: Deployment, live: Live | None) -> tuple[str, ...]:
    """Return the outcomes that are true of a deployment."""
    if wanted.kind == MISSING:
        return ("REJECTED",)
    if wanted.bad:
        back = ("ROLLED_BACK",) if live else ("NO_BASELINE",)
        return back if wanted.noise else FAILED
    if wanted.kind == RACE:
        return (*LANDED, "SKIPPED", *(() if wanted.noise else FAILED))
    seen = not any(rule.step == PREFLIGHT and rule.kind in UNTRUE for rule in wanted.rules)
    # who is shown that it is not live releases it, and that is a true success
    good = ("NO_CHANGE",) if wanted.kind == AGAIN and live and seen else LANDED
    return good if wanted.noise else (*good, *FAILED)


def record_laws(
    lane: Lane, wanted: Deployment, executions: Sequence[Execution], records: Sequence[dict[str, Any]]
) -> Iterator[str]:
    """Laws 1 and 4, of the ledger."""
    asked = [e for e in executions if not e.recovers]
    for execution in asked:
        of_it = [r for r in records if r["execution_arn"] == execution.arn]
        if len(of_it) != 1:
            yield f"law 4: execution {execution.arn} ({execution.status}) has {len(of_it)} records"
    for record in records:
        name, outcome = record["deployment_id"], record.get("outcome", "none")
        if "ended_at" not in record or "unfinished" in record:
            yield f"law 4: record {name} is not finished: {outcome}"
        versions = lane.report_versions(record["service"], name)
        # a step that dies after it wrote the page and before the record names it leaves a page that no record names
        forms = {"page" if key.startswith(PAGE) else key: count for key, count in versions.items()}
        if forms != {"report.json": 1, "report.md": 1, "page": 1}:
            yield f"law 4: the report of {name} ({outcome}) has these versions: {versions}"
        usual = expected(wanted, lane.live)
        true = (
            *gate_laws.expected(wanted.of(name), lane.has, usual, live=lane.live is not None),
            *_of_a_repetition(wanted, len(asked)),
            *_of_first_work(lane, wanted, record),
        )
        if outcome not in true:
            word = _word(wanted, outcome)
            yield f"{word}: {name} ended {outcome}: {record.get('why', record.get('code', ''))}"
    for execution in executions:
        if execution.status == "RUNNING":
            yield f"hanging: {execution.arn}"


def _of_a_repetition(wanted: Deployment, asked: int) -> tuple[str, ...]:
    """Return what else may become of a push that is delivered twice: one overtakes the other, or finds it live."""
    return () if asked == 1 else ("SKIPPED",) if wanted.bad else ("SKIPPED", "NO_CHANGE")


def _of_first_work(lane: Lane, wanted: Deployment, record: dict[str, Any]) -> tuple[str, ...]:
    """Return what else may become of the first release of a worker that does nothing.

    No work came before it that its own could be compared with. It lands if the record says what was not proven.
    """
    first = lane.worker and wanted.kind == "unhealthy" and lane.live is None
    return ("SUCCEEDED",) if first and worker.UNPROVEN in str(record.get("why")) else ()


def _word(wanted: Deployment, outcome: str) -> str:
    if wanted.bad and outcome in LANDED:
        return "false success"
    return "false alarm" if wanted.noise else "law 2"


def told_laws(records: Sequence[dict[str, Any]], messages: Sequence[Message], told: Told) -> Iterator[str]:
    """Law 6: everything that did not end well was told of; again only where Notify itself came to harm."""
    wanted = sorted(r["outcome"] for r in records if r.get("outcome") not in (*QUIET, None))
    told_of = (m.attributes.get("outcome", "") for m in messages)
    heard = sorted(outcome for outcome in told_of if outcome not in gate_laws.UNDER_WAY)
    again = sum(h.step == "landfall-notify" and h.kind not in HARMLESS for h in told.happened)
    missing = [outcome for outcome in wanted if heard.count(outcome) < wanted.count(outcome)]
    if missing or len(heard) > len(wanted) + again or not set(heard) <= set(wanted):
        yield f"law 6: ended {wanted}, told of {heard}, {again} faults in Notify"


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
            laws.live(lane.stage, lane.name, digest=live.digest, sha=live.sha)
        except Exception as error:
            asked = traceback.extract_tb(error.__traceback__)[-1].line
            problem = f"{type(error).__name__}: {error} at: {asked}"
            time.sleep(1)
        else:
            return ""
    return problem


def newest_law(lane: Lane, wanted: Deployment, shas: Sequence[str]) -> Iterator[str]:
    """Of two pushes the newer one is live in the end."""
    lands = wanted.kind == RACE and wanted.noise and not wanted.missed
    lands = lands and (wanted.fate.people, wanted.fate.owner) == (YES, ACCEPTS)
    if lands and (lane.live is None or lane.live.sha != shas[-1]):
        yield f"order: {shas[-1]} was pushed last, and {lane.live} is live"


def revision_laws(lane: Lane, records: Sequence[dict[str, Any]], after: int, told: Told) -> Iterator[str]:
    """Law 7: each revision is registered once; and what was rolled back is not what a family's name resolves to."""
    found, faults = lane.revisions(after), {(h.operation, h.kind) for h in told.happened}
    # a try that could not write down what it registered may take it back
    withdrawn = any((h.step, h.operation) == ("landfall-register-task-definition", NOTE) for h in told.happened)
    registered = Counter((r.deployment_id, r.role) for r in found if r.status == "ACTIVE" or not withdrawn)
    unseen = (REGISTER, Kind.LATE) in faults or ("ecs:ListTaskDefinitions", Kind.STALE) in faults
    if not unseen and (twice := [key for key, count in registered.items() if count > 1]):
        yield f"law 7: registered more than once: {twice}"
    undone = {r["deployment_id"] for r in records if r.get("outcome") in ("ROLLED_BACK", "NO_BASELINE")}
    left = [r for r in found if r.deployment_id in undone and r.role == ROLE_RELEASE and r.status == "ACTIVE"]
    if left and not unseen and not any(operation == DEREGISTER for operation, _ in faults):
        yield f"law 2: rolled back, and still ACTIVE: {left}"


def chain_law(lane: Lane) -> Iterator[str]:
    """Every closed record has its place in the chain."""
    try:
        laws.sealed_and_anchored(lane.stage, lane.name)
    except AssertionError as error:
        yield f"chain: {error}"
