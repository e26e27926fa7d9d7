"""A security header fails only where browsers ignore it, or where it switches itself off."""

from __future__ import annotations

import pytest

from landfall.smoke import header_rules

WPT_FRAMES = "web-platform-tests, x-frame-options/invalid.html and multiple.html"
SAYS_NOTHING = (
    ("Strict-Transport-Security", "max-age=0", "RFC 6797, 6.1.1: takes the policy back"),
    ("Strict-Transport-Security", "max-age=0; includeSubDomains", "RFC 6797"),
    ("Strict-Transport-Security", "includeSubDomains", "RFC 6797, 6.1: max-age is required"),
    ("Strict-Transport-Security", "max-age=31536000; max-age=5", "RFC 6797, 6.1: a directive comes once"),
    ("Strict-Transport-Security", "max-age=0, max-age=31536000", "RFC 6797, 8.1: the first header counts"),
    ("Strict-Transport-Security", "max-age=-1", "no number"),
    ("X-Frame-Options", "ALLOWALL", WPT_FRAMES),
    ("X-Frame-Options", "ALLOW-FROM https://example.com/", WPT_FRAMES),
    ("X-Frame-Options", "", WPT_FRAMES),
    ("X-Frame-Options", '"DENY"', WPT_FRAMES),
    ("X-Content-Type-Options", "sniff", "Fetch, 3.6"),
    ("X-Content-Type-Options", "", "Fetch, 3.6"),
    ("Content-Security-Policy", "", "CSP 3"),
    ("Content-Security-Policy", " ; ,", "CSP 3"),
    ("Content-Security-Policy", "default-src: 'self'", "CSP 3, 2.2.1: a name with a colon is none"),
    ("Content-Security-Policy", "report-uri /csp; report-to csp", "CSP 3: nothing to report on"),
    ("Referrer-Policy", "unsafe-url", "Referrer Policy, 3.8"),
    ("Referrer-Policy", "never", "Referrer Policy, 8.1: no such policy"),
    ("Referrer-Policy", "no-referrer, unsafe-url", "Referrer Policy, 8.1: the last that is known"),
    ("Cross-Origin-Opener-Policy", "unsafe-none", "HTML, COOP: having none"),
    ("Cross-Origin-Opener-Policy", "same-origin, same-origin", "RFC 9651: a list is no item"),
    ("Cross-Origin-Embedder-Policy", "unsafe-none", "HTML, COEP"),
    ("Cross-Origin-Resource-Policy", "same-origin, same-origin", "Fetch, 3.7: just one of three words"),
    ("Cross-Origin-Resource-Policy", "none", "Fetch, 3.7"),
    ("Origin-Agent-Cluster", "?0", "HTML: asked not to be"),
    ("Origin-Agent-Cluster", "true", "RFC 9651: a boolean is ?1"),
    ("X-Permitted-Cross-Domain-Policies", "all", "OWASP Secure Headers"),
    ("X-Download-Options", "open", "OWASP Secure Headers"),
    ("X-XSS-Protection", "off", "MDN"),
    ("Permissions-Policy", "", "W3C Permissions Policy"),
    ("Permissions-Policy", "camera 'none'; microphone 'none'", "Feature-Policy's syntax"),
    ("Permissions-Policy", "camera=(), microphone='none'", "RFC 9651, 4.2: one wrong member, and all is dropped"),
    ("Permissions-Policy", "camera=();microphone=()", "RFC 9651: a parameter is no list (trezy/next-safe#4)"),
    ("Permissions-Policy", "camera=('self')", "RFC 9651, 4.2: quotes are double"),
    (
        "Permissions-Policy",
        'camera=(self, "https://a.example.com")',
        "RFC 9651: blanks between items (fergald/docs#26)",
    ),
    ("Content-Security-Policy", "plugin-types application/pdf; navigate-to 'self'", "MDN: browsers dropped them"),
    ("Clear-Site-Data", "cookies", "Clear Site Data: its words are in quotes"),
)
SAYS_SOMETHING = (
    ("Strict-Transport-Security", "max-age=1", "weak, and heeded"),
    ("Strict-Transport-Security", 'max-age="31536000" ; preload', "RFC 6797: a quoted number"),
    ("Strict-Transport-Security", "max-age=31536000, max-age=0", "RFC 6797, 8.1"),
    ("X-Frame-Options", "deny", "any case"),
    ("X-Frame-Options", "SAMEORIGIN, SAMEORIGIN", "HTML: a set of one (mozilla/http-observatory-cli#3)"),
    ("X-Frame-Options", "DENY, SAMEORIGIN", "HTML: refused altogether (profullstack/media-streamer#32)"),
    ("X-Frame-Options", "ALLOW-FROM x, SAMEORIGIN", "HTML: refused altogether (alexjustesen/speedtest-tracker#903)"),
    ("X-Content-Type-Options", "NoSniff, nosniff", "Fetch: the first counts"),
    ("Content-Security-Policy", "default-src *", "weak, and its owner's affair"),
    ("Content-Security-Policy", "upgrade-insecure-requests", "CSP 3"),
    ("Content-Security-Policy", "report-uri /a, frame-ancestors 'none'", "two policies"),
    ("Referrer-Policy", "unsafe-url, strict-origin", "the last that is known"),
    ("Referrer-Policy", "no-referrer, some-day", "what is not known is passed over"),
    ("Cross-Origin-Opener-Policy", 'same-origin; report-to="coop, all"', "RFC 9651: parameters"),
    ("Cross-Origin-Embedder-Policy", "credentialless", "HTML, COEP"),
    ("Cross-Origin-Resource-Policy", "cross-origin", "a public API means it"),
    ("Origin-Agent-Cluster", "?1", "Helmet"),
    ("X-Permitted-Cross-Domain-Policies", "none", "Helmet"),
    ("X-XSS-Protection", "0", "Helmet"),
    ("X-XSS-Protection", "1; mode=block", "old, and its owner's affair"),
    ("X-DNS-Prefetch-Control", "on", "a choice"),
    ("Permissions-Policy", "camera=()", "W3C Permissions Policy"),
    ("Permissions-Policy", "camera=( self ), usb=(none)", "RFC 9651: blanks, and any word"),
    ("Clear-Site-Data", '"cache", "cookies"', "Clear Site Data"),
    ("Permissions-Policy", 'fullscreen=*, camera=(self "https://a.example.com"), usb=self;report-to=x', "the same"),
    ("X-Something-Of-Ours", "", "nobody knows what it says"),
)


def _broken(rule: str, name: str, value: str) -> bool:
    return bool(header_rules.broken((rule,), {name.lower(): value}))


@pytest.mark.parametrize(("name", "value", "_why"), SAYS_NOTHING)
def test_a_header_that_says_nothing_is_missing(name: str, value: str, _why: str) -> None:
    """A header that browsers ignore fails, unless the rule names exactly this value."""
    assert _broken(name, name, value)
    assert not value or not _broken(f"{name}: {value}", name, value)


@pytest.mark.parametrize(("name", "value", "_why"), SAYS_SOMETHING)
def test_a_header_that_says_something_will_do(name: str, value: str, _why: str) -> None:
    """What is merely weak is its owner's affair: a release must not fail by it."""
    assert not _broken(name, name, value)
