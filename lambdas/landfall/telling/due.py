"""Decides who must still be notified of an ended deployment. A replay notifies nobody again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from landfall.ledger.deployment_record import Ended
from landfall.model import QUIET


def is_settled_otherwise(ended: Ended, record: Mapping[str, Any]) -> bool:
    """Say whether the record disagrees: another execution took over, or closed it with another outcome."""
    taken_over = int(record.get("fence", 0)) > ended.release.fence
    return taken_over or record.get("outcome", ended.outcome) != ended.outcome


def are_people(ended: Ended, record: Mapping[str, Any]) -> bool:
    """Say whether to notify people, even of an outcome that could not be recorded: a person must know."""
    return ended.outcome not in QUIET and "notified" not in record


def are_programs(record: Mapping[str, Any]) -> bool:
    """Say whether to notify programs, once the outcome is settled: a program can't undo what it did."""
    return "outcome" in record and "announced" not in record
