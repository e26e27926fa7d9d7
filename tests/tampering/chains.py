"""Chains of records, closed as Landfall closes them, and the anchors that it leaves."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice

from landfall import chain, evidence
from landfall.chain import Record
from landfall.chain_check import Evidence
from landfall.model import Outcome, Release
from tests import builders as b


def release_of(number: int) -> Release:
    """Return the release of the n-th deployment; no two are alike."""
    at = _time(number)
    deployment_id = f"{at:%Y%m%dT%H%M%SZ}-{number}"
    return b.release(
        deployment_id=deployment_id,
        execution_arn=f"{b.EXECUTION}-{number}",
        requested_at=at.isoformat(),
        started_at=at.isoformat(),
        git_sha=f"{number:040x}",
        fence=number,
    )


def record(number: int, **changes: str) -> Record:
    """Return the record of the n-th deployment as it is closed: every outcome in turn."""
    outcomes = list(Outcome)
    ended = replace(b.crashed(outcomes[number % len(outcomes)]), release=release_of(number))
    return evidence.closed(ended, _time(number)) | changes


def _time(number: int) -> datetime:
    return b.NOW + timedelta(minutes=number)


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
