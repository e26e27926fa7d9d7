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


def test_the_kinds_are_as_the_setting_names_them() -> None:
    """`compare_fails` of services.toml has these words."""
    assert (comparison.STATUS, comparison.HEADERS, comparison.LATENCY) == ("status", "security_headers", "latency")


CAMERA = "permissions-policy"


@pytest.mark.parametrize(
    ("name", "blue", "green", "told"),
    [
        (HSTS, "max-age=9", None, [("", "present", "absent", True)]),
        (HSTS, None, "max-age=9", [("", "absent", "present", False)]),
        (COOKIE, "sid=1", None, [("", "present", "absent", False)]),
        (COOKIE, None, "sid=1", [("", "absent", "present", False)]),
        (HSTS, "max-age=9", "max-age=0", [("", "present", "absent", True)]),
        (HSTS, "max-age=9", "max-age=8", [(" max-age", "strength 9", "strength 8", True)]),
        (HSTS, "max-age=9", "max-age=9; preload", [(" preload", "absent", "strength 1", False)]),
        (HSTS, "max-age=9; preload", "max-age=9", [(" preload", "strength 1", "absent", True)]),
        (CSP, "object-src 'none'", "object-src *", [(" object-src", "strength 100", "strength 99", True)]),
        (CSP, "default-src *", "default-src *; img-src 'self'", [(" img-src", "strength 99", "strength 100", False)]),
        (CSP, "default-src *; img-src 'self'", "default-src *", [(" img-src", "strength 100", "strength 99", True)]),
        (CSP, "default-src *", "default-src *; sandbox", [(" sandbox", "absent", "strength 100", False)]),
        (CSP, "sandbox; img-src *", "sandbox", [(" img-src", "strength 99", "absent", True)]),
        (CAMERA, "camera=()", "camera=*", [(" camera", "strength 3", "strength 1", True)]),
        (COOKIE, "a=1; Secure, b=1", "a=1, c=1; Secure", [(" a Secure", "strength 1", "absent", True)]),
        ("x-frame-options", "DENY", "SAMEORIGIN", [("", "strength 2", "strength 1", True)]),
    ],
)
def test_what_is_told_of_a_header(
    name: str, blue: str | None, green: str | None, told: list[tuple[str, str, str, bool]]
) -> None:
    """Which part is stronger at which side; a cookie that one side doesn't set is shown, and no fault."""
    found = headers(name, blue, green)
    assert [(each.name, each.blue, each.green, each.worse) for each in found] == [
        (f"/page {name}{part}", *rest) for part, *rest in told
    ]
    assert {each.kind for each in found} == {"security_headers"}


def test_each_header_and_each_part_is_compared() -> None:
    """One that is equal, or that neither side sends, doesn't end the comparison."""
    blue = {HSTS: "max-age=9", CSP: "img-src 'self'; sandbox; font-src 'self'", "referrer-policy": "no-referrer"}
    green = {HSTS: "max-age=9", CSP: "img-src 'self'; sandbox; font-src *", "referrer-policy": "origin"}
    found = compared([Answer(200, headers=blue)], [Answer(200, headers=green)])
    assert [each.name for each in found] == [f"/page {CSP} font-src", "/page referrer-policy"]


def test_a_side_is_as_strong_as_its_weakest_answer() -> None:
    """An old task that still answers, or one route of several, is what a browser may meet."""
    strong, middle, weak = "img-src 'self'; font-src 'self'; sandbox", "img-src *; sandbox", "img-src 'self'"
    blue = [Answer(200, headers={CSP: strong})] * 3
    green = [Answer(200, headers={CSP: value}) for value in (strong, middle, weak)]
    found = {each.name: (each.blue, each.green) for each in compared(blue, green)}
    assert found == {
        f"/page {CSP} img-src": ("strength 100", "strength 99"),
        f"/page {CSP} font-src": ("strength 100", "absent"),
        f"/page {CSP} sandbox": ("strength 100", "absent"),
    }
    without = [*green, Answer(200)]
    assert [each.green for each in compared(blue, without)] == ["absent"]


def test_what_is_said_of_a_part_is_short() -> None:
    """A service may send anything as a part's name, and records are bounded: 80 characters of it."""
    found = headers(CSP, f"{'x' * 81} a; sandbox", "sandbox")
    assert [len(each.name) for each in found] == [len(f"/page {CSP} ") + 80]
    (whole,) = headers(CSP, f"{'x' * 80} a; sandbox", "sandbox")
    assert whole.name == f"/page {CSP} {'x' * 80}"


@pytest.mark.parametrize(
    ("blue", "green", "told"),
    [
        ([200], [], ("200", "no answer", True)),
        ([404], [], ("404", "no answer", True)),
        ([500], [299], ("500", "299", False)),
        ([599], [200], ("599", "200", False)),
        ([404], [300], ("404", "300", True)),
        ([404], [199], ("404", "199", True)),
        ([404], [500], ("404", "500", True)),
        ([403], [200], ("403", "200", True)),
        ([405], [200], ("405", "200", True)),
        ([400], [200], ("400", "200", True)),
        ([399], [200], ("399", "200", True)),
        ([200, 404], [404, 200], None),
        ([200, 404], [200, 200, 404], ("404", "200", False)),
        ([200], [299], None),
        ([499], [400], None),
        ([299], [300], ("299", "300", True)),
        ([], [500], None),
    ],
)
def test_which_status_is_told(blue: list[int], green: list[int], told: tuple[str, str, bool] | None) -> None:
    """The usual one, the higher of two as frequent. Only a path that is new or repaired is better."""
    found = [each for each in compared([Answer(s) for s in blue], [Answer(s) for s in green]) if each.kind == "status"]
    assert [(each.blue, each.green, each.worse) for each in found] == ([told] if told else [])


@pytest.mark.parametrize(
    ("blue", "green", "told"),
    [
        (0.5, 0.75, None),
        (0.5, 0.7500001, ("500 ms", "750 ms")),
        (0.0, 0.05, None),
        (0.0, 0.0500001, ("0 ms", "50 ms")),
        (0.0625, 0.1125, None),
        (0.0625, 0.113, ("62 ms", "113 ms")),
        (1.25, 2.5, ("1250 ms", "2500 ms")),
    ],
)
def test_from_when_on_a_latency_is_worse(blue: float, green: float, told: tuple[str, str] | None) -> None:
    """Above 1.5 times blue's median, and above 50 ms more."""
    found = compared([Answer(200, seconds=blue)], [Answer(200, seconds=green)])
    assert [(each.kind, each.name, each.blue, each.green, each.worse) for each in found] == (
        [("latency", "/page latency", *told, True)] if told else []
    )


def test_requests_are_compared_each_with_its_own() -> None:
    """A path of which green gave no answer is worse, and one that only green answered is not compared."""
    other, third = Request("/other"), Request("/third")
    blue = {other: [Answer(0, error="reset")], PAGE: [Answer(200)], third: [Answer(404)]}
    green = {
        other: [Answer(500)],
        PAGE: [Answer(0, error="reset")],
        third: [Answer(200)],
        Request("/new"): [Answer(500)],
    }
    found = comparison.differences(blue, green)
    assert list(map(str, found)) == ["/page: blue 200, green no answer", "/third: blue 404, green 200"]
    assert [each.name for each in comparison.failing(found, ["status", "latency"])] == ["/page"]
    assert comparison.failing(found, ["latency", "security_headers"]) == ()


OPEN, OWN = "default-src 'self'; img-src *", "default-src 'self'"


@pytest.mark.parametrize("values", [(OPEN, OWN), (OWN, OPEN), (OWN, OPEN, OWN)])
def test_a_directive_that_one_answer_leaves_out_is_as_its_default(values: tuple[str, ...]) -> None:
    """The order of the answers says nothing: the weakest is `img-src *`, and no answer is without a rule for images."""
    found = compared([Answer(200, headers={CSP: OWN})], [Answer(200, headers={CSP: value}) for value in values])
    assert [(each.name, each.blue, each.green) for each in found] == [
        (f"/page {CSP} img-src", "strength 100", "strength 99")
    ]


SECURE, BARE, OTHER = "sid=1; Secure", "sid=1", "lang=en"


@pytest.mark.parametrize(
    ("blue", "green", "worse"),
    [
        ((SECURE, SECURE, SECURE), (SECURE, None, OTHER), []),
        ((SECURE, None, OTHER), (SECURE, SECURE, SECURE), []),
        ((SECURE, None, OTHER), (None, SECURE, f"{OTHER}, {BARE}"), ["/page set-cookie sid Secure"]),
        ((BARE, None, SECURE), (None, None, BARE), []),
        ((SECURE,), (None,), []),
    ],
    ids=["set now and then", "set always", "Secure was lost once", "blue lost it too", "not set"],
)
def test_cookies_of_some_answers(blue: tuple[str | None, ...], green: tuple[str | None, ...], worse: list[str]) -> None:
    """A service sets a cookie when it is due: an answer without it is no weaker, and one without its flags is."""
    sides = ([Answer(200, headers={COOKIE: value} if value else {}) for value in side] for side in (blue, green))
    assert [each.name for each in compared(*sides) if each.worse] == worse
