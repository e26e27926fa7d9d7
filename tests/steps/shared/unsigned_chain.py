"""Releases that were proven, and a chain of them as it was written before records were signed."""

from __future__ import annotations

from typing import Any

from landfall import chain
from landfall.chain import HASH, SEQUENCE, Record
from landfall.ledger import deployment_record
from landfall.model import Outcome, Release
from landfall.partitions import CHAINS
from tests.steps import standin
from tests.support import builders as b

HEAD = {"service": CHAINS, "deployment_id": "sample"}


def release(name: str, **changes: Any) -> Release:
    """Return a release of that deployment."""
    return b.release(deployment_id=name, execution_arn=f"{b.EXECUTION}-{name}", **changes)


def landed(name: str, revision: str = "sample:7", **changes: Any) -> Record:
    """Return the record of a release that was proven, as it is closed."""
    ended = b.ended(
        Outcome.SUCCEEDED, release=release(name, **changes), deployment=b.deployment(task_definition=revision)
    )
    return deployment_record.closed(ended, b.NOW)


def put(*records: Record) -> None:
    """Write a chain as it was written before records were signed, HEAD included."""
    head = None
    for record in records:
        sealed = chain.sealed(record, head)
        head = chain.head_of(sealed)
        standin.table().put_item(Item=sealed)
    assert head
    standin.table().put_item(Item={**HEAD, SEQUENCE: head.sequence, HASH: head.hash, "last": head.deployment_id})
