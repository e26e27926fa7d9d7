"""How strong each part of a security header is: more is stronger, and what changes by nature doesn't count."""

from __future__ import annotations

import pytest

from landfall.gates import header_strength

HSTS, CSP, FRAMES = "strict-transport-security", "content-security-policy", "x-frame-options"
SNIFFING, REFERRER, FEATURES, COOKIE = "x-content-type-options", "referrer-policy", "permissions-policy", "set-cookie"


def test_which_headers_are_compared() -> None:
    """Another header may change with a release as its owner likes."""
    assert header_strength.NAMES == (HSTS, CSP, FRAMES, SNIFFING, REFERRER, FEATURES, COOKIE)


def transport(age: int, subdomains: int = 0, preload: int = 0) -> dict[str, int]:
    """Return the parts of Strict-Transport-Security."""
    return {"max-age": age, "includeSubDomains": subdomains, "preload": preload}


@pytest.mark.parametrize(
    ("value", "parts"),
    [
        ("max-age=300", transport(300)),
        ('MAX-AGE = "300"', transport(300)),
        ("max-age=123456789012", transport(123_456_789_012)),
        ("max-age=1234567890123", transport(123_456_789_012)),
        ("max-age=0; includeSubDomains", transport(0, 1)),
        ("max-age=1; PRELOAD", transport(1, 0, 1)),
        ("max-age=1; INCLUDESUBDOMAINS; preload", transport(1, 1, 1)),
        ("max-age=1; include SubDomains", transport(1)),
        ("includeSubDomains", transport(0, 1)),
        ("max-age=1, max-age=2; includeSubDomains; preload", transport(1)),
        ("max-age=1; preload, max-age=2", transport(1, 0, 1)),
    ],
)
def test_transport(value: str, parts: dict[str, int]) -> None:
    """RFC 6797, 6.1: names in any case, the age quoted or not, of the first header; 12 digits are an age."""
    assert header_strength.strength(HSTS, value) == parts


@pytest.mark.parametrize(
    ("value", "parts"),
    [
        ("default-src 'self'", {"default-src": 100}),
        ("Default-Src 'self'; ; IMG-SRC *", {"default-src": 100, "img-src": 99}),
        ("script-src 'unsafe-inline' 'unsafe-eval' 'unsafe-hashes'", {"script-src": 97}),
        ("img-src * http: https: data: blob:", {"img-src": 95}),
        ("img-src https://a.example data.example", {"img-src": 100}),
        ("script-src 'NONCE-aB1' 'unsafe-inline'", {"script-src": 100}),
        ("script-src 'nonce-aB1' 'unsafe-eval'", {"script-src": 99}),
        ("script-src 'sha256-a+/=' 'unsafe-inline'", {"script-src": 100}),
        ("script-src 'sha384-a' 'unsafe-inline'", {"script-src": 100}),
        ("script-src 'sha512-a' 'unsafe-inline'", {"script-src": 100}),
        ("script-src 'nonce-a' *", {"script-src": 99}),
        ("script-src 'nonce-a'; style-src 'unsafe-inline'", {"script-src": 100, "style-src": 99}),
        ("img-src *; img-src 'self'", {"img-src": 99}),
        ("report-uri /a; report-to b; sandbox", {"sandbox": 100}),
        ("", {}),
    ],
)
def test_content(value: str, parts: dict[str, int]) -> None:
    """CSP Level 3: the first of two directives counts; beside a nonce or a hash, 'unsafe-inline' is ignored."""
    assert header_strength.strength(CSP, value) == parts


@pytest.mark.parametrize(
    ("name", "value", "strong"),
    [
        (FRAMES, "DENY", 2),
        (FRAMES, " deny ", 2),
        (FRAMES, "SameOrigin", 1),
        (FRAMES, "ALLOW-FROM https://a.example", 0),
        (FRAMES, "ALLOWALL, ALLOW-FROM https://a.example", 0),
        (FRAMES, "DENY, deny", 2),
        (FRAMES, "SAMEORIGIN, SAMEORIGIN", 1),
        (FRAMES, "SAMEORIGIN, ALLOWALL", 2),
        (FRAMES, "SAMEORIGIN, DENY", 2),
        (SNIFFING, "nosniff", 1),
        (SNIFFING, " NoSniff , other", 1),
        (SNIFFING, "other, nosniff", 0),
        (SNIFFING, "sniff", 0),
        (REFERRER, "unsafe-url", 0),
        (REFERRER, "no-referrer-when-downgrade", 1),
        (REFERRER, "origin-when-cross-origin", 2),
        (REFERRER, "origin", 3),
        (REFERRER, "same-origin", 4),
        (REFERRER, "strict-origin-when-cross-origin", 5),
        (REFERRER, "strict-origin", 6),
        (REFERRER, "no-referrer", 7),
        (REFERRER, "no-referrer, origin, Strict-Origin ", 6),
        (REFERRER, "strict-origin, new-policy", 6),
        (REFERRER, "origin, unsafe-url", 0),
        (REFERRER, "new-policy", 0),
    ],
)
def test_headers_of_one_word(name: str, value: str, strong: int) -> None:
    """X-Content-Type-Options: the first word counts; Referrer-Policy: the last that browsers know.

    X-Frame-Options: a value that is sent twice is one, and two that differ refuse every frame.
    """
    assert header_strength.strength(name, value) == {"": strong}


@pytest.mark.parametrize(
    ("value", "parts"),
    [
        ("camera=()", {"camera": 3}),
        ("camera=(self)", {"camera": 2}),
        ("camera=self", {"camera": 2}),
        ("camera=( SELF )", {"camera": 2}),
        ("camera=();report-to=main", {"camera": 3}),
        ("camera=(self); report-to=main, geolocation=( )", {"camera": 2, "geolocation": 3}),
        ('camera="self";report-to=main', {"camera": 1}),
        ("camera=*", {"camera": 1}),
        ('camera=(self "https://a.example")', {"camera": 1}),
        ("camera", {"camera": 1}),
        ("Camera=() , geolocation= (Self)", {"camera": 3, "geolocation": 2}),
        ("camera=(),,", {"camera": 3}),
    ],
)
def test_permissions(value: str, parts: dict[str, int]) -> None:
    """Nowhere, the page itself, or others too (Permissions Policy, W3C)."""
    assert header_strength.strength(FEATURES, value) == parts


def cookie(name: str, secure: int = 0, http_only: int = 0, same_site: int = 0) -> dict[str, int]:
    """Return the parts of one cookie."""
    return {name: 1, f"{name} Secure": secure, f"{name} HttpOnly": http_only, f"{name} SameSite": same_site}


@pytest.mark.parametrize(
    ("value", "parts"),
    [
        ("sid=1", cookie("sid")),
        ("sid=1; Secure", cookie("sid", secure=1)),
        ("sid=1;HTTPONLY", cookie("sid", http_only=1)),
        ("sid=1; SameSite=Strict", cookie("sid", same_site=2)),
        ("sid=1; samesite = lax", cookie("sid", same_site=1)),
        ("sid=1; SameSite=None; Secure; HttpOnly", cookie("sid", 1, 1, 0)),
        ("sid=1; Path=/secure; Domain=httponly", cookie("sid")),
        ("sid=a=b; Secure, lang=en; SameSite=Lax", {**cookie("sid", 1), **cookie("lang", same_site=1)}),
        ("sid=1; Expires=Wed, 01 Jan 2031 00:00:00 GMT; Secure", cookie("sid", 1)),
        ("sid=1, lang=en", {**cookie("sid"), **cookie("lang")}),
    ],
)
def test_cookies(value: str, parts: dict[str, int]) -> None:
    """Each cookie's own flags (RFC 6265bis); value, path and expiry are none, and a comma in a date parts nothing."""
    assert header_strength.strength(COOKIE, value) == parts
