"""What each outcome looks like on every page, and its words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from landfall import chain
from landfall.model import Outcome

STATES = {
    Outcome.SUCCEEDED: ("proven", "proven live"),
    Outcome.NO_CHANGE: ("proven", "live already, proven again"),
    Outcome.SKIPPED: ("quiet", "skipped"),
    Outcome.ROLLED_BACK: ("failed", "rolled back"),
    Outcome.REJECTED: ("failed", "rejected"),
    Outcome.ROLLBACK_FAILED: ("failed", "rollback failed"),
    Outcome.SUPERSEDED: ("warn", "superseded"),
    Outcome.NO_BASELINE: ("failed", "no way back"),
}
"""What each outcome looks like, and its words."""


def outcome_of(record: Mapping[str, Any]) -> tuple[str, str]:
    """Return a record's style and words. A record that somebody changed after its end proves nothing."""
    if "outcome" not in record:
        return "moving", "under way"
    if chain.number(record) and not chain.is_sound(record):
        return "failed", "record was changed"
    known = next((o for o in Outcome if o == record["outcome"]), None)
    return STATES[known] if known else ("unknown", str(record["outcome"]))
