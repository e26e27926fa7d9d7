"""Chains of records, closed as Landfall closes them, and the anchors that it leaves."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import islice

from landfall import chain, evidence
from landfall.chain import Record
from landfall.chain_check import Evidence
from landfall.model import Outcome
from tests import builders as b


def record(number: int, **changes: str) -> Record:
    """Return the record of the n-th deployment as it is closed; no two are alike."""
    at = b.NOW + timedelta(minutes=number)
    deployment_id = f"{at:%Y%m%dT%H%M%SZ}-{number}"
    release = b.release(
        deployment_id=deployment_id, requested_at=at.isoformat(), fence=number, git_sha=f"{number:040x}"
    )
    outcomes = list(Outcome)
    return evidence.closed(replace(b.crashed(outcomes[number % len(outcomes)]), release=release), at) | changes


def chained(*records: Record, service: str = "sample") -> Evidence:
    """Close records one after the other, report each, and anchor it."""
    closed, head = list[Record](), None
    anchors = []
    for each in records:
        sealed = chain.sealed(each, head)
        head = chain.head_of(sealed)
        assert head is not None
        anchors.append(chain.anchor_of(head))
        closed.append({**sealed, "reported": f"s3://reports/{each['deployment_id']}/report.md"})
    return Evidence(service, tuple(closed), head, tuple(anchors))


def of(length: int) -> Evidence:
    """Return a chain of so many records, as it should be."""
    return chained(*islice(map(record, range(1, length + 1)), length))


def rewritten(evidence_: Evidence, at: int) -> Evidence:
    """Change record `at` (from 0) and seal everything from there on anew, HEAD included: what a table can't show."""
    records, head = list(evidence_.records), None
    for index, each in enumerate(records):
        content = {k: v for k, v in each.items() if k not in (chain.HASH, chain.PREVIOUS, chain.SEQUENCE)}
        if index == at:
            content["why"] = "nothing to see here"
        records[index] = {**chain.sealed(content, head), "reported": each["reported"]}
        head = chain.head_of(records[index])
    return replace(evidence_, records=tuple(records), head=head)
