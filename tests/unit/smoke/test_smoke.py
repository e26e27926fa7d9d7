"""The smoke test: a wrong answer is final, a lost one is asked for again, one slow one is noise."""

from __future__ import annotations

import pytest
from hypothesis import given as whatever
from hypothesis import strategies as st

from landfall import smoke
from landfall.model import UNKNOWN, State
from landfall.settings import Limits
from landfall.settings.smoke import Smoke
from landfall.smoke.case import Check
from landfall.smoke.http_answers import Answer, Answers
from tests.support import builders as b

LOST = (
    Answer(error="ConnectTimeout: timed out"),
    Answer(error="ConnectError: refused"),
    *(Answer(status, "<html>", 0.1) for status in (408, 425, 429, 502, 503, 504, 520, 522, 524, 527, 530, 561)),
)
READY = Answer(200, '{"status": "ready", "database": "connected"}', 0.1)
NO_DATABASE = Answer(503, '{"status": "not ready", "database": "disconnected"}', 0.1)


def verdict(answers: Answers, sha: str = b.SHA, allowed: dict[str, str] | None = None) -> tuple[str, str]:
    """Judge one round; return state and reason."""
    result = smoke.assess(smoke.checks(answers, sha, Smoke()), allowed or {}, Limits())
    assert b.is_bounded(result)
    return result.state.value, result.reason


def versions(*several: Answer) -> Answers:
    """Return a round with these version answers."""
    return b.answers(versions=several)


ROUNDS = {
    "all good": (b.answers(), "PASS", "version PASS"),
    "another SHA": (versions(b.answer(b.OLD_SHA)), "FAIL", b.OLD_SHA),
    "another SHA once": (versions(b.answer(), b.answer(), b.answer(b.OLD_SHA)), "FAIL", b.OLD_SHA),
    "another SHA beside a lost answer": (versions(LOST[0], b.answer(b.OLD_SHA)), "FAIL", b.OLD_SHA),
    "a short SHA": (versions(b.answer(b.SHA[:7])), "PASS", "version PASS"),
    "a shorter SHA": (versions(b.answer(b.SHA[:6])), "FAIL", b.SHA[:6]),
    "a short SHA of another": (versions(b.answer(b.OLD_SHA[:7])), "FAIL", b.OLD_SHA[:7]),
    "short and whole": (versions(b.answer(b.SHA[:9]), b.answer()), "PASS", "version PASS"),
    "SHA in capitals": (versions(b.answer(b.SHA.upper())), "PASS", "version PASS"),
    "no SHA": (versions(Answer(200, "{}", 0.1)), "FAIL", "HTTP 200"),
    "no JSON": (versions(Answer(200, "hello", 0.1)), "FAIL", "version"),
    "JSON but no object": (versions(Answer(200, "[]", 0.1)), "FAIL", "version"),
    "SHA that is no text": (versions(Answer(200, '{"gitSha": 7}', 0.1)), "FAIL", "version"),
    "right SHA with an error": (versions(b.answer(status=500)), "FAIL", "HTTP 500"),
    "an error of three": (versions(b.answer(), b.answer(), b.answer(status=500)), "WAIT", "HTTP 500) (1 of 3 answers)"),
    "two errors of three": (versions(b.answer(), *(b.answer(status=500),) * 2), "FAIL", "HTTP 500"),
    "two errors of seven": (versions(*(b.answer(),) * 5, *(b.answer(status=500),) * 2), "WAIT", "2 of 7 answers"),
    "an error beside another SHA": (versions(b.answer(status=500), b.answer(b.OLD_SHA)), "FAIL", b.OLD_SHA),
    "not found once": (versions(*(b.answer(),) * 5, b.answer(status=404)), "FAIL", "HTTP 404"),
    "redirected": (versions(b.answer(status=301)), "FAIL", "HTTP 301"),
    "not found": (versions(b.answer(status=404)), "FAIL", "HTTP 404"),
    "no version asked": (versions(), "WAIT", "no request made"),
    "one version lost": (versions(b.answer(), LOST[0]), "WAIT", "ConnectTimeout"),
    "right SHA from a gateway error": (versions(b.answer(status=502)), "WAIT", "HTTP 502"),
    "not alive": (b.answers(live=Answer(500, "", 0.1)), "FAIL", "liveness: expected HTTP 200, got HTTP 500"),
    "liveness lost": (b.answers(live=LOST[1]), "WAIT", "liveness"),
    "not ready": (b.answers(ready=NO_DATABASE), "FAIL", "database disconnected"),
    "ready without database": (b.answers(ready=Answer(200, "{}", 0.1)), "FAIL", "database None"),
    "ready but connecting": (b.answers(ready=Answer(200, '{"database": "slow"}', 0.1)), "FAIL", "database slow"),
    "readiness lost": (b.answers(ready=LOST[3]), "WAIT", "readiness"),
    "ready but once": (b.answers(ready=(READY, READY, NO_DATABASE)), "WAIT", "database disconnected"),
    "ready half the time": (b.answers(ready=(READY, NO_DATABASE) * 2), "FAIL", "database disconnected"),
    "throttled with a report": (b.answers(ready=Answer(429, READY.body, 0.1)), "WAIT", "HTTP 429"),
    "ready, one answer lost": (b.answers(ready=(READY, LOST[0])), "WAIT", "readiness"),
    "never asked whether ready": (b.answers(ready=()), "WAIT", "no request made"),
    "alive but once": (b.answers(live=(Answer(200, "", 0.1), Answer(500, "", 0.1))), "WAIT", "liveness"),
    "one slow answer": (versions(b.answer(), b.answer(seconds=9.0), b.answer()), "PASS", "response time PASS"),
    "most answers slow": (
        versions(b.answer(), *(b.answer(seconds=3.0),) * 2),
        "FAIL",
        "expected under 2 s, got 3.00 s",
    ),
    "just as slow as allowed": (versions(b.answer(seconds=2.0)), "FAIL", "response time"),
}


@pytest.mark.parametrize(("answers", "state", "part"), ROUNDS.values(), ids=ROUNDS.keys())
def test_round(answers: Answers, state: str, part: str) -> None:
    """Each round of answers has one verdict, and the reason says what was expected and what came."""
    got, reason = verdict(answers)
    assert got == state
    assert part in reason


@pytest.mark.parametrize("lost", LOST, ids=lambda a: a.seen)
@pytest.mark.parametrize("where", ["versions", "live", "ready"])
def test_lost_answer_is_never_evidence(where: str, lost: Answer) -> None:
    """A transport error asks for another look and never fails a release by itself (law 8)."""
    several = (b.answer(), lost) if where == "versions" else lost
    assert verdict(b.answers(**{where: several}))[0] == State.WAIT


ANSWERS = st.builds(
    Answer,
    status=st.sampled_from([0, 200, 301, 404, 500, 502, 503, 504]),
    body=st.sampled_from(
        ["", "[]", "{", *(f'{{"gitSha": "{s}", "database": "connected"}}' for s in (b.SHA, b.OLD_SHA))]
    )
    | st.text(max_size=20),
    seconds=st.floats(0, 10),
    error=st.sampled_from(["", "", "ReadTimeout"]),
)
SEVERAL = st.lists(ANSWERS, max_size=5).map(tuple)
ROUND = st.fixed_dictionaries(dict.fromkeys(b.PATHS, SEVERAL))


@whatever(ROUND)
def test_pass_only_if_every_answer_serves_our_sha(given: dict[str, tuple[Answer, ...]]) -> None:
    """Whatever comes back, PASS means that every version answer was a 200 with our SHA, and at least one was made."""
    if verdict(b.answers(**given))[0] == State.PASS:
        assert given["versions"]
        assert all(a.status == 200 and b.SHA in a.body and not a.error for a in given["versions"])


@whatever(ROUND)
def test_wrong_sha_is_never_asked_again(given: dict[str, tuple[Answer, ...]]) -> None:
    """Another release's SHA in any answer that arrived is a FAIL, not a WAIT: retrying would only hide it."""
    wrong = [a for a in given["versions"] if a.status == 200 and not a.error and b.OLD_SHA in a.body]
    if wrong:
        assert verdict(b.answers(**given))[0] == State.FAIL


@whatever(st.lists(st.sampled_from(LOST), min_size=1, max_size=5), st.sampled_from(LOST), st.sampled_from(LOST))
def test_outage_is_never_a_failure(lost: list[Answer], live: Answer, ready: Answer) -> None:
    """A round in which nothing arrived says nothing about the release."""
    assert verdict(b.answers(versions=tuple(lost), live=live, ready=ready, error=ready))[0] == State.WAIT


def test_unknown_sha_is_skipped_and_said() -> None:
    """A baseline that served no SHA is not asked for one, and the verdict says so."""
    state, reason = verdict(versions(Answer(404, "", 0.1)), UNKNOWN)
    assert (state, "version SKIP" in reason) == (State.PASS, True)


NOW_READY = {"PASS": READY, "FAIL": NO_DATABASE, "RETRY": LOST[0]}
NO_WORSE = {
    ("PASS", "PASS"): "PASS",
    ("PASS", "FAIL"): "FAIL",
    ("PASS", "RETRY"): "WAIT",
    ("FAIL", "PASS"): "PASS",
    ("FAIL", "FAIL"): "PASS",
    ("FAIL", "RETRY"): "PASS",
    ("RETRY", "PASS"): "PASS",
    ("RETRY", "FAIL"): "FAIL",
    ("RETRY", "RETRY"): "PASS",
    ("SKIP", "FAIL"): "FAIL",
    ("SKIP", "RETRY"): "WAIT",
    ("", "FAIL"): "FAIL",
    ("", "RETRY"): "WAIT",
}
"""Readiness before the update, and after the way back."""


@pytest.mark.parametrize(("before", "after"), NO_WORSE, ids="-".join)
def test_baseline_may_be_no_worse_than_it_was(before: str, after: str) -> None:
    """Proven again means no worse than before the update, check by check: a lost probe excuses no failure (law 2)."""
    allowed = {"readiness": before, "liveness": "FAIL"} if before else {"liveness": "FAIL"}
    assert verdict(b.answers(ready=NOW_READY[after]), allowed=allowed)[0] == NO_WORSE[before, after]


SERVED = {
    "all agree": (b.answers(), b.SHA),
    "they disagree": (versions(b.answer(), b.answer(b.OLD_SHA)), UNKNOWN),
    "one has none": (versions(b.answer(), Answer(404, "", 0.1)), UNKNOWN),
    "one was lost": (versions(b.answer(), LOST[0]), b.SHA),
    "one failed": (versions(b.answer(), Answer(500, "", 0.1)), b.SHA),
    "one came out of a cache": (versions(b.answer(), b.answer(b.OLD_SHA, headers={"age": "9"})), b.SHA),
    "all came out of a cache": (versions(b.answer(headers={"age": "9"})), UNKNOWN),
    "short and whole": (versions(b.answer(b.SHA[:7]), b.answer()), b.SHA),
    "all were lost": (versions(*LOST), UNKNOWN),
    "none was made": (versions(), UNKNOWN),
}


@pytest.mark.parametrize(("answers", "sha"), SERVED.values(), ids=SERVED.keys())
def test_served_sha(answers: Answers, sha: str) -> None:
    """The baseline's SHA is what all answers that arrived agree on; one lost probe must not make it UNKNOWN."""
    assert smoke.served_sha(answers, Smoke()) == sha


def test_answer_is_shown_without_its_body() -> None:
    """What a service answers may be sensitive: reports say the status, never the body."""
    secret = Answer(500, '{"password": "hunter2"}', 0.1)
    results = smoke.checks(b.answers(**dict.fromkeys(b.PATHS, secret)), b.SHA, Smoke())
    assert "hunter2" not in repr(results)


def test_worst_result_wins() -> None:
    """A check that failed decides, even when another was only lost."""
    results = (Check("a", "RETRY", "x", "y"), Check("b", "FAIL", "x", "y"))
    assert smoke.assess(results, {}, Limits()).state == State.FAIL
