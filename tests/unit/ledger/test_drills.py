"""A drill: when one may begin, where its two deployments go, and what a later look says of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from landfall.dora import figures
from landfall.dora.figures import Window
from landfall.errors import InvalidRequest
from landfall.intake import request
from landfall.intake.request import Request
from landfall.ledger import drills
from landfall.reconcile import drills_overdue
from landfall.settings.drill import DrillSettings
from tests.support import builders as b

NOW = datetime(2026, 6, 1, 3, 30, tzinfo=UTC)
DRILL = DrillSettings(cron="0 3 ? * TUE *")


def record(name: str, digest: str, *, days: float = 0, drill: str = "", outcome: str = "SUCCEEDED") -> dict[str, Any]:
    """Return the record of a deployment that ended that many days ago, after 74 seconds."""
    ended = NOW - timedelta(days=days)
    found = {
        "service": "sample",
        "deployment_id": name,
        "image_digest": digest,
        "outcome": outcome,
        "task_definition": f"arn:{digest}",
        "intent": "rollback" if drill else "release",
        "started_at": (ended - timedelta(seconds=74)).isoformat(),
        "ended_at": ended.isoformat(),
        "requested_at": ended.isoformat(),
        "git_sha": b.SHA,
    }
    return found | ({"drill": drill} if drill else {})


OLD, LIVE = record("one", "old", days=9), record("two", "live", days=8)
WENT_BACK = record("three", "old", drill="back")
CAME = record("four", "live", drill="forward")


def refused(last: Any, *proven: Any, drill: DrillSettings | None = DRILL, frozen: tuple[str, ...] = ()) -> str:
    """Return the code of why no drill begins."""
    found = drills.refusal(drill, last, proven, frozen, NOW)
    return found.code if found else ""


def test_a_drill_begins_only_where_it_can_end() -> None:
    """Two proven releases, the newest live; no freeze; in its window; and not while another one is half way."""
    assert refused(LIVE, LIVE, OLD) == ""
    assert refused(LIVE, LIVE, OLD, drill=None) == "NO_DRILL"
    assert refused(LIVE, LIVE, OLD, frozen=("frozen by somebody",)) == "FROZEN"
    assert refused(LIVE, LIVE) == "NOTHING_BEFORE"
    assert refused(LIVE, LIVE, record("zero", "live")) == "NOTHING_BEFORE"
    assert refused(None) == "NOT_PROVEN"
    assert refused(record("x", "bad", outcome="ROLLBACK_FAILED"), LIVE, OLD) == "NOT_PROVEN"
    assert refused(WENT_BACK, WENT_BACK, LIVE, OLD) == "HALF_WAY"


@pytest.mark.parametrize(
    ("window", "open_now"),
    [(None, True), ("03:00-04:00", True), ("03:31-04:00", False), ("22:00-04:00", True), ("22:00-03:30", False)],
)
def test_the_window_is_in_utc_and_may_go_over_midnight(window: str | None, open_now: bool) -> None:
    """It is 03:30; the end is no longer in it."""
    drill = DrillSettings(window=window)
    assert drill.open_at(NOW) is open_now
    assert refused(LIVE, LIVE, OLD, drill=drill) == ("" if open_now else "OUTSIDE_WINDOW")


def test_back_is_the_release_before_and_forward_is_the_one_that_was_live() -> None:
    """Also after earlier drills, which prove both again."""
    assert drills.way_back([LIVE, OLD]) is OLD
    assert drills.way_forward(WENT_BACK, [WENT_BACK, LIVE]) is LIVE
    again = drills.way_back([CAME, WENT_BACK, LIVE, OLD])
    assert again is OLD
    assert drills.way_forward(LIVE, [LIVE, OLD]) is None
    assert drills.way_forward(WENT_BACK, [record("new", "new"), WENT_BACK]) is None
    failed = record("three", "old", drill="back", outcome="ROLLED_BACK")
    assert drills.way_forward(failed, [LIVE, OLD]) is None


def test_under_the_lock_a_drill_that_was_overtaken_is_not_made() -> None:
    """A release that came between would be taken back, or replaced by an older one."""
    assert drills.overtaken("back", "old", LIVE, [LIVE, OLD]) == ""
    newer = record("new", "new")
    assert "came between" in drills.overtaken("back", "old", newer, [newer, LIVE, OLD])
    assert drills.overtaken("forward", "live", WENT_BACK, [WENT_BACK, LIVE]) == ""
    assert "came between" in drills.overtaken("forward", "live", newer, [newer, WENT_BACK, LIVE])
    assert "another drill" in drills.overtaken("back", "one before", WENT_BACK, [WENT_BACK, LIVE, OLD])


LEFT: dict[str, tuple[dict[str, Any] | None, bool]] = {
    "the last deployment left it": (LIVE, True),
    "the last deployment left another": (record("three", "new"), False),
    "it was gone back to": (record("x", "bad", outcome="ROLLED_BACK") | {"restored_to": "arn:live"}, True),
    "it was taken back": (record("x", "live", outcome="ROLLED_BACK") | {"restored_to": "arn:old"}, False),
    "somebody had deployed over the last one": (record("x", "live", outcome="SUPERSEDED"), False),
    "the ledger knows of no change": (None, True),
}


@pytest.mark.parametrize(("last", "left"), LEFT.values(), ids=LEFT)
def test_a_drill_never_undoes_what_somebody_deployed_by_hand(last: dict[str, Any] | None, left: bool) -> None:
    """The refusal names the revision, so that people see what is live and who must release it."""
    found = drills.by_hand(last, "arn:live")
    assert (found is None) is left
    named = drills.by_hand(last, "arn:aws:ecs:eu-west-1:123456789012:task-definition/shop:7")
    assert (named is None) == (last is None)
    if named:
        assert (named.code, named.why.startswith("revision shop:7 is live")) == ("NOT_PROVEN", True)
        assert "release the commit that should run first" in named.why


def test_people_read_when_and_how_fast() -> None:
    """The time is that of the way back; a way forward that is not proven is said."""
    back = record("three", "old", days=2, drill="back")
    done = drills.last([CAME, back, LIVE])
    assert done is not None
    assert done.told(NOW) == "way back proven 2 days ago, in 74 s"
    half = drills.last([back, LIVE])
    assert half is not None
    assert half.told(NOW).endswith("; the way forward is not proven yet")
    assert drills.last([LIVE, OLD]) is None


def test_a_drill_is_in_no_figure() -> None:
    """Neither as a release nor as a rollback that says that a release failed."""
    window = Window(NOW - timedelta(days=30), NOW + timedelta(days=1))
    without = figures.figures([OLD, LIVE], window)
    assert figures.figures([OLD, LIVE, WENT_BACK, CAME], window) == without


def look(*newest: dict[str, Any], last: Any, drill: DrillSettings = DRILL) -> list[str]:
    """Return the subjects of what the reconciler sees."""
    looked = drills_overdue.assess(b.settings_of(drill=drill), newest, last, NOW)
    return [seen.subject for seen in looked.seen]


def test_a_drill_that_is_overdue_is_a_finding() -> None:
    """Only with a schedule, and only where two releases have been proven for that long."""
    old = [record("two", "live", days=50), record("one", "old", days=60)]
    assert look(*old, last=old[0]) == ["the way back"]
    assert look(*old, last=old[0], drill=DrillSettings()) == []
    assert (
        look(
            record("four", "live", days=3, drill="forward"),
            record("three", "old", days=3, drill="back"),
            *old,
            last=old[0],
        )
        == []
    )
    assert look(LIVE, OLD, last=LIVE) == []


def test_a_drill_that_did_not_end_is_a_finding() -> None:
    """Then the release before is live, and nobody asked for that to stay."""
    assert look(last=record("three", "old", days=0.01, drill="back")) == []
    assert look(last=record("three", "old", days=0.1, drill="back")) == ["the way forward"]
    assert look(last=record("four", "live", drill="forward", outcome="ROLLED_BACK")) == ["the way forward"]
    assert look(last=CAME) == []


def read(**changes: str) -> Request:
    """Read a request to go back."""
    document = {"service": "sample", "image_digest": b.DIGEST, "intent": "rollback", "deployment_id": "one", **changes}
    found = request.read({key: value for key, value in document.items() if value}, b.settings())
    assert isinstance(found, Request)
    return found


def test_a_request_says_that_it_is_a_drill() -> None:
    """Only going to a proven release that is named, and only in one of two directions."""
    assert read().drill == ""
    assert read(drill="forward").drill == "forward"
    for changes in ({"drill": "true"}, {"drill": "back", "deployment_id": ""}):
        with pytest.raises(InvalidRequest, match="landfall drill"):
            read(**changes)
    with pytest.raises(InvalidRequest, match="landfall drill"):
        request.read({"service": "sample", "image_digest": b.DIGEST, "drill": "back"}, b.settings())
