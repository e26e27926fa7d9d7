"""Blue and green side by side: what is worse is found, and what differs by nature isn't."""

from __future__ import annotations

import pytest

from landfall.gates import comparison, header_strength
from landfall.gates.comparison import Difference
from landfall.smoke.http_answers import Answer, Request

PAGE = Request("/page")
HSTS, CSP, COOKIE = "strict-transport-security", "content-security-policy", "set-cookie"


def compared(blue: list[Answer], green: list[Answer]) -> tuple[Difference, ...]:
    """Compare answers to one request."""
    return comparison.differences({PAGE: blue}, {PAGE: green})


def headers(name: str, blue: str | None, green: str | None) -> tuple[Difference, ...]:
    """Compare two values of a header; None: it isn't sent."""
    sides = ([Answer(200, headers={} if value is None else {name: value})] * 3 for value in (blue, green))
    return compared(*sides)


@pytest.mark.parametrize(
    ("name", "blue", "green", "worse"),
    [
        (HSTS, "max-age=31536000", None, True),
        (HSTS, "max-age=31536000; includeSubDomains", "max-age=31536000; include SubDomains", True),
        (HSTS, "max-age=31536000", "max-age=31536000; includeSubDomains; preload", False),
        (HSTS, "max-age=5184000", "max-age=60", True),
        (HSTS, "max-age=31536000", "max-age=0", True),
        (CSP, "default-src 'self'", None, True),
        (CSP, "script-src 'self'", "script-src 'self' 'unsafe-inline'", True),
        (CSP, "script-src 'nonce-abc'", "script-src 'nonce-def'", None),
        (CSP, "script-src 'nonce-abc'", "script-src 'nonce-def' 'unsafe-inline'", None),
        (CSP, "script-src 'sha256-abc='", "script-src 'sha256-def='", None),
        (CSP, "default-src 'self'; script-src 'self'", "default-src 'self'", None),
        (CSP, "default-src 'self'; frame-ancestors 'none'", "default-src 'self'", True),
        (CSP, "default-src 'self'; report-uri /a", "default-src 'self'; report-uri /b", None),
        ("x-frame-options", "DENY", "SAMEORIGIN", True),
        ("x-frame-options", "SAMEORIGIN", "deny", False),
        ("x-content-type-options", "nosniff", None, True),
        ("referrer-policy", "no-referrer", "unsafe-url", True),
        ("referrer-policy", "origin", "strict-origin", False),
        ("permissions-policy", "camera=(), geolocation=()", "camera=()", True),
        ("permissions-policy", "camera=()", "camera=(self)", True),
        ("permissions-policy", "camera=()", "camera=(),", True),
        (COOKIE, "sid=1; Secure; HttpOnly; SameSite=Lax", "sid=2; Secure; HttpOnly", True),
        (COOKIE, "sid=1; Secure; HttpOnly", "sid=2; HttpOnly", True),
        (COOKIE, "sid=1; Secure; Expires=Wed, 01 Jan 2031 00:00:00 GMT", "sid=2; Secure", None),
        (COOKIE, "sid=1; Secure, ab=1", "sid=2; Secure", None),
        (COOKIE, "sid=1; HttpOnly", "sid=2; HttpOnly; Secure", False),
        ("etag", '"one"', '"two"', None),
        ("date", "Thu, 01 Jan 2026 00:00:00 GMT", "Thu, 01 Jan 2026 00:00:01 GMT", None),
    ],
    ids=[
        "gone",
        "ssllabs/ssllabs-scan#307: includeSubDomains in two words is none",
        "DFEAGILEDEVOPS/MTC#980: stronger",
        "shorter",
        "switched off",
        "inverse-inc/packetfence#2921: the policy was taken out to make a page work",
        "LemmyNet/lemmy-ui#1914: an upgrade let inline scripts in",
        "a nonce is new in each answer",
        "securityheaders/securityheaders-bugs#37: beside a nonce, unsafe-inline is ignored",
        "a hash changes with the page",
        "default-src covers it",
        "no default covers frame-ancestors",
        "where reports go protects nobody",
        "weaker",
        "stronger",
        "gone",
        "weaker",
        "stronger",
        "a feature is free again",
        "a feature is allowed for the page",
        "RFC 9651, 4.2: browsers ignore a list with a comma at its end",
        "vert-x3/vertx-web#1776: SameSite was lost",
        "Secure was lost",
        "a comma in a date divides no cookies",
        "a cookie less",
        "stronger",
        "not compared",
        "not compared",
    ],
)
def test_headers(name: str, blue: str, green: str | None, worse: bool | None) -> None:
    """A security header that is gone or weaker is worse; one that changes by nature is no difference at all."""
    found = headers(name, blue, green)
    if worse is None:
        assert found == ()
    else:
        assert any(each.worse for each in found) == worse
        assert found


def test_a_feature_has_a_name() -> None:
    """What stands between two commas without a name allows nothing and forbids nothing."""
    found = header_strength.strength("permissions-policy", "camera=(), , Geolocation=(self),fullscreen=*,")
    assert found == {"camera": 3, "geolocation": 2, "fullscreen": 1}


def test_no_value_of_a_cookie_is_shown() -> None:
    """Differences go into records and reports (nothing sensitive there)."""
    found = headers(COOKIE, "sid=hunter2; Secure", "sid=hunter3")
    assert found
    assert "hunter" not in " ".join(map(str, found))


@pytest.mark.parametrize(
    ("blue", "green", "worse"),
    [
        ([200], [200], None),
        ([200], [500], True),
        ([200] * 5, [200, 200, 500, 200, 200], None),
        ([200], [404], True),
        ([404], [200], False),
        ([500], [200], False),
        ([401], [200], True),
        ([301], [302], None),
        ([200], [302], True),
        ([200], [503], True),
        ([200, 200, 503], [200, 503, 503], None),
        ([503], [500], None),
    ],
    ids=[
        "same",
        "broken",
        "one error of five is for the traffic to judge",
        "gone",
        "new",
        "works now",
        "asks for no login any more",
        "another redirect",
        "a redirect instead of the page",
        "no answer",
        "answers on the way don't count",
        "blue did not answer either",
    ],
)
def test_status(blue: list[int], green: list[int], worse: bool | None) -> None:
    """The class of the usual status is compared; better is shown, and no fault."""
    found = [each for each in compared([Answer(s) for s in blue], [Answer(s) for s in green]) if each.kind == "status"]
    assert [each.worse for each in found] == ([] if worse is None else [worse])


@pytest.mark.parametrize(
    ("blue", "green", "found"),
    [
        ([0.1] * 5, [0.3] * 5, True),
        ([0.1] * 5, [3.0, 0.1, 0.1, 0.1, 0.1], False),
        ([0.002] * 5, [0.008] * 5, False),
        ([0.1] * 5, [0.14] * 5, False),
    ],
    ids=["slower", "one cold answer", "a few milliseconds", "less than half as much again"],
)
def test_latency(blue: list[float], green: list[float], found: bool) -> None:
    """Medians are compared, and a difference that nobody feels is none."""
    sides = ([Answer(200, seconds=s) for s in side] for side in (blue, green))
    assert any(each.kind == "latency" for each in compared(*sides)) == found


def test_the_setting_says_which_differences_fail() -> None:
    """A difference that doesn't fail is still shown."""
    found = compared([Answer(200, seconds=0.1)], [Answer(404, seconds=1.0)])
    assert [each.kind for each in comparison.failing(found, ["status"])] == ["status"]
    assert {each.kind for each in found} == {"status", "latency"}
    assert str(found[0]) == "/page: blue 200, green 404"
