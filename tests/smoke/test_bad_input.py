"""`landfall smoke` against whatever answers, or doesn't: plain words and an exit code, never a hang or a trace."""

from __future__ import annotations

import json
import ssl
from pathlib import Path

import pytest
import trustme

from tests.smoke.command import Run
from tests.support.misbehaving import Behaviour, body, bomb, drip, flood, raw, serving, tls

ELSEWHERE = b"HTTP/1.1 302 Found\r\nLocation: https://elsewhere.example/\r\nContent-Length: 0\r\n\r\n"
BAD: dict[str, tuple[Behaviour, str, str]] = {
    "redirects elsewhere": (raw(ELSEWHERE), "FAIL", "HTTP 302"),
    "answers garbage": (raw(b"\x00\x01garbage\r\n\r\n"), "RETRY", "RemoteProtocolError"),
    "answers a page": (body("<html>hello</html>"), "PASS", "HTTP 200"),
    "answers deep nesting": (body("[" * 60_000), "PASS", "HTTP 200"),
    "streams for ever": (flood, "PASS", "HTTP 200"),
    "drips its head for ever": (drip, "RETRY", "took over"),
    "answers 50 MB in a small parcel": (bomb, "PASS", "HTTP 200"),
    "closes at once": (raw(b""), "RETRY", "RemoteProtocolError"),
}
"""With what becomes of the liveness check, which asks for HTTP 200 and no more."""


@pytest.mark.parametrize(("behave", "state", "words"), BAD.values(), ids=BAD.keys())
def test_whatever_answers(run: Run, behave: Behaviour, state: str, words: str) -> None:
    """None of these counts as a healthy service, and none blocks the command."""
    with serving(behave) as url:
        told = run("--base-url", url, "--attempts", 1, "--requests", 3, "--json")
    checks = {c["name"]: c for c in json.loads(told.stdout)["checks"]}
    assert told.exit_code == 1, told.output
    assert checks["liveness"]["state"] == state
    assert words in checks["liveness"]["seen"]
    assert checks["readiness"]["state"] == ("RETRY" if state == "RETRY" else "FAIL")


def test_a_certificate_of_nobody(run: Run, authority: trustme.CA, bundle: Path) -> None:
    """An untrusted certificate is named as the reason; with the right authority it is accepted."""
    context: ssl.SSLContext = tls(authority, "localhost")
    with serving(body('{"database": "connected"}'), context) as url:
        told = run("--base-url", url, "--attempts", 1, "--requests", 3)
        known = run("--base-url", url, "--attempts", 1, "--requests", 3, "--ca-bundle", bundle)
    assert (told.exit_code, known.exit_code) == (1, 0), known.output
    assert "CERTIFICATE_VERIFY_FAILED" in told.stdout


REFUSED = {
    "no URL": (("--base-url", "api.example.com"), "is not an http(s)://host"),
    "the metadata service": (("--base-url", "http://169.254.169.254/latest"), "link-local or metadata"),
    "the metadata service, IPv6": (("--base-url", "http://[fd00:ec2::254]/"), "link-local or metadata"),
    "a short commit": (("--base-url", "http://localhost:9", "--expect-sha", "abc1234"), "40 hex digits"),
    "a bundle that isn't there": (("--base-url", "http://localhost:9", "--ca-bundle", "no.pem"), "no.pem"),
    "no URL and no settings": ((), "services.toml"),
    "a file nobody can write": (
        ("--base-url", "http://localhost:9", "--attempts", "1", "--requests", "1", "--junit", "no/such/directory.xml"),
        "give a file",
    ),
}


@pytest.mark.parametrize(("words", "told"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_refused(run: Run, words: tuple[str, ...], told: str) -> None:
    """A mistake in what was asked is no verdict about the service: exit 2, with the value and the way out."""
    result = run(*words)
    assert result.exit_code == 2, result.output
    assert told in " ".join(result.stderr.split())
    assert "Traceback" not in result.output


def test_nobody_there_is_asked_again(run: Run) -> None:
    """A service that does not answer is not called bad, and not called good."""
    told = run("--base-url", "http://127.0.0.1:9", "--attempts", 2, "--requests", 3)
    assert told.exit_code == 1
    assert "asking again" in told.stdout
    assert "RETRY liveness" in told.stdout
    assert "FAIL" not in told.stdout
