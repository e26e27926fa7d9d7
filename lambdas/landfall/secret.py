"""Secrets that a check sends along: named in services.toml, read when they are sent, and shown nowhere.

Requests, answers and verdicts hold the name alone. The value is known between the adapter that reads it and the line
that sends it (probe.py), which takes it out of whatever comes back.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from landfall.text.later import Later

SHORTEST = 8
"""Characters of a secret. A shorter one could not be taken out of an answer without taking half of that with it."""
HIDDEN = "[secret]"
_VISIBLE = Later(r"[!-~]+( +[!-~]+)*")


@dataclass(frozen=True)
class Secret:
    """A secret of Secrets Manager, by its name; with `key`, that key of the JSON object that it holds.

    `prefix` is sent before it, such as "Bearer ".
    """

    secret: str
    key: str | None = None
    prefix: str = ""

    def __str__(self) -> str:
        return f"secret {self.secret!r}" + (f", key {self.key!r}" if self.key else "")


@dataclass(frozen=True)
class Unreadable:
    """Why a secret can't be sent. It never quotes what was read."""

    why: str


Known = Mapping[Secret, "str | Unreadable"]
"""What each secret turned out to be."""
NONE: Known = {}


def value(secret: Secret, text: str | None) -> str | Unreadable:
    """Return what is to be sent of the text that Secrets Manager holds; None is for one that holds bytes."""
    if text is None:
        return Unreadable("holds bytes, and no text")
    found = _of_key(secret.key, text) if secret.key else text
    if isinstance(found, Unreadable):
        return found
    if len(found) < SHORTEST:
        return Unreadable(f"has fewer than {SHORTEST} characters: it could not be kept out of the reports")
    if not _VISIBLE.fullmatch(found):
        return Unreadable("is no value of a header: printable ASCII, with no blank or line break at its ends")
    return found


def hidden(text: str, known: Known) -> str:
    """Take every secret out of a text."""
    for found in sorted((v for v in known.values() if isinstance(v, str)), key=len, reverse=True):
        text = text.replace(found, HIDDEN)
    return text


def _of_key(key: str, text: str) -> str | Unreadable:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        return Unreadable(f"is no JSON object, so that it has no key {key!r}")
    found = document.get(key)
    return found if isinstance(found, str) else Unreadable(f"has no text under key {key!r}")
