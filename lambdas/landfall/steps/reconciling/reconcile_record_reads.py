"""The reconciler's reads of a service's records and of the report bucket."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import islice

from landfall import chain
from landfall.chain import Record
from landfall.ledger import service_standing
from landfall.ledger.service_standing import SEARCHED
from landfall.reconcile import record_checks as reconcile_records
from landfall.reconcile.findings import Finding, Looked, Seen, State
from landfall.reconcile.record_checks import KINDS, OF_RECORD, RECENT
from landfall.runtime.world import World
from landfall.settings import Limits
from landfall.steps.reconciling.reconcile_shared import Shared

GONE = "its record is gone from the ledger; `landfall verify-evidence` says whether somebody removed it"


def records(limits: Limits, shared: Shared) -> Looked:
    """Look at the newest records, at unfinished ones, and at those with a finding.

    Usually it reads only a few of the newest. It reads all recent records when it is the service's turn for that, and
    while there is a finding about its records: only such a look can clear the finding.
    """
    whole = shared.whole or any(finding.kind in KINDS for finding in _uncleared(shared.known))
    newest = service_standing.recent(iter(_searched(shared) if whole else shared.newest))
    found = {_id(record): record for record in newest[:RECENT]}
    because = {}
    subjects = {finding.subject for finding in _uncleared(shared.known) if finding.kind in OF_RECORD}
    for name in {*subjects, *map(_id, shared.unfinished)} - found.keys():
        record = shared.world.ledger.record(shared.service, name)  # read again: the run began a while ago
        if record:
            found[name] = record
        elif name in subjects:
            because[name] = GONE
    seen = [*_judged(found.values(), limits, shared.world)]
    seen += reconcile_records.too_fast(newest, limits)
    seen += _not_anchored(shared.service, shared.world)
    return Looked(KINDS, tuple(seen), because)


def _searched(shared: Shared) -> list[Record]:
    return list(islice(shared.world.ledger.newest_first(shared.service, RECENT), SEARCHED))


def _judged(records_: Collection[Record], limits: Limits, world: World) -> Iterable[Seen]:
    """Judge each record: an open one by its executions, a closed one by its report."""
    now, closed = world.now(), [record for record in records_ if "outcome" in record]
    reports = world.reports.holding(str(record["reported"]) for record in closed if "reported" in record)
    for record in closed:
        there = str(record.get("reported")) in reports
        if seen := reconcile_records.unreported(record, now, there=there):
            yield seen
    for record in records_:
        if "outcome" not in record:
            arns = [str(record[name]) for name in ("execution_arn", "recovered_by") if record.get(name)]
            executions = [world.executions.execution(arn) for arn in arns]
            if seen := reconcile_records.overdue(record, executions, limits, now):
                yield seen


def _not_anchored(service: str, world: World) -> list[Seen]:
    """Compare HEAD with the bucket. If HEAD moved meanwhile, leave it to the next look."""
    head = world.ledger.head(service)
    if head is None or world.reports.has(chain.anchor_of(head).key) or world.ledger.head(service) != head:
        return []
    return [reconcile_records.not_anchored(head)]


def _uncleared(known: Iterable[Finding]) -> list[Finding]:
    return [finding for finding in known if finding.state != State.CLEARED]


def _id(record: Record) -> str:
    return str(record["deployment_id"])
