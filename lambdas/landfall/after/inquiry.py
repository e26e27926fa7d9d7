"""The record of a deployment's after-check: the intent, each call, and the function's answer.

It is kept as JSON in the field `after_check` of the ledger record; the record's hash covers it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from landfall.settings.after import AfterCheck, Undecided
from landfall.wire import stored

FIELD = "after_check"
"""The field of the ledger record."""


class InquiryStage(StrEnum):
    """The state of an after-check. ASKING: no answer has come yet. The others are final."""

    ASKING = "ASKING"
    ACCEPTED = "ACCEPTED"
    REFUSED = "REFUSED"
    UNDECIDED = "UNDECIDED"


@dataclass(frozen=True)
class Inquiry:
    """A deployment's after-check. Times are ISO 8601 in UTC, and empty while they have not come.

    `function_seconds`: the time limit of the function itself, 0 where it could not be read. `calls` counts the calls.
    `called_at`: the call whose answer has not come; it may still run. `reason` and `details` are the function's
    words, redacted; `trouble` says why the latest call gave no answer. `undecided` is the setting.
    """

    stage: InquiryStage
    function: str
    began_at: str
    ends_at: str
    undecided: Undecided = "rollback"
    function_seconds: int = 0
    calls: int = 0
    called_at: str = ""
    answered_at: str = ""
    reason: str = ""
    details: str = ""
    trouble: str = ""

    @property
    def is_over(self) -> bool:
        """Say whether the function will not be called again."""
        return self.stage != InquiryStage.ASKING

    @property
    def passes(self) -> bool:
        """Say whether the release may go on: with a yes, or undecided if the settings accept that."""
        undecided = self.stage == InquiryStage.UNDECIDED and self.undecided == "accept"
        return self.stage == InquiryStage.ACCEPTED or undecided


def begun(settings: AfterCheck, function_seconds: int, now: datetime) -> Inquiry:
    """Return the record before the first call."""
    return Inquiry(
        stage=InquiryStage.ASKING,
        function=settings.function,
        began_at=now.isoformat(),
        ends_at=(now + timedelta(seconds=settings.seconds)).isoformat(),
        undecided=settings.undecided,
        function_seconds=function_seconds,
    )


def written(inquiry: Inquiry) -> str:
    """Return the text that the record holds."""
    return json.dumps(asdict(inquiry))


def read(record: Mapping[str, Any] | None) -> Inquiry | None:
    """Return a record's after-check; None if it had none. An unreadable field was changed by hand: UNDECIDED."""
    text = (record or {}).get(FIELD)
    if text is None:
        return None
    unreadable = Inquiry(InquiryStage.UNDECIDED, "", "", "", trouble="its entry in the record can't be read")
    return stored(Inquiry, text) or unreadable
