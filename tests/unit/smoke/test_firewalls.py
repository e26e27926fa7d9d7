"""A firewall in front of the service answers in its place. What it says is no evidence about the release."""

from __future__ import annotations

import pytest

from landfall.smoke import firewalls
from landfall.smoke.http_answers import Answer


@pytest.mark.parametrize(
    ("status", "name", "value"),
    [
        (202, "x-amzn-waf-action", "challenge"),
        (405, "x-amzn-waf-action", "captcha"),
        (403, "cf-mitigated", "challenge"),
        (403, "x-vercel-mitigated", "deny"),
        (403, "x-sucuri-block", "BAK02"),
    ],
)
def test_a_firewall_s_own_answer_is_asked_again(status: int, name: str, value: str) -> None:
    """It is lost, whatever its status, and people are told which header says so."""
    answer = Answer(status, headers={name: value})
    assert answer.lost
    assert answer.seen == f"HTTP {status} of a firewall ({name}: {value})"


@pytest.mark.parametrize("headers", [{}, {"server": "cloudflare"}, {"x-amzn-requestid": "1"}, {"cf-mitigated": " "}])
def test_a_bare_403_is_the_service_s_answer(headers: dict[str, str]) -> None:
    """A service that refuses everybody is not excused by the mere presence of a CDN."""
    assert not Answer(403, headers=headers).lost
    assert firewalls.source(headers) == ""
