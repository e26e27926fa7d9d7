"""Which newer requests take the place of one that people are asked about: an older image must not go over a newer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from landfall.approval import order
from landfall.approval.approval import UNREADABLE, ApprovalStage, written
from landfall.intake.turn import Waiting
from landfall.model import Outcome
from tests.unit.approval.sign_offs import APPROVED, REFUSED, WAITING

MINE = Waiting("20260102T030405Z-mine", "2026-01-02T03:04:05+00:00", by_push=False)
NEWER, OLDER = "20260102T030406Z-newer", "20260102T030404Z-older"


def record(name: str = NEWER, at: str = "2026-01-02T03:04:06+00:00", **more: Any) -> dict[str, Any]:
    """Return the record of a request that was made one second later and is open."""
    return {"deployment_id": name, "requested_at": at, **more}


OPEN: dict[str, tuple[dict[str, Any], bool]] = {
    "it waits for the lock": (record(), False),
    "it waits for people": (record(approval=written(WAITING)), False),
    "people refused it": (record(approval=written(REFUSED)), False),
    "nobody answered": (record(approval=written(replace(WAITING, stage=ApprovalStage.EXPIRED))), False),
    "its sign-off can't be read": (record(approval=written(UNREADABLE)), False),
    "people approved it": (record(approval=written(APPROVED)), True),
    "it changes the service": (record(progress="{}"), True),
}


@pytest.mark.parametrize(("other", "goes"), OPEN.values(), ids=OPEN)
def test_a_newer_request_is_ahead_once_people_approved_it_or_it_changes_the_service(
    other: dict[str, Any], goes: bool
) -> None:
    """One that may still be refused must not cost the older one its turn."""
    assert order.ahead(MINE, [other]) == (NEWER if goes else "")
    assert order.newer(MINE, [other]) == NEWER


@pytest.mark.parametrize("outcome", Outcome)
def test_a_newer_request_that_ended_is_ahead_if_it_touched_the_service(outcome: Outcome) -> None:
    """Also where it was rolled back: what people approved was to go over another release than the one that ran."""
    known = [record(outcome=outcome.value, progress="{}")]
    assert order.ahead(MINE, known) == ("" if outcome in (Outcome.REJECTED, Outcome.SKIPPED) else NEWER)
    assert order.newer(MINE, known) == ("" if outcome == Outcome.REJECTED else NEWER)


NOT_NEWER = {
    "older": record(OLDER, "2026-01-02T03:04:04+00:00", progress="{}"),
    "older, with a greater id": record("20260102T030500Z-late", "2026-01-02T03:04:04+00:00", progress="{}"),
    "itself": record(MINE.deployment_id, "2026-01-02T03:04:06+00:00", progress="{}"),
    "rejected right away": record(progress="{}", doomed=True),
}


@pytest.mark.parametrize("other", NOT_NEWER.values(), ids=NOT_NEWER)
def test_only_a_newer_request_takes_the_place(other: dict[str, Any]) -> None:
    """An older request, the deployment's own record and a request that never had a turn end nobody's wait."""
    assert (order.ahead(MINE, [other]), order.newer(MINE, [other])) == ("", "")
    assert order.ahead(MINE, [other, record(progress="{}")]) == NEWER
