"""A secret is sent in full, or the error says why not, without quoting it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landfall import secret
from landfall.addresses import keeps_secrets
from landfall.secret import Secret, Unreadable

TOKEN = "s3cr3t-t0ken"  # noqa: S105
OF_KEY = Secret("shop/smoke", "token")
TEXTS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=8, max_size=40)


def test_a_secret_is_its_text_or_one_key_of_it() -> None:
    """As they are kept in practice: a bare token, or an object of several."""
    assert secret.value(Secret("shop/key"), TOKEN) == TOKEN
    assert secret.value(OF_KEY, json.dumps({"token": TOKEN, "other": "x"})) == TOKEN


UNREADABLE: dict[str, tuple[Secret, Any, str]] = {
    "bytes": (Secret("k"), None, "holds bytes"),
    "no JSON": (OF_KEY, TOKEN, "not a JSON object"),
    "a list": (OF_KEY, json.dumps([TOKEN]), "not a JSON object"),
    "deep nesting": (OF_KEY, "[" * 60_000, "not a JSON object"),
    "another key": (OF_KEY, json.dumps({"tok": TOKEN}), "no text under key 'token'"),
    "a number": (OF_KEY, json.dumps({"token": 123456789}), "no text under key 'token'"),
    "two lines": (Secret("k"), f"{TOKEN}\n{TOKEN}", "can't be sent in a header"),
    "a line break at its end": (Secret("k"), f"{TOKEN}\n", "can't be sent in a header"),
    "letters that no header has": (Secret("k"), f"{TOKEN}é", "can't be sent in a header"),
    "too short": (Secret("k"), "s3cr3t-", "fewer than 8"),
}


@pytest.mark.parametrize(("wanted", "text", "why"), UNREADABLE.values(), ids=UNREADABLE.keys())
def test_what_can_not_be_sent_is_said_without_quoting_it(wanted: Secret, text: Any, why: str) -> None:
    """The reason ends up in a report: it tells what is wrong, and nothing of what is there."""
    found = secret.value(wanted, text)
    assert isinstance(found, Unreadable)
    assert why in found.why
    assert "s3cr3t" not in found.why


@given(st.lists(TEXTS, min_size=1, max_size=3, unique=True), st.text(max_size=20), st.text(max_size=20))
def test_nothing_that_comes_back_holds_a_secret(values: list[str], before: str, after: str) -> None:
    """Whatever is around them, and also where one secret is a part of another."""
    known = {Secret(f"n{i}"): value for i, value in enumerate(values)}
    text = before + after.join(values)
    shown = secret.hidden(text, known)
    assert not any(value in shown for value in values if value not in secret.HIDDEN)


WAYS = {
    "https://api.example.com": True,
    "http://127.0.0.1:8080": True,
    "http://[::1]:8080": True,
    "http://api.example.com": False,
    "http://localhost:8080": False,
    "http://10.0.0.1": False,
    "": False,
    "http://[": False,
}


@pytest.mark.parametrize(("url", "may"), WAYS.items())
def test_a_secret_goes_over_tls_or_stays_on_the_machine(url: str, may: bool) -> None:
    """A name such as localhost may lead anywhere; an address is what it is."""
    assert keeps_secrets(url) is may
