"""The approvers: they answer what waits for them, and answer again where nobody can say whether an answer counts."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from landfall.approval import approval
from landfall.approval.approval import ApprovalStage
from local.stage.landfall_stage import Stage
from tests.campaigns.chaos.gates import APPROVER, NOTHING, YES, Fate
from tests.e2e.signing_off import answer


@dataclass(frozen=True)
class Said:
    """An answer: when it was sent, and what the door said of it and when. Without a `code` it counts."""

    deployment: str
    sent_at: datetime
    heard_at: datetime
    code: str
    told: str

    def __str__(self) -> str:
        times = f"sent at {self.sent_at:%H:%M:%S}, heard at {self.heard_at:%H:%M:%S}"
        return f"{times}: {self.code or 'it counts'}: {self.told}"


def counted(said: Collection[Said]) -> frozenset[str]:
    """Return the deployments for which the door said that an answer counts."""
    return frozenset(each.deployment for each in said if not each.code)


def missed(said: Collection[Said], records: Sequence[Mapping[str, Any]], failed: int) -> frozenset[str]:
    """Return the deployments whose sign-off expired because the approvers came late, by their own clock.

    A busy machine may be slower than their plan. Only their silence excuses it, or a door that failed no more often
    before the end than it was made to: `failed` times.
    """
    late = set()
    for record in records:
        known = approval.read(record)
        if known is None or known.stage != ApprovalStage.EXPIRED:
            continue
        mine = [each for each in said if each.deployment == record["deployment_id"]]
        ends = datetime.fromisoformat(known.expires_at)
        in_vain = [each for each in mine if each.heard_at < ends]
        if not counted(mine) and len(in_vain) <= failed:
            late.add(str(record["deployment_id"]))
    return frozenset(late)


@dataclass
class People:
    """The approvers of one service, while one deployment is played."""

    stage: Stage
    fate: Fate = field(default_factory=Fate)
    said: list[Said] = field(default_factory=list)
    _seen: dict[str, float] = field(default_factory=dict)

    def attend(self, records: Sequence[dict[str, Any]]) -> None:
        """Answer each deployment that waits, once it has waited for as long as they think.

        Who was told that the answer counts does not say it again, whatever the record says.
        """
        for record in records:
            known = approval.read(record)
            if known is None or known.stage != ApprovalStage.WAITING or "outcome" in record:
                continue
            if record["deployment_id"] in counted(self.said):
                continue
            since = self._seen.setdefault(record["deployment_id"], time.monotonic())
            if self.fate.people != NOTHING and time.monotonic() - since >= self.fate.seconds:
                self._answer(record)

    def _answer(self, record: dict[str, Any]) -> None:
        """Say it once. What was refused or lost is said again at the next look, if it is still asked for."""
        no: dict[str, Any] = {"word": "reject", "items": [], "reason": "the people of the chaos say no"}
        sent_at = datetime.now(UTC)
        code, told = answer(self.stage, APPROVER, record, **({} if self.fate.people == YES else no))
        self.said.append(Said(record["deployment_id"], sent_at, datetime.now(UTC), code, told))
