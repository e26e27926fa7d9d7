"""Behind a Network Load Balancer older tasks may answer for minutes: that is waited out, and nothing else is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from landfall import smoke
from landfall.model import UNKNOWN, State, Verdict
from landfall.settings import Limits
from landfall.settings.smoke import LONGEST_PAUSE, Smoke
from landfall.smoke import lingering
from landfall.smoke.http_answers import Answer, Answers
from tests.support import builders as b

LOST = Answer(error="ConnectTimeout: timed out", unconnected=True)
NOT_READY = Answer(503, '{"database": "gone"}', 0.1)
DEAD = Answer(404, "", 0.1)


def verdict(answers: Answers, sha: str = b.SHA, limits: Limits = Limits()) -> Verdict:  # noqa: B008  frozen
    """Return the verdict of a round behind a Network Load Balancer."""
    results = smoke.checks(answers, sha, Smoke(), b.OLD_SHA)
    return lingering.patient(smoke.assess(results, {}, limits), results, limits)


ROUNDS = {
    "ours alone": (b.answers(), "PASS", "SMOKE_PASSED"),
    "ours alone, and not live": (b.answers(live=DEAD), "FAIL", "SMOKE_FAILED"),
    "ours alone, and not ready": (b.answers(ready=NOT_READY), "FAIL", "SMOKE_FAILED"),
    "ours and the older": (b.answers(versions=(b.answer(), b.answer(b.OLD_SHA))), "WAIT", "SMOKE_UNANSWERED"),
    "the older alone": (b.answers(versions=(b.answer(b.OLD_SHA),) * 2), "WAIT", "SMOKE_UNSETTLED"),
    "one that nobody knows": (b.answers(versions=(b.answer("c" * 40),) * 2), "WAIT", "SMOKE_UNSETTLED"),
    "an older one that serves no commit": (b.answers(versions=(DEAD, b.answer())), "WAIT", "SMOKE_UNSETTLED"),
    "lost connections": (b.answers(versions=(b.answer(), LOST)), "WAIT", "SMOKE_UNANSWERED"),
    "nothing came": (b.answers(**dict.fromkeys(b.PATHS, LOST)), "WAIT", "SMOKE_UNANSWERED"),
    "the older is not live": (
        b.answers(versions=(b.answer(), b.answer(b.OLD_SHA)), live=DEAD),
        "WAIT",
        "SMOKE_UNSETTLED",
    ),
}


@pytest.mark.parametrize(("answers", "state", "code"), ROUNDS.values(), ids=ROUNDS.keys())
def test_round(answers: Answers, state: str, code: str) -> None:
    """A FAIL counts only in a round in which every version answer is ours."""
    found = verdict(answers)
    assert (found.state, found.code) == (state, code)
    assert state != "WAIT" or found.retry_after == 45


def test_a_baseline_whose_commit_is_unknown() -> None:
    """Nothing tells its answers from those of the release that is taken back, so what is wrong may still pass."""
    found = verdict(b.answers(live=DEAD), UNKNOWN)
    assert (found.state, found.code) == (State.WAIT, "SMOKE_UNSETTLED")
    assert verdict(b.answers(), UNKNOWN).state == State.PASS


@pytest.mark.parametrize("attempts", [1, 2, 3, 4, 5, 10, 60])
def test_the_rounds_last_until_the_older_tasks_are_gone(attempts: int) -> None:
    """Two minutes and a name's time to live, within the pause that the longest time of a deployment counts with."""
    pause = lingering.pause(replace(Limits(), smoke_attempts=attempts))
    assert 0 < pause <= LONGEST_PAUSE
    assert pause * (attempts - 1) >= lingering.LONGEST_SECONDS or pause == LONGEST_PAUSE


MIXED = {
    "one commit": (b.answers(), False),
    "two commits": (b.answers(versions=(b.answer(), b.answer(b.OLD_SHA))), True),
    "one, and one that serves none": (b.answers(versions=(b.answer(), DEAD)), True),
    "none": (b.answers(versions=(DEAD, DEAD)), False),
    "short and whole": (b.answers(versions=(b.answer(), b.answer(b.SHA[:7]))), False),
    "one, and one lost": (b.answers(versions=(b.answer(), LOST)), False),
    "one, and one of a cache": (b.answers(versions=(b.answer(), b.answer(b.OLD_SHA, headers={"age": "9"}))), False),
}


@pytest.mark.parametrize(("answers", "mixed"), MIXED.values(), ids=MIXED.keys())
def test_a_baseline_of_several_commits(answers: Answers, mixed: bool) -> None:
    """Before the update too an older task may answer: then it is not known what runs."""
    assert lingering.mixed(answers, Smoke()) is mixed


def test_a_longer_pause_stays() -> None:
    """A service that asks for a minute gets it."""
    limits = Limits(smoke_interval_seconds=55)
    assert verdict(b.answers(versions=(LOST,)), limits=limits).retry_after == 55
