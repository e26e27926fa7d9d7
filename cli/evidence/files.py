"""The files of an export, and what is common to writing and reading them."""

from __future__ import annotations

from dataclasses import dataclass

RECORDS, LATER, HEADS, ANCHORS, KEYS = FILES = (
    *("records.jsonl", "later.jsonl", "heads.jsonl"),
    *("anchors.jsonl", "keys.jsonl"),
)
KEY = frozenset({"service", "deployment_id"})


@dataclass(frozen=True)
class Key:
    """A public key of an export, and the service for which it signs records."""

    service: str
    public_key: str
    fingerprint: str
