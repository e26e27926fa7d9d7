"""Secrets that a smoke check sends: named in services.toml, read just before they are sent, and never shown.

Requests, answers and verdicts hold only the name. Only the adapter that reads the value and the line that sends it
(http_probe.py) know the value. That line also removes it from the answer.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from landfall.text.lazy_pattern import Later

SHORTEST = 8
"""The fewest characters of a secret. Removing a shorter one from an answer would remove much other text too."""
HIDDEN = "[secret]"
_VISIBLE = Later(r"[!-~]+( +[!-~]+)*")


@dataclass(frozen=True)
class Secret:
    """A secret in Secrets Manager, by its name; with `key`, one key of the JSON object in it.

    `prefix` is sent before it, such as "Bearer ".
    """

    secret: str
    key: str | None = None
    prefix: str = ""

    def __str__(self) -> str:
        return f"secret {self.secret!r}" + (f", key {self.key!r}" if self.key else "")


@dataclass(frozen=True)
class Unreadable:
    """Why a secret can't be sent. It never quotes the value."""

    why: str


Known = Mapping[Secret, "str | Unreadable"]
"""The value of each secret, or why it can't be read."""
NONE: Known = {}


def value(secret: Secret, text: str | None) -> str | Unreadable:
    """Return the value to send, from the text in Secrets Manager. `text` is None if the secret holds bytes."""
    if text is None:
        return Unreadable("holds bytes instead of text")
    found = _of_key(secret.key, text) if secret.key else text
    if isinstance(found, Unreadable):
        return found
    if len(found) < SHORTEST:
        return Unreadable(f"has fewer than {SHORTEST} characters, too few to keep it out of the reports")
    if not _VISIBLE.fullmatch(found):
        return Unreadable(
            "can't be sent in a header, which takes printable ASCII without a blank or line break at its ends"
        )
    return found


def hidden(text: str, known: Known) -> str:
    """Remove every secret from a text."""
    for found in sorted((v for v in known.values() if isinstance(v, str)), key=len, reverse=True):
        text = text.replace(found, HIDDEN)
    return text


def _of_key(key: str, text: str) -> str | Unreadable:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        return Unreadable(f"is not a JSON object, so it has no key {key!r}")
    found = document.get(key)
    return found if isinstance(found, str) else Unreadable(f"has no text under key {key!r}")
