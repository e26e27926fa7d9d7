"""The approvers of chaos are judged by when they answered, and not by what they meant to do."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from landfall.approval import approval
from landfall.approval.approval import Approval, ApprovalStage
from tests.campaigns.chaos.gates import NOTHING, YES, Fate
from tests.campaigns.chaos.people import Said, counted, missed
from tests.campaigns.chaos.schedule import GOOD, Deployment
from tests.support import builders as b

ENDS = b.NOW + timedelta(seconds=120)
EXPIRED = Approval(ApprovalStage.EXPIRED, "before", b.NOW.isoformat(), ENDS.isoformat())


def said(seconds: float, code: str = "") -> Said:
    """Return an answer that the door replied to so many seconds after the end."""
    return Said("d", ENDS + timedelta(seconds=seconds - 1), ENDS + timedelta(seconds=seconds), code, "what it said")


def record(known: Approval) -> dict[str, Any]:
    """Return the record of a deployment that asked."""
    return {"deployment_id": "d", approval.FIELD: approval.written(known)}


@pytest.mark.parametrize(
    ("told", "failed", "late"),
    [
        ((), 0, True),
        ((said(1, "NO_LONGER_AWAITED"),), 0, True),
        ((said(-9, "DOOR_FAILED"),), 1, True),
        ((said(-9, "DOOR_FAILED"),), 0, False),
        ((said(-9, "DOOR_FAILED"), said(-5, "DOOR_FAILED"), said(2, "NO_LONGER_AWAITED")), 1, False),
        ((said(-9),), 0, False),
        ((said(1),), 0, False),
    ],
    ids=["silent", "told so", "a fault", "no fault", "too often", "in time", "taken late"],
)
def test_who_came_late(told: tuple[Said, ...], failed: int, late: bool) -> None:
    """A sign-off that expired is excused by silence and by faults at the door, and never against an answer it took."""
    assert missed(told, [record(EXPIRED)], failed) == ({"d"} if late else frozenset())


@pytest.mark.parametrize("stage", [ApprovalStage.WAITING, ApprovalStage.OVERTAKEN])
def test_only_what_expired_is_excused(stage: ApprovalStage) -> None:
    """Whoever is silent came late to nothing that ended in another way."""
    assert missed((), [record(replace(EXPIRED, stage=stage)), {"deployment_id": "e"}], 0) == frozenset()


def test_a_late_yes_is_judged_as_no_answer() -> None:
    """Of the one deployment, and not of another of the same push."""
    wanted = Deployment(1, GOOD, (), Fate(YES), missed=frozenset({"d"}))
    assert [wanted.of(name).fate.people for name in "de"] == [NOTHING, YES]
    assert counted([said(-9, "DOOR_FAILED"), replace(said(-5), deployment="e")]) == {"e"}
