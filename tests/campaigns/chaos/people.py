"""The approvers: they answer what waits for them, and answer again where nobody can say whether an answer counts."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from landfall.approval import approval
from landfall.approval.approval import ApprovalStage
from local.stage.landfall_stage import Stage
from tests.campaigns.chaos.gates import APPROVER, NOTHING, YES, Fate
from tests.e2e.signing_off import answer


@dataclass
class People:
    """The approvers of one service, while one deployment is played."""

    stage: Stage
    fate: Fate = field(default_factory=Fate)
    heard: list[str] = field(default_factory=list)
    """What the door said where an answer did not count."""
    _seen: dict[str, float] = field(default_factory=dict)

    def attend(self, records: Sequence[dict[str, Any]]) -> None:
        """Answer each deployment that waits, once it has waited for as long as they think."""
        for record in records:
            known = approval.read(record)
            if known is None or known.stage != ApprovalStage.WAITING or "outcome" in record:
                continue
            since = self._seen.setdefault(record["deployment_id"], time.monotonic())
            if self.fate.people != NOTHING and time.monotonic() - since >= self.fate.seconds:
                self._answer(record)

    def _answer(self, record: dict[str, Any]) -> None:
        """Say it once. What was refused or lost is said again at the next look, if it is still asked for."""
        no: dict[str, Any] = {"word": "reject", "items": [], "reason": "the people of the chaos say no"}
        code, told = answer(self.stage, APPROVER, record, **({} if self.fate.people == YES else no))
        if code:
            self.heard.append(f"{code}: {told}")
