"""What a check is given, and what it finds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from landfall.chain import Anchor, Record
from landfall.chain.check.stub import Stub
from landfall.chain.signature import PublicKey


@dataclass(frozen=True)
class Finding:
    """Something that can't be if nobody changed anything. The codes are explained in docs/evidence.md."""

    code: str
    what: str
    deployment_id: str = ""


def found(code: str, what: str, record: Stub) -> Finding:
    """Return a finding about a record."""
    return Finding(code, what, record.deployment_id)


@dataclass(frozen=True)
class Evidence:
    """All there is of a service: its records in the order they are kept in, its HEADs as they are kept, its anchors.

    A history that is too long for memory is kept record by record (kept_evidence.py). `keys` are those whose signatures
    count. `begun` says that closings of the service are signed, and says so from elsewhere than the records do.
    """

    service: str
    records: Sequence[Record]
    heads: Sequence[Mapping[str, Any]]
    anchors: Sequence[Anchor]
    keys: tuple[PublicKey, ...] = ()
    begun: bool = False
