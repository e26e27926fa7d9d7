"""Who is still to be told of a deployment that ended. A replay tells nobody again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from landfall.ledger.deployment_record import Ended
from landfall.model import QUIET


def is_settled_otherwise(ended: Ended, record: Mapping[str, Any]) -> bool:
    """Say whether the record tells another story: a younger execution took over, or closed it with another outcome."""
    taken_over = int(record.get("fence", 0)) > ended.release.fence
    return taken_over or record.get("outcome", ended.outcome) != ended.outcome


def are_people(ended: Ended, record: Mapping[str, Any]) -> bool:
    """Say whether people are to be told, even of an outcome that could not be recorded: a person must know."""
    return ended.outcome not in QUIET and "notified" not in record


def are_programs(record: Mapping[str, Any]) -> bool:
    """Say whether programs are to be told, which is when the outcome is settled: they can't take back what they did."""
    return "outcome" in record and "announced" not in record
