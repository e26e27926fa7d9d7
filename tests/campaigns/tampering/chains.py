"""Chains of records, closed as Landfall closes them, and the anchors that it leaves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta

from landfall import chain
from landfall.chain import Record
from landfall.chain.check.chain_evidence import Evidence
from landfall.ledger import deployment_record
from landfall.model import Outcome, Release
from tests.support import builders as b
from tests.support.signing import KMS, Kms, signed

PLACE = (chain.HASH, chain.PREVIOUS, chain.SEQUENCE)


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
    return deployment_record.closed(ended, _time(number)) | changes


def _time(number: int) -> datetime:
    return b.NOW + timedelta(minutes=number)


def chained(
    *records: Record, service: str = "sample", unsigned: int = 0, kms: Kms = KMS, old: Sequence[Record] = ()
) -> Evidence:
    """Close records one after the other, report each, and anchor it. The first may be from before signing."""
    closed, head = list[Record](), None
    anchors = []
    for number, each in enumerate(records):
        noted = {chain.UNCHAINED: chain.digest_of_unchained(old)} if number == unsigned else {}
        sealed = chain.sealed({**each, **noted}, head, "" if number < unsigned else kms.public.fingerprint)
        sealed = sealed if number < unsigned else signed(sealed, kms)
        head = chain.head_of(sealed)
        assert head is not None
        anchors.append(replace(chain.anchor_of(head), signature=sealed.get(chain.SIGNATURE, "")))
        closed.append({**sealed, "reported": f"s3://reports/{each['deployment_id']}/report.md"})
    begun = len(records) > unsigned
    return Evidence(service, (*old, *closed), (asdict(head),) if head else (), tuple(anchors), (KMS.public,), begun)


def of(length: int, unsigned: int = 0, kms: Kms = KMS) -> Evidence:
    """Return a chain of so many records, as it should be."""
    return chained(*map(record, range(1, length + 1)), unsigned=unsigned, kms=kms)


def rewritten(evidence_: Evidence, at: int, kms: Kms | None = KMS) -> Evidence:
    """Change record `at` (from 0) and seal everything from there on anew, HEAD included: what a table can't show."""
    records, head = list(evidence_.records), None
    for index, each in enumerate(records):
        content = {k: v for k, v in each.items() if k not in (*PLACE, chain.SIGNATURE, chain.SIGNED_BY)}
        if index == at:
            content["why"] = "nothing to see here"
        sealed = chain.sealed(content, head, kms.public.fingerprint if kms else "")
        if sealed[chain.HASH] != each[chain.HASH]:
            records[index] = {**(signed(sealed, kms) if kms else sealed), "reported": each["reported"]}
        head = chain.head_of(records[index])
    return replace(evidence_, records=tuple(records), heads=(asdict(head),) if head else ())
