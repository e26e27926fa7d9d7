"""The values after labels: how programs write them, and the form of each kind."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from landfall.redaction.prose import is_prose
from landfall.text.lazy_pattern import Later

QUOTED = (
    r"(?>\\+)[\"'](?>(?:[^\\\"']|\\(?!\\{0,6}[\"'])){0,2000})(?>\\+)[\"']|\"(?:[^\"\\]|\\.)*\"?|'(?:[^'\\]|\\.)*'?"
    r"|%22.*?(?:%22|$)|&quot;.*?(?:&quot;|$)|\\u0022.*?(?:\\u0022|$)|`[^`]*`?|\[[^\]]{0,2000}\]"
    r"|\{[^{}\r\n]{1,200}\}(?=;)"
)
WORD = r"(?:(?!%26|%22|%2C|%7D|&)[^\s,;\"'<>{}()|\\])+"
NOTHING = (
    r"(?![NbuLr]{1,2}\[redacted)(?!\\*[\"']?(?:(?i:\[(?:redacted|filtered|masked|hidden|removed|omitted))|(?i:null|none|nil"
    r"|true|false|undefined|on|off|yes|no|set)\b"
    r"|arn:|\*{3}|•|[xX]{4,}(?!\w)|\.{3}|<|\{\{|\$[{(]|\$[A-Z_][A-Z0-9_]{2,60}(?![\w!@#$%^&*])|%\(|%s"
    r"|%[A-Z_]{3,40}%|\?|\$\d\b|GPIO\d)"
    r"(?!\\*\"\\*\"|''))"
    # code: a look-up, a call, a type
    r"(?!(?:[A-Za-z_]\w{0,40}(?:\.|::|->))+[A-Za-z_]\w{0,40}[\[(]|(?:getenv|env|ENV|fetch|prompt|input|getpass"
    r"|lookup|require)[\[(]"
    r"|await |new |process\.env|os\.environ|[A-Za-z_]\w{0,40}\(\)|[A-Z]\w{0,40}\(\.\.\.\)"
    r"|(?:str|string|String|int|bool|bytes|boolean|number|any|Optional|Option|SecretStr|varchar"
    r"|text)\b(?![-@#$%^&*+/])(?=\s*[=|,;)\[<?(]|\s*$))"
)
DATE = (
    r"\d[\d./-]{4,12}(?:T[\d:.Z+-]+)?|\d{1,4}(?:(?:, |%2F)\d{1,4}){2}"
    r"|[A-Za-z]{3,9}\.? \d{1,2},? \d{4}|\d{1,2}\.?[ -][A-Za-z]{3,9}\.?[ -]\d{4}|[12]\d{3}(?!\d)"
)
_PARTICLE = r"(?:de|van|von|der|la|le|di|da|bin|al|el|del|dos|den|ter|Mc|O)\b['\u2019]?"
NAME = (
    r"[^\W\d_][\w.'\u2019-]*"
    rf"(?:(?:, ?| |%20|\+)(?:{_PARTICLE}|[^\W\d_a-z][\w.'\u2019-]*)(?![\w.-]*(?:[=(]|:\s?[^\s])))*"
)
_BOTH = r"[^\W\d_a-z][\w.'\u2019-]*"
FULL_NAME = rf"{_BOTH}(?:, ?| (?:{_PARTICLE} )?){_BOTH}(?:[ ,]{{1,2}}{_BOTH})?(?![\w.-]*[=:])"
STREET = r"-?\d{1,3}\.\d+, ?-?\d{1,3}\.\d+|-?[\w#][\w.#'/-]*(?:,? (?![\w.-]+[=:])[^\W_a-z][\w.#'/-]*){0,8}"
MAC = r"(?:[0-9a-fA-F]{2}[:-]){5}[0-9a-fA-F]{2}|(?:[0-9a-fA-F]{4}\.){2}[0-9a-fA-F]{4}"
PLATE = r"[A-Z]{1,4}[- ][A-Z]{0,3}[- ]?\d{1,4}[A-Z]?(?!\w)"
SSN = r"\d{3}[ -]?(?:\d{2}[ -]?\d{4}|\d{3}[ -]?\d{3})"
SSN_OR_ITS_END = rf"{SSN}|[Xx*]{{3}}-?[Xx*]{{2}}-?\d{{4}}|\d{{4}}(?!\w)"
NUMBER = r"[A-Za-z]{0,4}[-#]?\d[\w-]{2,}"
IDENTIFIER = r"(?=[\w-]{0,40}\d)[A-Za-z0-9][\w-]{3,}"
PHONE = r"(?:tel:)?(?:\+|%2B)?[\d(][\d ()./-]{5,20}\d"
_ONE_IP = (
    r"(?:(?:\d{1,3}\.){3}\d{1,3}|(?=[0-9a-fA-F]{0,4}:[0-9a-fA-F:]*:)[0-9a-fA-F:]{2,39}(?:(?:\d{1,3}\.){3}\d{1,3})?)"
)
IP = rf"\[?{_ONE_IP}(?:(?:, ?|%2C ?){_ONE_IP})*\]?"
_PRIVATE = Later(r"[\"'\[]*(?:10\.|127\.|192\.168\.|169\.254\.|172\.(?:1[6-9]|2\d|3[01])\.|0\.0\.0\.0|::1?$|f[cde])")


def any_value(_: str) -> bool:
    """Accept every match."""
    return True


def is_made_up(text: str) -> bool:
    """Say whether a text mixes letters and digits, as words of a language don't."""
    return any(map(str.isdigit, text)) and any(map(str.isalpha, text))


def is_made_up_and_long(text: str) -> bool:
    """Say whether a text could be a key: at least six characters, and not a list of parts."""
    return is_made_up(text) and len(text.strip("\"'\\")) >= 6 and ":" not in text  # noqa: PLR2004


def has_digits(text: str) -> bool:
    """Say whether a text has a digit: numbers and identifiers have one, words don't."""
    return any(map(str.isdigit, text))


def is_place(text: str) -> bool:
    """Say whether a text could be a place where people live: not a host, a path or a word about the label."""
    plain = text.strip("\"'\\ ")
    return not re.match(r"[a-z]+:|/|\d+\.\d+\.|[\w.-]+:\d|0x|[\w-]+\.[\w-]+\.", plain) and plain.lower() != "localhost"


def is_public(text: str) -> bool:
    """Say whether an IP address is public. Addresses of private networks belong to machines, not people."""
    return not _PRIVATE.match(text.lower())


_TOLD_OF = Later(r" (?:must|is|was|are|cannot|can't|should|has|have|may|not|required|needs?|expected|will|does|did)\b")
"""What follows a word that describes a label and is not its value."""


_ASSIGNED = Later(r"='[^']* [^']*'")
"""Words in single quotes directly behind `=`, as in a connection string (libpq, 34.1.1.1): not said of the label."""


@dataclass(frozen=True)
class Value:
    """The form of a kind's values; `really` can reject one as harmless."""

    pattern: Later
    really: Callable[[str], bool] = any_value

    def end(self, text: str, place: int) -> int | None:
        """Return the end of the value that begins at a place; None if there is no value of this kind."""
        found = self.pattern.match(text, place)
        if found is None or not self.really(found.group()):
            return None
        if is_prose(found.group()) and not _ASSIGNED.fullmatch(text, max(0, place - 1), found.end()):
            return None
        if _TOLD_OF.match(text, found.end()) and not has_digits(found.group()):
            return None
        return found.end()


def value(pattern: str, really: Callable[[str], bool] = any_value) -> Value:
    """Make a form from a pattern for unquoted values. A quoted value is taken as a whole."""
    return Value(Later(rf"{NOTHING}(?:{QUOTED}|(?:{pattern}))"), really)
