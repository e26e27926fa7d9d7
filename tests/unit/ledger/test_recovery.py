"""What is left to do about a deployment that died: by its record, its execution, and the recovery before."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landfall import wire
from landfall.abort import aborted
from landfall.abort.aborted import Aborted
from landfall.errors import StepOutputTooLarge, UnreadableRecord
from landfall.ledger import deployment_record, recovery
from landfall.ledger.deployment_record import Ended
from landfall.ledger.execution_history import Event
from landfall.ledger.recovery import Plan, Progress
from landfall.model import UNKNOWN, Failure, Kind, Outcome, Release, passed
from landfall.smoke.case import Check
from tests.support import builders as b

FENCE = 7
BASELINE = b.baseline(warnings=("a warning",), restores="the last proven release", unhealthy_tasks=1)
OURS = b.deployment(health_checked=("app",))
MIDNIGHT = datetime(2026, 1, 2, tzinfo=UTC)


def opened(**changes: Any) -> dict[str, Any]:
    """Return the record of a deployment that began and touched nothing."""
    return {**deployment_record.opened(b.release()), "fence": FENCE, **changes}


def touching(**changes: Any) -> dict[str, Any]:
    """Return the record of a deployment that may have touched its service."""
    return opened(**{"progress": json.dumps(asdict(Progress(BASELINE, OURS))), **changes})


def closed(ended: Ended, **changes: Any) -> dict[str, Any]:
    """Return the record of a deployment that ended, as `completed` and `plan` find it."""
    return {**deployment_record.closed(ended, b.NOW), **changes}


def plan(record: dict[str, Any] | None, **given_: Any) -> Plan:
    """Return the plan for a record whose execution was stopped, unless otherwise is given."""
    return recovery.plan(record, *{"status": "ABORTED", "other": None, "last_state": None, **given_}.values())


def ended_of(record: dict[str, Any], **given_: Any) -> Ended:
    """Return how a plan says that the deployment ended."""
    found = plan(record, **given_).ended
    assert found is not None
    return found


FINISHED = {k: v for k, v in opened().items() if k != "unfinished"}
IGNORED: dict[str, tuple[dict[str, Any] | None, dict[str, Any], str]] = {
    "no record": (None, {}, "it left no record"),
    "nothing left": (FINISHED, {}, "nothing is left"),
    "it runs": (touching(), {"status": "RUNNING"}, "still running"),
    "another recovery runs": (touching(), {"other": "RUNNING"}, "being recovered already"),
    "a closed one that still runs": (closed(b.ended()), {"status": "RUNNING"}, "still running"),
}


@pytest.mark.parametrize(("record", "given_", "part"), IGNORED.values(), ids=IGNORED.keys())
def test_what_needs_nobody_is_left_alone(record: dict[str, Any] | None, given_: dict[str, Any], part: str) -> None:
    """Law 5: where somebody is at work, or nothing is left, a recovery does nothing and carries nothing."""
    found = plan(record, **given_)
    assert (found.verdict.state, found.verdict.code, found.ended) == ("PASS", "IGNORED", None)
    assert part in found.verdict.reason


@pytest.mark.parametrize("outcome", Outcome)
def test_a_closed_record_keeps_its_outcome(outcome: Outcome) -> None:
    """Law 4: an outcome that stands in a record is final. Only its report, its notification or its lock are left."""
    ended = b.ended(outcome)
    found = plan(closed(ended, recoveries=9), status="FAILED", last_state="Succeeded")
    assert (found.verdict.state, found.verdict.code, found.ended) == ("PASS", "FINISH", ended)


@pytest.mark.parametrize(("state", "outcome"), recovery.SUCCEEDED_IN.items())
@pytest.mark.parametrize("touched", [True, False])
def test_an_execution_that_succeeded_is_closed_as_it_succeeded(state: str, outcome: Outcome, touched: bool) -> None:
    """A success whose report failed is not undone: FINISH, however many recoveries there were, with what is known."""
    record = touching(recoveries=9) if touched else opened(recoveries=9)
    found = plan(record, status="SUCCEEDED", last_state=state)
    assert (found.verdict.state, found.verdict.code) == ("PASS", "FINISH")
    told = passed("EXECUTION_SUCCEEDED", f"execution {b.EXECUTION} succeeded, but could not report")
    known = (BASELINE, OURS) if touched else (None, None)
    assert found.verdict.reason == told.reason
    assert found.ended == Ended(b.release(fence=FENCE), outcome, told, *known)


def test_the_states_of_success_are_the_outcomes_of_success() -> None:
    """The names are those of the state machine; no other state is taken for a success."""
    assert recovery.SUCCEEDED_IN == {
        "Succeeded": Outcome.SUCCEEDED,
        "NoChange": Outcome.NO_CHANGE,
        "Skipped": Outcome.SKIPPED,
    }
    assert plan(touching(), status="FAILED", last_state="RolledBack").verdict.code == "RECOVER"


def test_what_touched_nothing_is_rejected() -> None:
    """Without progress nothing was touched: REJECTED, and no way back is begun, however often it was tried."""
    for recoveries in (0, 9):
        found = plan(opened(recoveries=recoveries))
        assert (found.verdict.state, found.verdict.code) == ("FAIL", "STOPPED")
        assert found.verdict.reason == f"execution {b.EXECUTION} ended ABORTED without an outcome; nothing was touched"
        assert found.ended == Ended(b.release(fence=FENCE), Outcome.REJECTED, found.verdict)


def test_what_may_have_touched_is_recovered() -> None:
    """Law 2: until the way back is proven, what is known is that nothing is proven: ROLLBACK_FAILED, with its cause."""
    found = plan(touching())
    reason = f"execution {b.EXECUTION} ended ABORTED without an outcome"
    assert (found.verdict.state, found.verdict.code, found.verdict.reason) == ("PASS", "RECOVER", reason)
    ended = ended_of(touching())
    assert (ended.release, ended.baseline, ended.deployment) == (b.release(fence=FENCE), BASELINE, OURS)
    assert ended.outcome == Outcome.ROLLBACK_FAILED
    assert (ended.verdict.state, ended.verdict.code, ended.verdict.reason) == ("FAIL", "EXECUTION_STOPPED", reason)
    assert ended.failure is not None
    assert (ended.failure.state, ended.failure.code) == ("Recovery", "EXECUTION_STOPPED")
    assert ended.failure.reason == reason


_ABORT = aborted.written(Aborted("arn:aws:iam::1:role/OnCall", "arn", "2026-01-02T03:04:05Z", "wrong colour"))


@pytest.mark.parametrize(
    ("status", "first"), [("ABORTED", True), (None, True), ("TIMED_OUT", False), ("FAILED", False)]
)
def test_only_what_was_stopped_was_aborted_by_somebody(status: str | None, first: bool) -> None:
    """One that timed out or failed died of that: it is not put on whoever asked to abort it a moment later."""
    reason = plan(touching(abort=_ABORT), status=status).verdict.reason
    assert reason.startswith("aborted by arn:aws:iam::1:role/OnCall") is first
    assert ("an abort was asked for by arn:aws:iam::1:role/OnCall" in reason) is not first


def test_an_abort_does_not_hide_why_the_release_went_back() -> None:
    """It was going back already when somebody aborted it: the record says what was wrong with it, then who aborted."""
    history = [
        Event(b.NOW, "SmokeTest"),
        Event(b.NOW, "SmokeTest", verdict={"state": "FAIL", "code": "SMOKE_FAILED", "reason": "/version says 500"}),
        Event(b.NOW, "Rollback"),
        Event(b.NOW, "Rollback", verdict={"state": "WAIT", "code": "ROLLING_BACK", "reason": "ECS began it"}),
    ]
    failed = recovery.led_back(history)
    assert failed == Failure("SmokeTest", "SMOKE_FAILED", "/version says 500")
    ended = ended_of(touching(abort=_ABORT), led_back=failed)
    assert ended.failure is not None
    assert (ended.failure.state, ended.failure.code) == ("SmokeTest", "SMOKE_FAILED")
    assert ended.failure.reason.startswith("/version says 500; then: aborted by arn:aws:iam::1:role/OnCall")


@pytest.mark.parametrize(("length", "kept"), [(500, 500), (501, 500), (5000, 500)])
def test_a_long_reason_is_cut_before_who_aborted(length: int, kept: int) -> None:
    """A recovery's answer has room for so much; the record's timeline has the whole reason."""
    ended = ended_of(touching(abort=_ABORT), led_back=Failure("SmokeTest", "SMOKE_FAILED", "x" * length))
    assert ended.failure is not None
    told = ended.failure.reason.partition("; then: ")[0]
    assert (len(told), told == "x" * length) == (kept, length == kept)


@pytest.mark.parametrize(
    ("history", "found"),
    [
        ([], None),
        ([Event(b.NOW, "SmokeTest", verdict={"state": "PASS", "code": "OK", "reason": ""})], None),
        ([Event(b.NOW, "Rollback")], None),
        (
            [Event(b.NOW, "UpdateService", error="Timeout: it took too long"), Event(b.NOW, "Rollback")],
            Failure("UpdateService", "STEP_FAILED", "Timeout: it took too long"),
        ),
    ],
)
def test_what_led_back_is_read_from_the_history(history: list[Event], found: Failure | None) -> None:
    """Nothing is made up where the history tells nothing, and a step that crashed is a cause too."""
    assert recovery.led_back(history) == found


def test_an_execution_that_is_gone_is_said_to_be() -> None:
    """Step Functions forgets executions after 90 days: there is no status then."""
    assert (
        plan(touching(), status=None).verdict.reason == f"execution {b.EXECUTION} ended and is gone without an outcome"
    )


@pytest.mark.parametrize(("recoveries", "code"), [(0, "RECOVER"), (2, "RECOVER"), (3, "EXHAUSTED"), (4, "EXHAUSTED")])
def test_after_three_recoveries_a_person_is_asked(recoveries: int, code: str) -> None:
    """A recovery that dies each time would go on for ever. What is known is carried all the same, for the page."""
    found = plan(touching(recoveries=recoveries))
    assert (found.verdict.state, found.verdict.code) == ("PASS", code)
    assert found.ended == ended_of(touching())
    assert ("3 recoveries" in found.verdict.reason) is (code == "EXHAUSTED")


UNREADABLE = {
    "no release": ({k: v for k, v in touching().items() if k != "release"}, "'release' can't be read"),
    "a release that is no text": (touching(release=7), "'release' can't be read"),
    "a release that is no JSON": (touching(release="{"), "'release' can't be read"),
    "a release of another shape": (touching(release="{}"), "'release' can't be read"),
    "progress too deep to read": (touching(progress="[" * 100_000), "'progress' can't be read"),
    "a fence that is no number": (touching(fence="seven"), "'fence' is no number: 'seven'"),
    "a fence that is a list": (touching(fence=[]), "'fence' is no number"),
    "a fence without end": (touching(fence=float("inf")), "'fence' is no number: inf"),
    "recoveries that are no number": (touching(recoveries="many"), "'recoveries' is no number: 'many'"),
}


@pytest.mark.parametrize(("record", "part"), UNREADABLE.values(), ids=UNREADABLE.keys())
def test_a_record_that_was_changed_is_named(record: dict[str, Any], part: str) -> None:
    """Whoever is paged must find the record and the field, in words of bounded length."""
    with pytest.raises(UnreadableRecord) as found:
        plan(record)
    assert str(found.value).startswith("ledger record '20260102T030405Z-one': ")
    assert part in str(found.value)
    assert len(str(found.value)) <= 500


def test_long_values_are_cut_in_the_error() -> None:
    """An error's text travels in the execution's history, which is bounded."""
    for record in (touching(fence="9" * 300 + "x" * 400), touching(release=json.dumps({"y" * 600: 1}))):
        with pytest.raises(UnreadableRecord) as found:
            plan(record)
        assert len(str(found.value)) == 500


def test_a_record_without_a_fence_had_no_lock() -> None:
    """0 is the fence of no lock: any other number could be somebody's."""
    assert ended_of({k: v for k, v in touching().items() if k != "fence"}).release.fence == 0


WHOLE = b.release(
    reason="the fix",
    requested_by="ann",
    asked=b.asked(),
    asked_too=("bob",),
    came="{}",
    revision=b.OLD_REVISION,
    fence=7,
)


def test_a_recovery_carries_what_the_way_back_needs() -> None:
    """Law 2 needs the baseline whole, but for words; the report finds words and lists in the record."""
    ended = replace(ended_of(touching()), release=WHOLE, checks=(Check("version", "PASS", "", ""),))
    carried = recovery.carried(Plan(passed("RECOVER", "x"), ended))
    assert carried.baseline == replace(BASELINE, restores="", warnings=())
    assert carried.deployment == replace(OURS, digests={}, health_checked=())
    assert carried.checks == ()
    assert (carried.outcome, carried.verdict, carried.failure) == (ended.outcome, ended.verdict, ended.failure)
    assert carried.release == replace(
        WHOLE,
        reason="",
        requested_by=UNKNOWN,
        asked=None,
        asked_too=(),
        came="",
        repository="",
        image="",
        accepted_digests=(),
        revision="",
    )


@pytest.mark.parametrize("code", ["FINISH", "EXHAUSTED", "STOPPED"])
def test_a_way_to_the_report_alone_carries_ids(code: str) -> None:
    """Nothing is undone on it, so nothing is carried of what ran."""
    ended = replace(ended_of(touching()), release=WHOLE)
    carried = recovery.carried(Plan(passed(code, "x"), ended))
    assert (carried.baseline, carried.deployment, carried.checks) == (None, None, ())
    assert (carried.release.deployment_id, carried.release.fence, carried.release.image) == (
        b.release().deployment_id,
        7,
        "",
    )


@pytest.mark.parametrize("gone", ["baseline", "deployment"])
def test_half_of_a_way_back_is_none(gone: str) -> None:
    """A baseline without the deployment that it undoes leads nowhere, nor the other way round."""
    carried = recovery.carried(Plan(passed("RECOVER", "x"), replace(ended_of(touching()), **{gone: None})))  # type: ignore[arg-type]
    assert (carried.baseline, carried.deployment) == (None, None)


def test_nothing_can_be_carried_of_what_is_ignored() -> None:
    """It would be a mistake of our own, and is said to be one."""
    with pytest.raises(ValueError, match="IGNORED: there is nothing to carry"):
        recovery.carried(plan(None))


def carried_of(record: dict[str, Any]) -> Ended:
    """Return what the machine knows of a deployment after a recovery carried it."""
    return recovery.carried(plan(record))


def test_what_was_left_out_comes_back_from_the_record() -> None:
    """Law 4: the one report tells of the whole release, though the recovery carried ids alone."""
    assert recovery.completed(carried_of(touching()), touching()) == ended_of(touching())
    assert recovery.completed(carried_of(opened()), opened()) == ended_of(opened())


def test_the_way_back_is_kept_as_it_was_judged() -> None:
    """After the rollback the deployment is the way back: the record's progress knows only the way forward."""
    back = b.way_back()
    judged = replace(carried_of(touching()), outcome=Outcome.ROLLED_BACK, deployment=back)
    whole = recovery.completed(judged, touching())
    assert (whole.outcome, whole.deployment, whole.baseline) == (Outcome.ROLLED_BACK, back, BASELINE)
    forward = replace(judged, deployment=b.deployment(id="ecs-svc/other", kind=Kind.RELEASE))
    assert recovery.completed(forward, touching()).deployment == OURS


@pytest.mark.parametrize("fence", [9, 0])
def test_the_fence_is_the_recoverys_own(fence: int) -> None:
    """The record holds the fence of the execution that died: closing under it would be refused, or worse, not."""
    mine = carried_of(touching())
    mine = replace(mine, release=replace(mine.release, fence=fence))
    assert recovery.completed(mine, touching()).release.fence == fence


def test_a_closed_record_says_itself_how_it_ended() -> None:
    """With the checks and the words that it was closed with; but only where it ended as the machine believes."""
    ended = b.ended(Outcome.ROLLED_BACK, release=b.release(reason="why"))
    short = replace(ended, release=replace(ended.release, image="", reason=""), baseline=None, deployment=None)
    assert recovery.completed(short, closed(ended)) == ended
    other = replace(short, outcome=Outcome.ROLLBACK_FAILED)
    found = recovery.completed(other, closed(ended))
    assert (found.outcome, found.release) == (Outcome.ROLLBACK_FAILED, ended.release)


def test_what_is_whole_stays_as_it_is() -> None:
    """So does what no record completes: one that is gone, or that somebody changed."""
    whole = ended_of(touching())
    assert recovery.completed(whole, touching(progress="{}", release="{}")) is whole
    short = carried_of(touching())
    assert recovery.completed(short, None) is short
    assert recovery.completed(short, touching(release="{}")) is short
    assert recovery.completed(short, touching(progress="{}")) is short


def room_for(warnings: tuple[str, ...] = (), **changes: Any) -> int:
    """Return how many bytes a recovery's answer takes for its release and baseline."""
    carried = recovery.carried(
        Plan(passed("RECOVER", "x"), replace(ended_of(touching()), baseline=b.baseline(warnings=warnings, **changes)))
    )
    assert carried.baseline
    told = {"release": asdict(replace(carried.release, fence=0)), "baseline": asdict(carried.baseline)}
    return wire.size(wire.packed(told))


def filled(spare: int) -> tuple[Release, dict[str, Any]]:
    """Return a release and a baseline that leave so many bytes of what is allowed."""
    most = wire.OUTPUT_LIMIT - recovery.RESERVED
    left = most - spare - room_for(base_url="")
    return b.release(reason="why", requested_by="ann"), {"base_url": "u" * left, "warnings": ("not counted",)}


@pytest.mark.parametrize("spare", [0, 1, 500])
def test_what_fits_may_be_begun(spare: int) -> None:
    """Law 3: what a recovery would have to carry is measured before anything is touched; words are not carried."""
    release, changes = filled(spare)
    recovery.must_fit(release, b.baseline(**changes))


@pytest.mark.parametrize("over", [1, 500])
def test_what_no_recovery_could_carry_is_not_begun(over: int) -> None:
    """The error names how much is too much, and the two ways out with their counts."""
    release, changes = filled(-over)
    dead = b.baseline(**changes)
    with pytest.raises(StepOutputTooLarge) as found:
        recovery.must_fit(release, dead)
    for part in (f"takes {6144 + over} bytes", "6144 are the most", "targets (0)", "containers (1)"):
        assert part in str(found.value)


GIVEN_UP = {
    "open, and never tried": ({}, 1, False),
    "open, and tried as often as may be": ({"swept": 3}, 1, False),
    "open, and once more in vain": ({"swept": 4}, 1, True),
    "open, at the first sweep of an hour": ({"swept": 4}, 0, False),
    "open, while recoveries counted themselves": ({"recoveries": 9}, 1, False),
    "settled, and never tried": ({"outcome": "SUCCEEDED"}, 1, False),
    "settled, and tried twice": ({"outcome": "SUCCEEDED", "recoveries": 2}, 1, False),
    "settled, and tried three times": ({"outcome": "SUCCEEDED", "recoveries": 3}, 1, True),
    "settled, and swept three times": ({"outcome": "SUCCEEDED", "swept": 3}, 1, True),
    "settled, with a count that is no number": ({"outcome": "SUCCEEDED", "swept": "x"}, 1, True),
    "open, with a count that is no number": ({"swept": "x"}, 1, True),
}


@pytest.mark.parametrize(("record", "sweeps", "left"), GIVEN_UP.values(), ids=GIVEN_UP.keys())
def test_when_a_record_is_left_for_a_person(record: dict[str, Any], sweeps: int, left: bool) -> None:
    """The last recovery gives up and pages; after it the sweep costs nothing but for its first in an hour, or a day."""
    assert recovery.given_up(record, MIDNIGHT + sweeps * timedelta(minutes=15)) is left


@pytest.mark.parametrize(
    ("record", "at", "left"),
    [
        ({"swept": 4}, timedelta(hours=5, minutes=14, seconds=59), False),
        ({"swept": 4}, timedelta(hours=5, minutes=15), True),
        ({"swept": 4, "outcome": "SUCCEEDED"}, timedelta(hours=5, minutes=3), True),
        ({"swept": 4, "outcome": "SUCCEEDED"}, timedelta(minutes=14), False),
        ({"swept": 4, "outcome": "SUCCEEDED"}, timedelta(hours=1), True),
    ],
)
def test_an_outage_has_an_end(record: dict[str, Any], at: timedelta, left: bool) -> None:
    """What is open is tried again each hour, what is settled each day."""
    assert recovery.given_up(record, MIDNIGHT + at) is left


COUNTS = st.integers(0, 9)


@given(COUNTS, COUNTS)
def test_tries_are_counted_by_whoever_counted_more(recoveries: int, swept: int) -> None:
    """A recovery may die before it counts itself, and be started by somebody else than the sweep."""
    assert recovery.tried({"recoveries": recoveries, "swept": swept}) == max(recoveries, swept)
    assert recovery.tried({"recoveries": recoveries}) == recoveries
    assert recovery.tried({}) == 0
    assert recovery.tried({"swept": None}) == recovery.MOST + 1
    assert recovery.swept_enough({"swept": swept}) is (swept > 3)


def test_the_bounds() -> None:
    """Three recoveries, a sweep each quarter of an hour: after an hour every recovery has had its turn."""
    assert (3, timedelta(minutes=15)) == (recovery.MOST, recovery.SWEEP_EVERY)
    assert timedelta(hours=1) == recovery.PATIENCE
