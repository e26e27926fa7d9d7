"""The record of a deployment's sign-off: what was asked, who answered what, and how it ended.

It is kept as JSON in the field `approval` of the ledger record; the record's hash covers it. It does not contain the
task token that wakes the machine.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from landfall.settings.approval import When
from landfall.wire import stored

FIELD = "approval"
"""The field of the ledger record."""
AWAITED = "APPROVAL_AWAITED"
"""The code of a look that found no answer yet, and of the message about it."""
MOST_TURNED_AWAY = 20
"""How many callers that may not approve are recorded: they must not fill the record."""


class ApprovalStage(StrEnum):
    """WAITING for an answer; the others are final. UNKNOWN: the record was changed by hand, which is never a yes."""

    WAITING = "WAITING"
    APPROVED = "APPROVED"
    REFUSED = "REFUSED"
    EXPIRED = "EXPIRED"
    OVERTAKEN = "OVERTAKEN"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True)
class Answer:
    """One yes or no. `who` is the identity; `arn` is the caller's ARN as AWS gave it, with its session's name."""

    who: str
    arn: str
    at: str
    yes: bool
    items: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True)
class TurnedAway:
    """A caller who may not answer, by the settings."""

    who: str
    at: str
    why: str


@dataclass(frozen=True)
class Approval:
    """A deployment's sign-off, with the terms as the settings were when it was asked for. Times are ISO 8601 in UTC.

    `approvers`: identities, as ARNs without a path. `requester`: the role or user that the request names as its
    requester; that is a claim, so it can only forbid an approval. It is empty if the request names none. `told`: the id
    of the message that told people, empty before.
    """

    stage: ApprovalStage
    when: When
    asked_at: str
    expires_at: str
    approvers: tuple[str, ...] = ()
    checklist: tuple[str, ...] = ()
    four_eyes: bool = False
    requester: str = ""
    answers: tuple[Answer, ...] = ()
    turned_away: tuple[TurnedAway, ...] = ()
    ended_at: str = ""
    told: str = ""

    @property
    def approved_by(self) -> tuple[Answer, ...]:
        """Return the yeses so far."""
        return tuple(answer for answer in self.answers if answer.yes)

    @property
    def yeses_left(self) -> int:
        """Return how many people must still say yes."""
        return max(0, (2 if self.four_eyes else 1) - len({answer.who for answer in self.approved_by}))


def written(approval: Approval) -> str:
    """Return the text that the record holds."""
    return json.dumps(asdict(approval))


def read(record: Mapping[str, Any] | None) -> Approval | None:
    """Return a record's sign-off; None if the deployment asked for none.

    A field that is unreadable, or that ended without the answers that it needs, was changed by hand: it is UNKNOWN.
    """
    text = (record or {}).get(FIELD)
    if text is None:
        return None
    approval = stored(Approval, text)
    try:
        return approval if approval and _agrees(approval) else UNREADABLE
    except ValueError:
        return UNREADABLE


UNREADABLE = Approval(ApprovalStage.UNKNOWN, "before", "", "")


def _agrees(approval: Approval) -> bool:
    """Say whether the stage follows from the answers, and every answer is one that counts. Raises ValueError."""
    aware = datetime.fromisoformat(approval.expires_at).tzinfo is not None
    invited = all(answer.who in approval.approvers for answer in approval.answers)
    confirmed = all(set(approval.checklist) <= set(answer.items) for answer in approval.approved_by)
    refused = any(not answer.yes for answer in approval.answers)
    enough = approval.stage != ApprovalStage.APPROVED or not approval.yeses_left
    return aware and invited and confirmed and enough and refused == (approval.stage == ApprovalStage.REFUSED)
