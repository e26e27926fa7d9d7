"""The promises of the smoke test: what an error rate passes, and what is called; by arithmetic, and by trial."""

from __future__ import annotations

import random
from functools import cache

import pytest

from landfall import smoke
from landfall.model import State
from landfall.settings import Limits
from landfall.settings.smoke import Smoke
from landfall.smoke.http_answers import Answer, Answers, Request
from landfall.smoke.sampling import CALLED, ENDPOINTS, MISSED, PROOFS, Sampling, at_most
from tests.support import builders as b

URL = "https://api.example.com"
VERSION, LIVE, READY = (Request(path) for path in (Smoke.version_path, Smoke.live_path, Smoke.ready_path))
SIZES = {1: (100, 100), 10: (100, 100), 100: (300, 100), 1000: (354, 100)}
"""Version, and liveness and readiness each, by tasks; at 20 requests a second."""


@pytest.mark.parametrize("rate", [0.5, 0.2, 0.05, 0.01, 0.001])
@pytest.mark.parametrize("rounds", [1, 2, 3, 5, 10, 60])
def test_both_promises_by_arithmetic(rate: float, rounds: int) -> None:
    """Whatever rate and rounds are set: the rate is found with 95 %, a fiftieth of it is called in 1 of 100."""
    sampling = Sampling(rate, rounds)
    for asked in (sampling.size, 2 * sampling.size, 10 * sampling.size):
        spare = sampling.spare(asked)
        missed = 1 - (1 - at_most(spare, asked, rate)) ** rounds
        noisy = 1 - at_most(spare, asked, rate / 50) ** ENDPOINTS
        assert missed <= MISSED
        assert 1 - (1 - noisy**rounds) ** PROOFS <= CALLED


def test_the_default_size() -> None:
    """5 % in five rounds take 100 requests without an error, no fewer; and fewer than that stand no error at all."""
    assert (Sampling().size, Sampling().spare(100)) == (100, 0)
    assert not Sampling().finds(99, 0)
    assert [Sampling(rounds=rounds).spare(5) for rounds in (1, 5)] == [0, 0]


@pytest.mark.parametrize("tasks", SIZES)
def test_a_round_grows_with_the_tasks(tasks: int) -> None:
    """Each task is asked three times for its commit, as far as a round has room; a rate takes one size of sample."""
    wanted = smoke.requests(Smoke(), URL, tasks)
    version, others = SIZES[tasks]
    assert (wanted[VERSION], wanted[LIVE], wanted[READY]) == (version, others, others)
    assert sum(wanted.values()) <= Smoke().most_requests
    fast = smoke.requests(Smoke(requests_per_second=150), URL, tasks)
    assert fast[VERSION] == max(100, 3 * tasks)


@pytest.mark.parametrize("tasks", SIZES)
def test_the_warm_up_grows_with_the_tasks(tasks: int) -> None:
    """Each task gets each sampled request once on average, as far as four seconds go: 80 requests in all."""
    warm_up = smoke.round_of(Smoke(), URL, tasks).warm_up
    assert warm_up == dict.fromkeys((VERSION, LIVE, READY), min(tasks, 26))


def test_a_set_number_is_kept() -> None:
    """Settings can give the number of requests. In such a small sample no errors are ignored."""
    wanted = smoke.requests(Smoke(identity_requests=7), URL, 1000)
    assert (wanted[VERSION], wanted[LIVE], wanted[READY]) == (7, 7, 7)


GOOD = {
    VERSION: b.answer(),
    LIVE: Answer(200, "", 0.1),
    READY: Answer(200, '{"database": "connected"}', 0.1),
}
ERRORS = (Answer(502, "<html>", 0.1), Answer(500, "{}", 0.1), Answer(error="ReadTimeout"))


@cache
def _verdict(tasks: int, errors: tuple[tuple[Request, int, int], ...]) -> State:
    """Judge a round in which requests had so many errors of a kind: the real judgement, once for each such round."""
    wanted = smoke.round_of(Smoke(), URL, tasks)
    given = {request: [GOOD.get(request, Answer(404, "{}", 0.1))] * times for request, times in wanted.requests.items()}
    given = {
        r: [Answer(301, "", 0.1, headers={"location": URL})] * len(g) if r.plain_port else g for r, g in given.items()
    }
    for request, kind, many in errors:
        given[request][:many] = [ERRORS[kind]] * many
    answers = Answers(URL, {request: tuple(several) for request, several in given.items()}, sampling=wanted.sampling)
    return smoke.assess(smoke.checks(answers, b.SHA, Smoke()), {}, Limits()).state


def _passes(chance: random.Random, tasks: int, rate: float, kind: int, *at: Request) -> bool:
    """Say whether a release that errs at a rate passes: in five rounds at most, the first clean one ends them."""
    wanted = smoke.requests(Smoke(), URL, tasks)
    for _ in range(Limits().smoke_attempts):
        errors = ((r, kind, sum(chance.random() < rate for _ in range(wanted[r]))) for r in at or wanted)
        state = _verdict(tasks, tuple(error for error in errors if error[2]))
        if state != State.WAIT:
            return state == State.PASS
    return False


TRIALS = 600


@pytest.mark.parametrize("kind", [0, 1], ids=["502", "500"])
@pytest.mark.parametrize(("tasks", "trials"), [(1, TRIALS), (1000, 100)])
def test_five_per_cent_are_caught(tasks: int, trials: int, kind: int) -> None:
    """A release that errs at one endpoint alone, in 5 % of its answers, passes in at most 5 of 100 deployments."""
    chance = random.Random(20260102)  # noqa: S311  a trial, no secret
    passed = sum(_passes(chance, tasks, 0.05, kind, LIVE) for _ in range(trials))
    assert passed <= 0.05 * trials
    assert not any(_passes(chance, tasks, 0.05, kind) for _ in range(2))


@pytest.mark.parametrize("kind", [0, 1, 2], ids=["502", "500", "time-out"])
@pytest.mark.parametrize(("tasks", "trials"), [(1, TRIALS), (100, 100), (1000, 100)])
def test_one_in_a_thousand_is_not_called(tasks: int, trials: int, kind: int) -> None:
    """A release that errs in 0.1 % of all answers is called a failure in at most 1 of 100 deployments, two proofs each.

    Errors hit every request of a round here, also those that are made three times.
    """
    chance = random.Random(20260102)  # noqa: S311  a trial, no secret
    called = sum(not all(_passes(chance, tasks, 0.001, kind) for _ in range(PROOFS)) for _ in range(trials))
    assert called <= 0.01 * trials


@pytest.mark.parametrize("tasks", SIZES)
def test_another_release_s_task_is_final(tasks: int) -> None:
    """One answer of another commit is no error among many: it decides, however many are asked."""
    wanted = smoke.round_of(Smoke(), URL, tasks)
    versions = (*(b.answer(),) * (wanted.requests[VERSION] - 1), b.answer(b.OLD_SHA))
    answers = Answers(URL, {VERSION: versions}, sampling=wanted.sampling)
    assert smoke.checks(answers, b.SHA, Smoke())[0].state == "FAIL"
