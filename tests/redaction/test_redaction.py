"""What looks like personal or secret data is neither stored nor sent: a corpus of log lines, and what holds of any."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from landfall.model import Failure, failed
from landfall.redaction import Redaction, redacted
from landfall.smoke.case import Check

CORPUS = Path(__file__).parent / "corpus"
DAMAGED = {
    "integrity sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==",
    "\x1b[32mINFO\x1b[0m ready in 512 ms",
}
"""Harmless lines that don't come through as they were: a digest in base64 looks like a key, and colours are dropped."""


def lines(name: str) -> list[str]:
    """Return a file of the corpus. Escapes of terminals are in it: only a newline ends a line."""
    return (CORPUS / name).read_text(encoding="utf-8").rstrip("\n").split("\n")


@pytest.mark.parametrize("line", lines("sensitive.txt"), ids=lambda line: line[:60])
def test_no_leak(line: str) -> None:
    """What is marked in the corpus is gone."""
    text = redacted(re.sub("[⟦⟧]", "", line))
    assert [part for part in re.findall("⟦(.*?)⟧", line) if part in text] == []


def test_the_corpus_is_large() -> None:
    """The requirement asks for at least 200 lines."""
    assert len(lines("sensitive.txt")) >= 200
    assert len(lines("harmless.txt")) >= 200


def test_harmless_lines() -> None:
    """What tells a reader the story stays, but for the lines that are known to be damaged."""
    assert {line for line in lines("harmless.txt") if redacted(line) != line} == DAMAGED


@pytest.mark.parametrize("name", ["sensitive.txt", "harmless.txt"])
def test_twice_is_once(name: str) -> None:
    """A text passes through several hands, and each of them redacts."""
    once = [redacted(re.sub("[⟦⟧]", "", line)) for line in lines(name)]
    assert [redacted(text) for text in once] == once


SLOW = (
    "insert into a(password ",
    "a.",
    'password="\\\\',
    'password=\\"\\\\',
    "password=",
    '"password":"',
    "4 ",
    "a@",
    "a.b@a.",
    "curl ",
    "%22",
    "a-",
    "api_key",
    "patient_name=Ab ",
    "aB3/",
    "+1 2",
    "password ",
    '"patient":{',
    "cookie",
    "a://b:",
    "insert into a(password,)",
    "Key (",
    "PID|",
    "mysql -p",
    "name: a ",
    "&quot;",
    "\\",
)


@pytest.mark.parametrize("text", SLOW)
def test_a_long_line_of_anything_is_searched_in_linear_time(text: str) -> None:
    """Somebody else's text can't hold a step up: twice as long takes no more than some times as long."""

    def seconds(length: int) -> float:
        began = time.process_time()
        redacted((text * length)[:length])
        return time.process_time() - began

    assert min(seconds(3900) for _ in range(3)) < 12 * min(seconds(975) for _ in range(3)) + 0.02


def test_own_patterns_and_kinds_that_are_off() -> None:
    """A service's own codes can be named, and what is no secret there left alone."""
    own = Redaction(off=("email address",), patterns={"case number": r"CASE-\d+"})
    assert redacted("CASE-17 of ops@example.com", own.kinds) == "[redacted: case number] of ops@example.com"
    assert redacted("CASE-17 of ops@example.com") == "CASE-17 of [redacted: email address]"


def test_what_the_machine_keeps() -> None:
    """Reasons and what checks saw end up in the execution's history: they are redacted as they are made."""
    told = "got 500: password=hunter2-Example"
    made = (failed("X", told).reason, Failure("SmokeTest", "X", told).reason, Check("a", "FAIL", told, told).seen)
    assert not [text for text in made if "hunter2" in text]


def test_a_secret_at_the_cut_is_not_half_kept() -> None:
    """A text is redacted before it is cut to size: half a token is a leak too."""
    jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV"
    assert "eyJ" not in Check("a", "FAIL", "", "x" * 100 + " " + jwt).seen
