"""Finds what an error's body must not show: stack traces, queries, paths and secrets, by kind.

It judges a release, so it must not mistake "password is required" for a password; redaction may.
Each pattern is simple enough for a search in nearly linear time, since the text is foreign.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from landfall.redaction import labelled, standard_kinds, vendor_tokens
from landfall.redaction.prose import is_prose
from landfall.redaction.sought import Look, folded, look
from landfall.smoke.leaks import databases, server_paths, traces
from landfall.smoke.leaks.spelled import Spelled, spelled
from landfall.text.lazy_pattern import Later

_SSN = rf"(?!(?:000|666|9\d\d-(?!5\d|6[0-5]|7\d|8[0-8]|9[0-24-9]))|\d{{3}}-00|\d{{3}}-\d\d-0000){standard_kinds.SSN}"
"""One that is given to people: no area 000, 666 or 9…, no group 00, no serial 0000 (SSA, POMS RM 10201.035); but those
of taxpayers begin with 9 (IRS, ITIN)."""
KINDS: Mapping[str, tuple[Look, ...]] = {
    **traces.TRACES,
    "a database's error": databases.DATABASES,
    "a query": server_paths.QUERY,
    "an address with a password": (
        look(r"\b\w{2,20}://[^\s:/@]{0,100}:(?!\*{3}|<|\[|x{4}|pass(?:word)?@)[^\s/@]{1,100}@", "://"),
    ),
    "an AWS access key": (look(standard_kinds.AWS_KEY, "akia", "asia", "abia", "acca"),),
    "a private key": (look(standard_kinds.PRIVATE_KEY, "private key"),),
    "a token": (look(r"\beyJ[\w-]{10,200}\.eyJ[\w-]{10,}", "eyj"),),
    "a password": (),
    "a social security number": (look(_SSN, "-"),),
    "a path of the server": server_paths.PATH,
    "a place in the source": server_paths.PLACE,
}
"""Kinds without a single pattern: they need more than one sign."""
_NEEDS = tuple((need, kind, each) for kind, looks in KINDS.items() for each in looks for need in each.needs)
_LESSER = frozenset(("a query", "a path of the server", "a place in the source", "a stack trace", "a debugging page"))
"""Kinds that are part of traces and of databases' errors, and add nothing there."""
_TOKENS = (
    look(r"(?i)\bauthorization\"?: ?\"?(?:bearer|basic|token) [\w+/=.-]{8,}", "authorization"),
    look(r"(?i)\"(?:set-)?cookie\\?\": ?\[?\\?\"[^\"\s;=]{1,60}=[\w%.+/-]{16,}", "cookie"),
    look(r"hooks\.slack\.com/services/\w+/\w+/\w{8,}", "hooks.slack.com"),
)
_LABELLED = 16_384
"""How many characters are searched for values after labels: each label costs more than a pattern."""
_MAY_HOLD = Later(
    r"(?i)pass|pwd|pw\b|pswd|secret|token|key|cred|pin\b|otp|cv[vc2]|csrf|xsrf|sid|session|saml|jwt|auth|sig|hmac"
    r"|connection"
    r"|code|answer|mnemonic|phrase|kennwort|contrase|senha|парол|密码|パスワード|wachtwoord|has\u0142o"
)
"""Every label of secrets contains one of these: without them, no label needs to be read."""
_PUBLIC = frozenset(
    """csrf xsrf authenticity verification antiforgery forgery nonce next continuation page pagination cursor request
    unexpected invalid middleware captcha recaptcha site public publishable idempotency correlation trace sync
    change""".split()  # noqa: SIM905
)
"""Words before `token` or `key` that make it public: forms and pages contain such values."""
_STANDS_IN = Later(
    r"(?i)(?:your|my|the|some|an?|example|sample|dummy|test|insert|replace|changeme|placeholder|redacted|hidden)\b"
    r"|.*(?:[x*•]{4,}|\.\.\.|<|\$\{|\{\{|your[-_])"
)
_A_NAME = Later(r"[A-Z][A-Z0-9_]+|[a-z]+(?:[_-][a-z]+)+\d{0,2}|[a-z]+\d?")
"""The form of a variable's name or a word, perhaps with a number after it."""
_SHORTEST = 6
_FIELDS_OF_NAMES = ("param", "path", "field", "name", "key", "property", "loc", "attribute", "dataPath", "fieldName")
_FIELDS_OF_VALUES = ("value", "input", "received", "rejectedValue", "attemptedValue", "given")
_FILES = ("file", "fileName", "filename", "absPath")
_CLASSES = frozenset(("className", "declaringClass"))
"""Jackson's and Gson's names for the class of a java.lang.StackTraceElement."""
_LINES = ("line", "lineNumber", "line_number", "lineno")


def found(text: str) -> list[str]:
    """Return the kinds of data that a text leaks, without any of the text."""
    said = spelled(text)
    told = {kind for part in said.texts for kind in _told(part)}
    if any(_is_source(each) for each in said.objects):
        told.add("a place in the source")
    if any(_is_secret(token) for each in said.texts for token in _tokens(each)):
        told.add("a token")
    if not told & {"an address with a password", "a token", "an AWS access key", "a private key"} and _has_password(
        said
    ):
        told.add("a password")
    weighty = [kind for kind in KINDS if kind in told - _LESSER]
    return weighty or [kind for kind in KINDS if kind in told][:1]


def _told(text: str) -> Iterator[str]:
    """Yield the kinds of which a pattern matches the text."""
    plain = folded(text)
    tried: set[Look] = set()
    for need, kind, each in _NEEDS:
        if need in plain and each not in tried:
            tried.add(each)
            if each.found_in(text):
                yield kind


def _tokens(text: str) -> Iterator[str]:
    """Yield texts that look like tokens."""
    yield from (match.group() for match in vendor_tokens.PREFIXED.matches(text))
    yield from (match.group() for each in _TOKENS for match in each.matches(text))


def _has_password(said: Spelled) -> bool:
    """Say whether a generated secret follows a label, or is beside one."""
    texts = [text[:_LABELLED] for text in said.texts if _MAY_HOLD.search(text)]
    behind = (found for text in texts for found in labelled.secrets(text))
    beside = (
        (field, str(each[value]))
        for each in said.objects
        for field in (each[name] for name in _FIELDS_OF_NAMES if name in each)
        for value in _FIELDS_OF_VALUES
        if isinstance(each.get(value), str)
    )
    named = ((labelled.secret_words(_last(field)), value) for field, value in beside)
    return any(words and not _PUBLIC & set(words) and _is_secret(value) for words, value in (*behind, *named))


def _last(field: Any) -> str:
    """Return the last name of a field that is given as a path of names."""
    return str(field[-1]) if isinstance(field, list) and field else str(field)


def _is_secret(value: str) -> bool:
    """Say whether a value was generated as a secret. An ordinary word or a placeholder was not."""
    plain = re.sub(r"(?i)^[\"'\\\s]*(?:authorization\W{1,5})?(?:bearer|basic|token)?\s+", "", value).strip("\"'\\` ,;")
    if len(plain) < _SHORTEST or _STANDS_IN.match(plain) or is_prose(plain) or " " in plain:
        return False
    return any(map(str.isdigit, plain)) and any(map(str.isalpha, plain)) and not _A_NAME.fullmatch(plain)


def _is_source(each: Mapping[str, Any]) -> bool:
    """Say whether an object names a line of a program, like a frame of a trace."""
    files = [each[key] for key in _FILES if isinstance(each.get(key), str)]
    lined = any(isinstance(each.get(key), int | str) and str(each[key]).isdigit() for key in _LINES)
    if lined and files and "methodName" in each and not _CLASSES.isdisjoint(each):
        return True
    return lined and any(
        re.search(rf"[/\\].{{0,200}}\.(?:{server_paths.SOURCE}|twig|erb|jinja2?|j2|haml|ejs|hbs|vue)$", name[-210:])
        for name in files
    )
