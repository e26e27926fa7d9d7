"""Where commit and readiness are found: by a path into the body, in a header, in shapes that frameworks have."""

from __future__ import annotations

import json
from typing import Any

import pytest

from landfall import commit, smoke
from landfall.model import State
from landfall.settings import Limits
from landfall.settings.smoke import LONGEST_PAUSE, Smoke
from landfall.smoke.case import Check
from landfall.smoke.http_answers import Answer, Answers, Request
from tests.support import builders as b

SHORT = b.SHA[:7]
VERSIONS: dict[str, tuple[dict[str, Any], Any, dict[str, str]]] = {
    # https://docs.spring.io/spring-boot/api/rest/actuator/info.html
    "actuator": ({"version_value": "git.commit.id"}, {"git": {"branch": "main", "commit": {"id": SHORT}}}, {}),
    "actuator, mode full": (
        {"version_value": "git.commit.id.full"},
        {"git": {"commit": {"id": {"full": b.SHA, "abbrev": SHORT}}}},
        {},
    ),
    # https://github.com/commercetools/commercetools-sunrise-java/issues/158
    "nested": ({"version_value": "build.gitCommit"}, {"version": "0.1.0", "build": {"gitCommit": b.SHA}}, {}),
    # https://github.com/LIT-Protocol/chipotle/pull/223: seven digits of the commit
    "short": ({"version_value": "commit"}, {"commit": SHORT}, {}),
    # https://github.com/HumanCellAtlas/matrix-service/pull/119: git describe --tags --always
    "git describe": ({"version_value": "version"}, {"version": f"v1.2.3-5-g{SHORT}"}, {}),
    "a text": ({"version_value": "@"}, f"{b.SHA}\n", {}),
    "a header": ({"version_header": "X-Git-Sha"}, "<html>", {"x-git-sha": b.SHA}),
}


@pytest.mark.parametrize(("settings", "body", "headers"), VERSIONS.values(), ids=VERSIONS)
def test_the_commit(settings: dict[str, Any], body: Any, headers: dict[str, str]) -> None:
    """The version check reads the commit where the settings say that it is, and looks nowhere else."""
    suite, text = Smoke(**settings), body if isinstance(body, str) else json.dumps(body)
    (check, *_), baseline = _judged(suite, Answer(200, text, 0.1, headers=headers))
    assert check.state == "PASS", check
    assert commit.same(baseline, b.SHA)
    (wrong, *_), nothing = _judged(suite, Answer(200, json.dumps({"gitSha": b.SHA}), 0.1))
    assert (wrong.state, nothing) == ("FAIL", "UNKNOWN")


READY: dict[str, tuple[dict[str, Any], str, str]] = {
    "actuator": (
        {"ready_value": "components.db.status", "ready_equals": "UP"},
        '{"status": "UP", "components": {"db": {"status": "UP"}}}',
        '{"status": "UP", "components": {"db": {"status": "OUT_OF_SERVICE"}}}',
    ),
    # https://docs.nestjs.com/recipes/terminus
    "terminus": (
        {"ready_value": "info.database.status", "ready_equals": "up"},
        '{"status": "ok", "info": {"database": {"status": "up"}}, "error": {}}',
        '{"status": "error", "info": {}, "error": {"database": {"status": "down"}}}',
    ),
    # https://quarkus.io/guides/smallrye-health
    "MicroProfile": (
        {"ready_value": "checks[?starts_with(name, 'Database')] | [0].status", "ready_equals": "UP"},
        '{"status": "UP", "checks": [{"name": "Database connections health check", "status": "UP"}]}',
        '{"status": "UP", "checks": []}',
    ),
    # https://learn.microsoft.com/aspnet/core/host-and-deploy/health-checks: a text, and 200 also for Degraded
    "ASP.NET": ({"ready_value": "@", "ready_equals": "Healthy"}, "Healthy", "Degraded"),
    "a truth value": ({"ready_value": "db", "ready_equals": True}, '{"db": true}', '{"db": 1}'),
}


@pytest.mark.parametrize(("settings", "good", "bad"), READY.values(), ids=READY)
def test_readiness(settings: dict[str, Any], good: str, bad: str) -> None:
    """Readiness is what the settings call ready; a 200 alone is not."""
    for answer, state in ((Answer(200, good, 0.1), "PASS"), (Answer(200, bad, 0.1), "FAIL")):
        assert _readiness(Smoke(**settings), answer) == state
    assert _readiness(Smoke(**settings), Answer(503, "<html>", 0.1)) in ("RETRY", "FAIL")


def test_readiness_by_its_status_alone() -> None:
    """Rails' /up answers a page (https://guides.rubyonrails.org/7_1_release_notes.html): its status is all it says."""
    suite = Smoke(ready_path="/up", ready_value="")
    assert _readiness(suite, Answer(200, "<html>green</html>", 0.1)) == "PASS"
    assert _readiness(suite, Answer(500, "<html>red</html>", 0.1)) == "FAIL"
    assert _readiness(suite, Answer(503, "{}", 0.1)) == "RETRY"


def _readiness(suite: Smoke, answer: Answer) -> str:
    given = {Request(suite.ready_path): (answer,)}
    return next(
        c.state for c in smoke.checks(Answers("http://a.example", given), b.SHA, suite) if c.name == "readiness"
    )


def _judged(suite: Smoke, answer: Answer) -> tuple[tuple[Check, ...], str]:
    answers = Answers("http://a.example", {Request(suite.version_path): (answer,)})
    return smoke.checks(answers, b.SHA, suite), smoke.served_sha(answers, suite)


DATE = "Wed, 21 Oct 2026 07:28:00 GMT"
PAUSES = {
    "seconds": (429, {"retry-after": "30"}, 30),
    "of a service that is busy": (503, {"retry-after": " 12 "}, 12),
    "a moment": (429, {"retry-after": "Wed, 21 Oct 2026 07:28:45 GMT", "date": DATE}, 45),
    "a moment that is gone": (429, {"retry-after": DATE, "date": "Wed, 21 Oct 2026 07:30:00 GMT"}, 0),
    "a moment without a date": (429, {"retry-after": DATE}, 0),
    "for ever": (429, {"retry-after": "9" * 40}, 999_999_999),
    "less than none": (429, {"retry-after": "-5"}, 0),
    "a word": (429, {"retry-after": "soon", "date": DATE}, 0),
    "of a good answer": (200, {"retry-after": "30"}, 0),
    "not said": (429, {}, 0),
}


@pytest.mark.parametrize(("status", "headers", "seconds"), PAUSES.values(), ids=PAUSES)
def test_the_pause_that_is_asked_for(status: int, headers: dict[str, str], seconds: int) -> None:
    """Retry-After is read in both of its forms (RFC 9110, 10.2.3), and anything else asks for nothing."""
    assert Answer(status, headers=headers).retry_after == seconds


@pytest.mark.parametrize(("asked", "after"), [(0, 10), (5, 10), (30, 30), (3600, LONGEST_PAUSE)])
def test_the_pause_that_is_made(asked: int, after: int) -> None:
    """A service is left alone as long as it asks, never shorter than the interval, and never over a minute."""
    answers = b.answers(versions=(b.answer(), Answer(429, headers={"retry-after": str(asked)})))
    checks = smoke.checks(answers, b.SHA, Smoke())
    verdict = smoke.assess(checks, {}, Limits(), answers.retry_after)
    assert (verdict.state, verdict.retry_after) == (State.WAIT, after)


def test_the_longest_pause_is_counted() -> None:
    """Rounds and pauses at their longest fit into what a deployment may take, so that no finding calls it overdue."""
    limits = Limits(bake_seconds=0, target_health_attempts=1, stability_timeout_seconds=1)
    loops = 1 + 2 * limits.confirm_attempts
    assert limits.lease_seconds >= loops * limits.smoke_attempts * (60 + LONGEST_PAUSE)


WARM_UPS = {
    "slow": (b.answer(seconds=9.0), "PASS"),
    "lost": (Answer(error="ReadTimeout"), "PASS"),
    "not there yet": (Answer(404, "", 0.1), "PASS"),
    "an error": (Answer(500, "", 0.1), "PASS"),
    "another release's": (b.answer(b.OLD_SHA), "FAIL"),
    "another release's out of a cache": (b.answer(b.OLD_SHA, headers={"age": "9"}), "PASS"),
}


@pytest.mark.parametrize(("answer", "state"), WARM_UPS.values(), ids=WARM_UPS)
def test_the_warm_up_is_not_judged(answer: Answer, state: str) -> None:
    """A fresh task's first answer may be slow, lost or an error, but not another release's."""
    judged = b.answers()
    answers = Answers(judged.base_url, judged.given, {Request(Smoke.version_path): (answer,)})
    assert smoke.assess(smoke.checks(answers, b.SHA, Smoke()), {}, Limits()).state == state
