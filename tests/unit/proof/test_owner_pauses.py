"""A pause by the owner stops the stability clock, is bounded, and is neither made up nor ended by a failed read."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landfall.judging import Counted, Pause
from landfall.model import State, wait
from landfall.proof import owner_pauses
from landfall.proof.service_deployment import Hook, ServiceDeployment
from landfall.settings import Limits
from landfall.settings import paused_looks as pace
from tests.support import builders as b

ARN = "arn:aws:ecs:us-east-1:123456789012:service-deployment/c/sample/1"
ID = "ecs-pause-e7tK9G_WRJqNF_EOMjztDXfKenlJuEUVjsNStf4WLKw"
ENDS = b.NOW + timedelta(hours=2)
HOOK = Hook(ID, "PAUSE", "AWAITING_ACTION", ENDS, "ROLLBACK")
HELD = ServiceDeployment(ARN, "IN_PROGRESS", stage="PRE_SCALE_UP", hooks=(HOOK,), pauses=(180,))
GOES_ON = replace(HELD, hooks=(replace(HOOK, status="SUCCEEDED"),))
ROLLING = wait("ROLLING", "0 of 2 tasks running, rollout IN_PROGRESS", 5)
LIMITS = Limits()


def at(seconds: float) -> datetime:
    """Return a moment."""
    return b.NOW + timedelta(seconds=seconds)


def known(seconds: int = 0, looked: float = 0, *, paused: bool = True, **changes: str) -> Pause:
    """Return what an earlier look knew."""
    said = owner_pauses.told(HELD) if paused else ""
    return Pause(ARN, seconds, at(looked).isoformat(), paused, **{"said": said, **changes})


SEEN: dict[str, tuple[Pause | None, ServiceDeployment | None, float, int, bool]] = {
    "the first look sees a pause that began at the update": (None, HELD, 30, 30, True),
    "the first look sees none": (None, GOES_ON, 30, 0, False),
    "nothing is listed yet": (None, None, 30, 0, False),
    "a pause goes on": (known(100, 60), HELD, 90, 130, True),
    "a pause was continued": (known(100, 60), GOES_ON, 90, 130, False),
    "it ended, whatever became of it": (known(100, 60), replace(HELD, status="ROLLBACK_IN_PROGRESS"), 90, 130, False),
    "it goes on unpaused": (known(100, 60, paused=False), GOES_ON, 90, 100, False),
    "it is paused once more, since the last look": (known(100, 60, paused=False), HELD, 90, 130, True),
    "no longer than it lasts": (known(0, 60, paused=False), replace(HELD, pauses=(119,)), 90, 30, True),
    "an unknown beginning is now": (known(0, 60, paused=False), replace(HELD, pauses=()), 90, 0, True),
}


@pytest.mark.parametrize(("before", "found", "now", "seconds", "paused"), SEEN.values(), ids=SEEN.keys())
def test_what_a_look_adds(
    before: Pause | None, found: ServiceDeployment | None, now: float, seconds: int, paused: bool
) -> None:
    """The time since the last look counts as paused if it was paused then; else from the pause's own beginning."""
    told = owner_pauses.seen(before, found, at(0), at(now))
    assert (told.seconds, told.paused) == (seconds, paused)
    assert told.service_deployment == (ARN if found or before else "")


def test_what_can_not_be_read_is_no_pause_and_no_end_of_one() -> None:
    """Throttles neither stop the clock nor start it again."""
    held = owner_pauses.unread(known(100, 60), at(90))
    assert held == replace(known(130, 90))
    assert owner_pauses.unread(known(100, 60, paused=False), at(90)) == known(100, 60, paused=False)
    assert owner_pauses.unread(None, at(90)) is None


def test_a_pause_is_waited_for_and_explained() -> None:
    """The reason names the stage, the hook, the end, what ECS does then, and the command; redaction leaves it whole."""
    verdict = owner_pauses.assess(ROLLING, known(600), LIMITS, at(0))
    assert (verdict.state, verdict.code, verdict.retry_after) == (State.WAIT, "PAUSED_BY_OWNER", 30)
    assert verdict.reason.startswith(
        "paused by its owner at PRE_SCALE_UP until 2026-01-02T05:04:05+00:00, then ECS rolls back"
    )
    command = f"aws ecs continue-service-deployment --service-deployment-arn {ARN} --hook-id {ID} --action CONTINUE"
    assert f"(hook {ID}); to continue: {command}; 0 of 2 tasks running" in verdict.reason


SAYS: dict[str, tuple[ServiceDeployment, str]] = {
    "it goes on by itself": (replace(HELD, hooks=(replace(HOOK, then="CONTINUE"),)), "then ECS continues"),
    "no end is told": (replace(HELD, hooks=(replace(HOOK, expires_at=None),)), "until its time is over"),
    "no action is told": (replace(HELD, hooks=(replace(HOOK, then=""),)), "ECS's action is not named"),
    "no stage is told": (replace(HELD, stage=""), "at a stage that ECS does not name"),
    "three hooks": (replace(HELD, hooks=(HOOK,) * 3), f"(hooks {ID}, {ID} and 1 more)"),
}


@pytest.mark.parametrize(("found", "says"), SAYS.values(), ids=SAYS.keys())
def test_what_aws_leaves_out_is_said(found: ServiceDeployment, says: str) -> None:
    """A missing field is no crash and no invention."""
    assert says in owner_pauses.told(found)


def test_of_several_hooks_the_first_is_continued() -> None:
    """The end and the action that are told are those of one hook, and the command names a hook that waits."""
    second = replace(HOOK, id="second", then="CONTINUE")
    both = owner_pauses.told(replace(HELD, hooks=(HOOK, second)))
    assert f"(hooks {ID}, second);" in both
    assert f"--hook-id {ID} " in both
    assert "then ECS rolls back" in both
    endless = tuple(replace(each, expires_at=None) for each in (HOOK, second))
    assert "its time is over; then ECS rolls back" in owner_pauses.told(replace(HELD, hooks=endless))
    dated = owner_pauses.told(replace(HELD, hooks=(endless[0], second)))
    assert "until 2026-01-02T05:04:05+00:00, then ECS continues" in dated


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("PENDING", False),
        ("IN_PROGRESS", False),
        ("SUCCESSFUL", False),
        ("", False),
        ("STOP_REQUESTED", True),
        ("ROLLBACK_IN_PROGRESS", True),
    ],
)
def test_only_an_end_that_ecs_brought_about_is_told(status: str, said: bool) -> None:
    """A rollout that goes on as it should is not explained, and one that ECS takes back is."""
    pause = owner_pauses.seen(None, replace(GOES_ON, status=status), at(0), at(9))
    assert pause.said == (f"service deployment {status} at PRE_SCALE_UP" if said else "")


@pytest.mark.parametrize(
    ("state", "may_pause", "before", "asked"),
    [
        ("IN_PROGRESS", True, None, True),
        ("IN_PROGRESS", True, known(), True),
        ("IN_PROGRESS", False, known(), True),
        ("IN_PROGRESS", False, None, False),
        ("COMPLETED", True, None, False),
        ("COMPLETED", False, known(), False),
    ],
    ids=[
        "may be paused",
        "was paused",
        "its hooks were taken out",
        "has no hooks",
        "is over",
        "was paused, and is over",
    ],
)
def test_whose_service_deployment_is_asked_for(state: str, may_pause: bool, before: Pause | None, asked: bool) -> None:
    """A pause that is known is followed to its end; a service without hooks costs no call."""
    service = b.service(b.ecs_deployment(rollout_state=state), may_pause=may_pause)
    assert owner_pauses.may_be(service, b.deployment(), before) is asked


def test_a_pause_is_bounded() -> None:
    """At the bound it is a failure that says so; other verdicts are left as they are."""
    late = owner_pauses.assess(ROLLING, known(3600), LIMITS, at(0))
    assert (late.state, late.code) == (State.FAIL, "OWNER_PAUSE_TIMEOUT")
    assert "owner_pause_seconds allows 3600: paused by its owner" in late.reason
    none = owner_pauses.assess(ROLLING, known(0), Limits(owner_pause_seconds=0), at(0))
    assert none.code == "OWNER_PAUSE_TIMEOUT"
    crash = wait("CRASH_LOOP", "why", 5)
    assert owner_pauses.assess(crash, known(3600), LIMITS, at(0)) is crash
    assert owner_pauses.assess(ROLLING, known(100, paused=False), LIMITS, at(0)) is ROLLING
    assert owner_pauses.assess(ROLLING, None, LIMITS, at(0)) is ROLLING


def test_how_ecs_ended_it_is_said() -> None:
    """A rollout that ECS rolls back, and that DescribeServices still calls IN_PROGRESS, says so in its reason."""
    pause = owner_pauses.seen(None, replace(GOES_ON, status="ROLLBACK_IN_PROGRESS", reason="stopped"), at(0), at(9))
    assert (
        "ROLLBACK_IN_PROGRESS at PRE_SCALE_UP: stopped; 0 of 2"
        in owner_pauses.assess(ROLLING, pause, LIMITS, at(9)).reason
    )


NEXT: dict[str, tuple[int, str, int]] = {
    "at first as often as ever": (0, "", 5),
    "a twentieth of the time paused": (1200, "", 60),
    "right after the hook's end": (1200, at(20).isoformat(), 21),
    "after an end that has passed": (1200, at(-20).isoformat(), 60),
    "at the bound": (3590, "", 10),
}


@pytest.mark.parametrize(("seconds", "until", "retry"), NEXT.values(), ids=NEXT.keys())
def test_when_the_next_look_is(seconds: int, until: str, retry: int) -> None:
    """Looks get rarer, but none is later than the hook's end or the bound."""
    assert owner_pauses.assess(ROLLING, known(seconds, until=until), LIMITS, at(0)).retry_after == retry


@pytest.mark.parametrize(("bound", "most"), [(3600, 140), (86_400, 215), (pace.LONGEST_PAUSE, 840)])
def test_a_long_pause_fits_the_history(bound: int, most: int) -> None:
    """Nine events a look, there and back, in an execution that may have 25,000."""
    assert pace.looks(bound, 5) <= most
    assert 2 * 9 * pace.looks(pace.LONGEST_PAUSE, 5) < 16_000
    assert pace.looks(0, 5) == 0


@given(st.integers(1, 200_000), st.integers(1, 900), st.lists(st.booleans(), max_size=40))
def test_the_looks_of_a_pause_reach_its_bound(bound: int, poll: int, unread: list[bool]) -> None:
    """The machine's number of looks is never what ends a pause: each wait counts into the time paused."""
    limits, pause, looks, now = Limits(owner_pause_seconds=bound, stability_poll_seconds=poll), known(), 0, 0.0
    while (verdict := owner_pauses.assess(ROLLING, pause, limits, at(now))).state == State.WAIT:
        now, looks = now + verdict.retry_after, looks + 1
        fails = looks <= len(unread) and unread[looks - 1]
        pause = (
            (owner_pauses.unread(pause, at(now)) or pause) if fails else owner_pauses.seen(pause, HELD, at(0), at(now))
        )
    assert verdict.code == owner_pauses.TOO_LONG
    assert looks <= pace.looks(bound, poll) + 1
    assert now == pause.seconds >= bound


def test_the_deadline_moves_with_the_pause() -> None:
    """The clock that stopped goes on where it was."""
    deployment = b.deployment(deadline=at(900).isoformat())
    assert owner_pauses.extended(deployment, known(600)).deadline == at(1500).isoformat()
    assert owner_pauses.extended(deployment, None) is deployment
    assert owner_pauses.extended(b.deployment(deadline=""), known(600)).deadline == ""


def test_a_pause_is_that_of_one_deployment() -> None:
    """The way back has a bound of its own, and one odd look does not lose the time paused."""
    counted = Counted(b.OURS, 0, 0, 0, "", at(0).isoformat(), pause=known(5))
    ours = b.judged(counted=counted)
    assert owner_pauses.before(ours) == known(5)
    assert owner_pauses.before(b.judged(counted=counted, deployment=b.way_back(id=b.OTHER))) is None
    assert owner_pauses.kept(ours, None, known(9)) == replace(counted, pause=known(9))
    assert owner_pauses.kept(ours, counted, None) is counted
    assert owner_pauses.kept(b.judged(), None, known(9)) is None


def test_our_service_deployment_is_sought_from_ecs_s_own_time() -> None:
    """An update whose reply was lost is made again: ours began before what we call the update, by ECS's clock."""
    made = b.NOW - timedelta(minutes=9)
    service = b.service(b.ecs_deployment(created_at=made))
    assert owner_pauses.since(service, b.deployment()) == made - timedelta(seconds=10)
    assert owner_pauses.since(b.service(), b.deployment()) == b.NOW - timedelta(seconds=130)
