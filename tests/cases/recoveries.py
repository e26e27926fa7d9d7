"""The largest answer of a recovery: one that only has to finish what its deployment left."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

from landfall import wire
from landfall.ledger import deployment_record, recovery, resolved
from landfall.model import Failure, Outcome, Release, passed
from landfall.smoke.case import Check
from landfall.wire import OUTPUT_LIMIT
from tests.support import builders as b

ACCOUNT = "arn:aws:{}:eu-west-1:123456789012:"
NAMED_BY_EVENTBRIDGE = "01234567-89ab-cdef-0123-456789abcdef_01234567-89ab-cdef-0123-456789abcdef"


def size(manifests: int, checks: int, reason: int) -> str:
    """Say whether it fits, for an index of so many manifests and a reason of so many characters."""
    ended = _ended(manifests, checks, reason)
    record = {"unfinished": "YES", "outcome": "ROLLED_BACK", "ended": json.dumps(asdict(ended))}
    answer = resolved.recovering(recovery.plan(record, "FAILED", None, None))
    return "fits" if wire.size(wire.packed(asdict(answer))) <= OUTPUT_LIMIT else "too large"


def _ended(manifests: int, checks: int, reason: int) -> deployment_record.Ended:
    accepted = tuple(f"sha256:{n:064x}" for n in range(1 + manifests))
    names = [f"check number {n}" for n in range(checks)]
    revision = f"{ACCOUNT.format('ecs')}task-definition/orders-api:4"
    baseline = b.baseline(
        accepted={"app": accepted},
        checks=dict.fromkeys(names, "PASS"),
        proven_sha=b.OLD_SHA,
        base_url="https://orders.example.com",
        digests={"app": b.OLD_DIGEST, "agent": b.OLD_DIGEST},
        restores=f"the last proven release, {b.OLD_SHA}",
        task_definition=f"{revision}1",
        restore_to=f"{revision}2",
    )
    seen = "HTTP 200, 0.12 s, no body that matches"
    results = tuple(Check(n, "PASS", "HTTP 200, status is 'UP', under 0.5 s (p95)", seen) for n in names)
    failure = Failure("CheckStability", "CRASH_LOOP", "r" * reason)
    back = replace(b.way_back(), digests={"app": accepted})
    told = passed("HEALTHY", "2 of 2")
    release = _release(accepted)
    return deployment_record.Ended(release, Outcome.ROLLED_BACK, told, baseline, back, failure, results)


def _release(accepted: tuple[str, ...]) -> Release:
    return b.release(
        accepted_digests=accepted,
        image=f"123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/orders-api@{accepted[0]}",
        reason=f"push of {b.SHA}",
        requested_by="ECR push",
        by_push=True,
        deployment_id=f"20260102T030405Z-{NAMED_BY_EVENTBRIDGE}",
        execution_arn=f"{ACCOUNT.format('states')}execution:landfall:{NAMED_BY_EVENTBRIDGE}",
    )
