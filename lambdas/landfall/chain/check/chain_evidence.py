"""The input of a check, and its findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from landfall.chain import Anchor, Record
from landfall.chain.check.stub import Stub
from landfall.chain.signature import PublicKey


@dataclass(frozen=True)
class Finding:
    """A fact that is impossible unless somebody changed something. docs/evidence.md explains the codes."""

    code: str
    what: str
    deployment_id: str = ""


def found(code: str, what: str, record: Stub) -> Finding:
    """Return a finding about a record."""
    return Finding(code, what, record.deployment_id)


@dataclass(frozen=True)
class Evidence:
    """All evidence of a service: its records in the stored order, its HEADs as stored, and its anchors.

    A history that is too long for memory is kept record by record (kept_evidence.py). `keys` are those whose signatures
    count. `begun` says that signing has begun for the service; its source is not the records.
    """

    service: str
    records: Sequence[Record]
    heads: Sequence[Mapping[str, Any]]
    anchors: Sequence[Anchor]
    keys: tuple[PublicKey, ...] = ()
    begun: bool = False
