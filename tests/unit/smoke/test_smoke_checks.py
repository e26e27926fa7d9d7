"""How each smoke check judges answers. The checks of the service itself are in test_smoke.py."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from landfall import smoke
from landfall.model import UNKNOWN
from landfall.settings import Limits
from landfall.settings.smoke import MOST_CHECKS, OwnCheck, Smoke
from landfall.smoke import leaks
from landfall.smoke.case import Check
from landfall.smoke.http_answers import Answer, Answers, Request
from landfall.wire import OUTPUT_LIMIT
from tests.support import builders as b
from tests.unit.smoke.good_answers import (
    BASE,
    ERROR,
    FULL,
    GOOD,
    HEADERS,
    ORIGIN,
    OWN,
    PLAIN,
    PREFLIGHT,
    PROTECTED,
    SCHEMA,
    SIMPLE,
    URL,
)

CHECKS = (smoke.VERSION, *smoke.NAMES, "schema")


def judged(changes: dict[Request, Answer], suite: Smoke = FULL, sha: str = b.SHA) -> dict[str, Check]:
    """Judge a good round with other answers in it."""
    given = {request: (answer,) for request, answer in {**GOOD, **changes}.items()}
    return {c.name: c for c in smoke.checks(Answers(URL, given), sha, suite)}


def test_a_good_round() -> None:
    """All ten and the owner's own pass, and what is asked is just what is judged."""
    assert {name: c.state for name, c in judged({}).items()} == dict.fromkeys(CHECKS, "PASS")
    assert set(smoke.requests(FULL, URL)) == set(GOOD)


HIT = {"x-cache": "Hit from cloudfront"}
CACHES = {
    "version": (Request(FULL.version_path), {"version", "security headers"}),
    "liveness": (Request(FULL.live_path), {"liveness"}),
    "readiness": (Request(FULL.ready_path), {"readiness"}),
    "a protected path": (PROTECTED, {"authentication"}),
    "a preflight": (PREFLIGHT, set()),
    "an error": (ERROR, set()),
    "the front door": (BASE, set()),
    "an own check": (SCHEMA, set()),
}
"""What proves the release takes its own answers; what visitors are shown is judged as they see it."""


@pytest.mark.parametrize(("request_", "asked_again"), CACHES.values(), ids=CACHES)
def test_an_answer_out_of_a_cache_proves_nothing(request_: Request, asked_again: set[str]) -> None:
    """It may be an earlier release's: neither a PASS nor a FAIL comes of it, where the release is to be proven."""
    answer = GOOD[request_]
    found = judged({request_: replace(answer, headers={**answer.headers, **HIT})})
    assert {name for name, check in found.items() if check.state != "PASS"} == asked_again
    assert all(found[name].state == "RETRY" and "from a cache" in found[name].seen for name in asked_again)


def test_a_leak_in_a_cached_error_page_is_nobody_s() -> None:
    """A cached error page may be an earlier release's, so it is skipped; the result says so if there was no other."""
    found = judged({path: Answer(404, "ORA-00942", 0.1, headers=HIT) for path in (ERROR, PROTECTED)})
    assert (found["error bodies"].state, "came from a cache" in found["error bodies"].seen) == ("SKIP", True)


CREDENTIALS = {
    "allowed": ({"access-control-allow-origin": ORIGIN, "access-control-allow-credentials": "true"}, "PASS"),
    "not said": ({"access-control-allow-origin": ORIGIN}, "FAIL"),
    "for everybody": ({"access-control-allow-origin": "*", "access-control-allow-credentials": "true"}, "FAIL"),
    "in capitals": ({"access-control-allow-origin": ORIGIN, "access-control-allow-credentials": "True"}, "FAIL"),
}


@pytest.mark.parametrize(("headers", "state"), CREDENTIALS.values(), ids=CREDENTIALS)
def test_cors_with_credentials(headers: dict[str, str], state: str) -> None:
    """Browsers need the origin by name and `true` in lower case (MDN, CORSNotSupportingCredentials)."""
    suite = replace(FULL, cors_credentials=True)
    found = judged({r: Answer(204, "", 0.1, headers=headers) for r in (SIMPLE, PREFLIGHT)}, suite)
    assert found["cors"].state == state


def test_an_own_check_of_a_limiter() -> None:
    """A check that wants 429 is answered by it; elsewhere that is a lost answer."""
    own = OwnCheck(name="limited", path="/q", status=429)
    given = {Request("/q"): (Answer(429, "", 0.1),) * 3}
    *_, check = smoke.checks(Answers(URL, given), UNKNOWN, Smoke(checks=(own,)))
    assert check.state == "PASS"


REFUSED = Answer(error="ConnectError: refused", unconnected=True)
CUT = Answer(error="ReadTimeout")


def to(location: str) -> Answer:
    """Return a redirect."""
    return Answer(302, "", 0.1, headers={"location": location})


ONE: dict[str, tuple[str, Request, Answer, str, str]] = {
    "plain HTTP is answered": ("https only", PLAIN, Answer(200, "", 0.1), "FAIL", "HTTP 200 over plain HTTP"),
    "plain HTTP fails": ("https only", PLAIN, Answer(500, "", 0.1), "FAIL", "HTTP 500"),
    "plain HTTP is forbidden": ("https only", PLAIN, Answer(403, "", 0.1), "PASS", "HTTP 403"),
    "nobody listens for plain HTTP": ("https only", PLAIN, REFUSED, "PASS", "no connection on the plain port"),
    "plain HTTP breaks off": ("https only", PLAIN, CUT, "RETRY", "ReadTimeout"),
    "plain HTTP leads elsewhere": ("https only", PLAIN, to("https://evil.example/"), "FAIL", "elsewhere"),
    "plain HTTP leads to plain HTTP": ("https only", PLAIN, to("http://api.example.com/x"), "FAIL", "plain HTTP"),
    "plain HTTP leads nowhere": ("https only", PLAIN, to("https://[::1"), "FAIL", "elsewhere"),
    "plain HTTP leads to another port": ("https only", PLAIN, to("https://API.example.com:8443/"), "PASS", "to HTTPS"),
    "an open door": ("authentication", PROTECTED, Answer(200, "{}", 0.1), "FAIL", "HTTP 200 from /records"),
    "a door that isn't there": ("authentication", PROTECTED, Answer(404, "{}", 0.1), "FAIL", "HTTP 404"),
    "no CORS": ("cors", SIMPLE, Answer(200, "", 0.1), "FAIL", "no access-control-allow-origin"),
    "another origin": (
        "cors",
        SIMPLE,
        Answer(200, "", 0.1, headers={"access-control-allow-origin": "https://x.io"}),
        "FAIL",
        "https://x.io",
    ),
    "a preflight that fails": (
        "cors",
        PREFLIGHT,
        Answer(405, "", 0.1, headers={"access-control-allow-origin": ORIGIN}),
        "FAIL",
        "HTTP 405 to the preflight",
    ),
    "a header less": (
        "security headers",
        Request(FULL.version_path),
        Answer(
            200, f'{{"gitSha": "{b.SHA}"}}', 0.1, headers={k: v for k, v in HEADERS.items() if k != "x-frame-options"}
        ),
        "FAIL",
        "1 missing or wrong: X-Frame-Options",
    ),
    "a header too many": (
        "security headers",
        Request(FULL.version_path),
        Answer(200, f'{{"gitSha": "{b.SHA}"}}', 0.1, headers={**HEADERS, "x-powered-by": "Express"}),
        "FAIL",
        "1 missing or wrong: !X-Powered-By",
    ),
    "no error to look at, but a 401": ("error bodies", ERROR, Answer(200, "Traceback", 0.1), "PASS", "HTTP 401"),
    "an error that leaks": ("error bodies", ERROR, Answer(500, "ORA-00942: gone", 0.1), "FAIL", "a database's error"),
    "a 401 that leaks": ("error bodies", PROTECTED, Answer(401, "AKIAABCDEFGHIJKLMNOP", 0.1), "FAIL", "AWS access key"),
    "no front door": ("base endpoint", BASE, Answer(404, "", 0.1), "FAIL", "HTTP 404"),
    "a front door that leads on": ("base endpoint", BASE, Answer(307, "", 0.1), "PASS", "HTTP 307"),
    "another schema": (
        "schema",
        SCHEMA,
        Answer(200, '{"version": 41}', 0.1, headers={"x-mode": "live"}),
        "FAIL",
        "version is 41",
    ),
    "a schema that is true": (
        "schema",
        SCHEMA,
        Answer(200, '{"version": true}', 0.1, headers={"x-mode": "live"}),
        "FAIL",
        "True",
    ),
    "a schema that is a tale": (
        "schema",
        SCHEMA,
        Answer(200, '{"version": "jo@example.com"}', 0.1, headers={"x-mode": "live"}),
        "FAIL",
        "different str",
    ),
    "another mode": (
        "schema",
        SCHEMA,
        Answer(200, '{"version": 42}', 0.1, headers={"x-mode": "drill"}),
        "FAIL",
        "wrong header",
    ),
    "no JSON": ("schema", SCHEMA, Answer(200, "<p>", 0.1, headers={"x-mode": "live"}), "FAIL", "JSONDecodeError"),
    "what must not be there": (
        "schema",
        SCHEMA,
        Answer(200, '{"version": 42, "secret": 1}', 0.1, headers={"x-mode": "live"}),
        "FAIL",
        "a body that matches",
    ),
}


@pytest.mark.parametrize(("name", "request_", "answer", "state", "words"), ONE.values(), ids=ONE.keys())
def test_one_answer(*, name: str, request_: Request, answer: Answer, state: str, words: str) -> None:
    """One answer that is otherwise decides one check, which says what it saw; the others stay as they were."""
    found = judged({request_: answer})
    assert (found[name].state, words in found[name].seen) == (state, True), found[name]
    assert {n for n, c in found.items() if c.state != "PASS"} == ({name} if state != "PASS" else set())


def test_nobody_at_home_says_nothing_of_plain_http() -> None:
    """A refused connection is good news only where the host answers over HTTPS at that moment."""
    everything = dict.fromkeys(GOOD, REFUSED)
    assert {c.state for c in judged(everything).values()} == {"RETRY"}


def test_what_has_no_subject_is_skipped_and_says_so() -> None:
    """Services without CORS, headers or protected endpoints can be deployed. Skipped checks say why."""
    found = judged({}, Smoke())
    skipped = {n: c.seen for n, c in found.items() if c.state == "SKIP"}
    assert set(skipped) == {"authentication", "cors", "security headers", "base endpoint"}
    assert all("in services.toml" in seen for seen in skipped.values())


@pytest.mark.parametrize("name", smoke.NAMES)
def test_a_check_can_be_switched_off(name: str) -> None:
    """Whatever it would have seen, and the others are judged all the same."""
    suite = Smoke(**{**vars(FULL), "skip": (name,)})
    bad = dict.fromkeys(GOOD, Answer(200, "", 9.0))
    found = judged({**bad, Request(FULL.version_path): GOOD[Request(FULL.version_path)]}, suite)
    assert (found[name].state, found[name].seen) == ("SKIP", "switched off in services.toml")
    assert len(found) == len(CHECKS)


@pytest.mark.parametrize(
    ("percentile", "limit", "state"), [(50, 0.4, "PASS"), (75, 0.4, "FAIL"), (100, 1.1, "PASS"), (1, 0.05, "FAIL")]
)
def test_percentile(percentile: int, limit: float, state: str) -> None:
    """Of n answers the one at that percentile counts, the slower one between two."""
    own = OwnCheck(name="quick", path="/q", requests=4, max_seconds=limit, percentile=percentile)
    several = tuple(Answer(200, "", seconds) for seconds in (0.3, 1.0, 0.1, 0.7))
    given: dict[Request, tuple[Answer, ...]] = {Request("/q"): several}
    *_, check = smoke.checks(Answers(URL, given), UNKNOWN, Smoke(checks=(own,)))
    assert check.state == state


def test_a_pattern_that_never_ends() -> None:
    """A pattern that would search for years is given up: no verdict, and no step that hangs."""
    own = OwnCheck(name="quick", path="/q", body_must_not_match="(a|aa)+$")
    given = {Request("/q"): (Answer(200, "a" * 60_000 + "b", 0.1),)}
    *_, check = smoke.checks(Answers(URL, given), UNKNOWN, Smoke(checks=(own,)))
    assert (check.state, "no result after 2 s" in check.seen) == ("RETRY", True)


LEAKS = {
    "a Python traceback": 'Traceback (most recent call last):\n  File "/app/x.py", line 3, in f',
    "a JavaScript stack trace": "Error: no\n    at Object.<anonymous> (/srv/app/index.js:10:15)",
    "a Java stack trace": "at com.example.Api.get(Api.java:42)",
    "a .NET stack trace": "   at Shop.Api.Get(Int32 id) in C:\\src\\Api.cs:line 12",
    "a Go stack trace": "goroutine 1 [running]:\nmain.main()",
    "a Ruby or PHP stack trace": "app/models/user.rb:12:in `find'",
    "a stack trace": "thread 'main' panicked at src/main.rs:3:5:",
    "a debugging page": "<title>KeyError // Werkzeug Debugger</title>",
    "a query": '{"error": "failed: SELECT id FROM orders WHERE id = 1"}',
    "a path of the server": "ENOENT: no such file or directory, open '/srv/app/config/production.json'",
    "a place in the source": '{"file": "/srv/app/x.php", "line": 3}',
    "a database's error": 'ERROR: syntax error at or near "FROM"',
    "an address with a password": "postgres://app:hunter22@db.internal/records",
    "an AWS access key": "AKIAABCDEFGHIJKLMNOP",
    "a private key": "-----BEGIN RSA PRIVATE KEY-----",
    "a token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.abc",
    "a password": '{"password": "hunter22"}',
    "a social security number": "patient 123-45-6789",
}


@pytest.mark.parametrize(("kind", "text"), LEAKS.items(), ids=LEAKS)
def test_leaks(kind: str, text: str) -> None:
    """Each kind of thing an error must not tell is known when it is seen."""
    assert leaks.found(text) == [kind]
    assert set(LEAKS) == set(leaks.KINDS)


HARMLESS = (
    '{"error": "not found"}',
    '{"error": "unauthorized", "message": "Missing Authorization header"}',
    '{"message": "password is required"}',
    "<html><head><title>404 Not Found</title></head><body><h1>Not Found</h1></body></html>",
    '{"type": "about:blank", "title": "Not Found", "status": 404, "detail": "No such path", "instance": "/a/b"}',
    '{"error":"invalid_token","error_description":"No token was found in the request"}',
    "Cannot GET /landfall/no-such-path",
    '{"timestamp":"2026-01-02T03:04:05.678+00:00","status":404,"error":"Not Found","path":"/landfall/no-such-path"}',
    '{"requestId":"3f0c7a52-1d7e-4c1b-9a51-8a1f8f1a2b3c","code":"NotFound"}',
)


@pytest.mark.parametrize("text", HARMLESS)
def test_harmless_errors(text: str) -> None:
    """What frameworks answer as a matter of course must not fail a release."""
    assert leaks.found(text) == []


ANSWERS = st.builds(
    Answer,
    status=st.sampled_from([0, 101, 200, 204, 301, 401, 404, 405, 500, 502, 503, 504]),
    body=st.text(max_size=40)
    | st.recursive(st.integers() | st.text(max_size=5), st.lists, max_leaves=3).map(json.dumps),
    seconds=st.floats(0, 10),
    error=st.sampled_from(["", "", "", "ReadTimeout"]),
    headers=st.dictionaries(
        st.sampled_from(["location", "access-control-allow-origin", "x-mode"]),
        st.sampled_from([ORIGIN, "*", "https://[", "//", "live", "\ud800"]),
    ),
    unconnected=st.booleans(),
)


@given(st.fixed_dictionaries({request: st.lists(ANSWERS, max_size=3).map(tuple) for request in GOOD}))
def test_whatever_comes_back_is_judged(given_: dict[Request, tuple[Answer, ...]]) -> None:
    """No answer upsets the judgement, every check has a result, and each fits a report."""
    # a pattern of one's own is searched for by a process, which says nothing of these answers and takes its time
    own = replace(OWN, body_must_not_match=None)
    found = smoke.checks(Answers(URL, given_), b.SHA, replace(FULL, checks=(own,)))
    assert [c.name for c in found] == list(CHECKS)
    assert {c.state for c in found} <= {"PASS", "FAIL", "SKIP", "RETRY"}
    assert all(c.expected and c.seen and (c.expected + c.seen).isascii() for c in found)
    assert b.is_bounded(smoke.assess(found, {}, Limits()))


NEEDED = {
    "version": [Request(FULL.version_path)],
    "liveness": [Request(FULL.live_path)],
    "readiness": [Request(FULL.ready_path)],
    "https only": [PLAIN],
    "authentication": [PROTECTED],
    "cors": [SIMPLE, PREFLIGHT],
    "security headers": [Request(FULL.version_path)],
    "response time": [Request(FULL.version_path)],
    "error bodies": [ERROR, PROTECTED],
    "base endpoint": [BASE],
    "schema": [SCHEMA],
}
LOST = (*(Answer(status, "<html>", 0.1) for status in (429, 503, 522)), CUT)


@pytest.mark.parametrize("lost", LOST, ids=lambda a: a.seen)
@pytest.mark.parametrize("name", CHECKS)
def test_no_check_passes_or_fails_on_a_lost_answer(name: str, lost: Answer) -> None:
    """A check with a lost answer is made again, and no check counts the loss as evidence (law 8)."""
    for request in NEEDED[name]:
        found = judged({request: lost})
        assert found[name].state == "RETRY"
        assert {c.state for c in found.values()} <= {"PASS", "RETRY"}


WORST = st.text(max_size=3).map(lambda t: (t + '"\\ä\ud800') * 200)


@settings(max_examples=8)  # the length is what counts, and forty long texts are redacted in each
@given(WORST)
def test_the_step_s_answer_has_its_size_whatever_the_service_says(text: str) -> None:
    """Twenty checks at their longest fit what a step may answer, in bytes of JSON; else the execution would die."""
    names = ("x" * 38 + f"{i:02}" for i in range(10 + MOST_CHECKS))
    checks = tuple(Check(name, "FAIL", text, text) for name in names)
    answer: dict[str, Any] = {
        "verdict": asdict(smoke.assess(checks, {}, Limits())),
        "checks": [asdict(c) for c in checks],
    }
    assert len(json.dumps(answer, ensure_ascii=False).encode()) < OUTPUT_LIMIT
