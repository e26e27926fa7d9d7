"""The meaning of a label: the kind of data after it, and its form."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from landfall.redaction import around, label_words, labels, values
from landfall.redaction.labels import joined, phrases
from landfall.redaction.values import Value, value
from landfall.text.lazy_pattern import Later

_WHOSE = frozenset(("patient", "name", "names", "person", "member", "subscriber", "humanname"))
_PERSON_IP = frozenset(("ipaddress", "ipaddr", "remoteaddr", "remoteaddress", "remoteip", "remotehost", "sourceip"))
_STRONG = ("password", "passwd", "passphrase", "secret", "token", "apikey", "accesskey")
"""Labels that also count at the end of a longer word: PGPASSWORD."""

_NUMBERED = Later(r"(?<![A-Za-z\d])\d{1,12}:$")
_VARIABLE = Later(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|[a-z]+(?:[A-Z][a-z0-9]+)+")
SECRET, _MAYBE = "secret", "maybe"
_PHRASE, _PEOPLE, _PART, _ZIP, _ADDRESS, _HOST_IP, _MAC = "phrase", "people", "part", "zip", "address", "host", "mac"


@dataclass(frozen=True)
class Meaning:
    """The meaning of a label: its kind, and the form of its values."""

    kind: str
    value: Value


def _is_secret(text: str) -> bool:
    plain = text.strip("\"'\\`")
    return bool(plain) and not re.fullmatch(r"v?\d{1,3}(?:\.\d{1,3}){2}|\d{1,2}", plain)


_PARTS = r"(?:[ ./-][\dA-Z]{1,7}\b){0,6}"
"""A number that is written with gaps."""
MEANINGS = {
    SECRET: Meaning("secret", value(values.WORD, _is_secret)),
    _MAYBE: Meaning("secret", value(values.WORD, values.is_made_up_and_long)),
    _PHRASE: Meaning("secret", value(rf"[a-z]+(?: [a-z]+(?![=:\w])){{3,24}}|{values.WORD}", _is_secret)),
    "ssn": Meaning("social security number", value(values.SSN_OR_ITS_END, values.has_digits)),
    "record": Meaning("record number", value(values.NUMBER, values.has_digits)),
    "name": Meaning("name", value(values.NAME)),
    _PEOPLE: Meaning("name", value(values.FULL_NAME, lambda text: " " in text or "," in text)),
    _PART: Meaning("name", value(values.NAME)),
    "age": Meaning("age", value(r"(?:9\d|1[0-2]\d)(?![\w.])", values.has_digits)),
    "birth": Meaning("date of birth", value(values.DATE, values.has_digits)),
    "date": Meaning("date", value(values.DATE, values.has_digits)),
    "phone": Meaning("phone number", value(values.PHONE, values.has_digits)),
    "place": Meaning("address", value(values.STREET, values.is_place)),
    _ADDRESS: Meaning(
        "address", value(values.STREET, lambda text: values.is_place(text) and values.has_digits(text) and " " in text)
    ),
    _ZIP: Meaning("address", value(r"\d[\w -]{2,9}|[A-Za-z]{1,2}\d[A-Za-z\d]? ?\d[A-Za-z]{2}", values.has_digits)),
    "account": Meaning("account number", value(rf"{values.IDENTIFIER}(?: [\dA-Z]{{3,4}}\b)*", values.has_digits)),
    "licence": Meaning(
        "licence number",
        value(rf"{values.IDENTIFIER}{_PARTS}|\d{{1,4}}(?:[ ./-][\dA-Z]{{1,7}}\b){{2,6}}", values.has_digits),
    ),
    _MAC: Meaning("device", value(values.MAC)),
    "vehicle": Meaning(
        "vehicle", value(rf"{values.PLATE}|{values.IDENTIFIER}(?: [\dA-Z]{{2,4}}\b)*", values.has_digits)
    ),
    "device": Meaning("device", value(rf"{values.IDENTIFIER}|(?:[0-9a-fA-F]{{2}}[:-]){{5}}[0-9a-fA-F]{{2}}")),
    "ip": Meaning("IP address", value(values.IP, lambda text: values.has_digits(text) and values.is_public(text))),
    _HOST_IP: Meaning("IP address", value(values.IP, lambda text: values.has_digits(text) and values.is_public(text))),
    "biometric": Meaning("biometric", value(values.WORD, lambda text: len(text) > 3)),  # noqa: PLR2004
    "photo": Meaning("photo", value(values.WORD, lambda text: len(text) > 5)),  # noqa: PLR2004
    "url": Meaning("personal URL", value(values.WORD, lambda text: "." in text or "/" in text)),
}
NAMES = tuple(dict.fromkeys(meaning.kind for meaning in MEANINGS.values()))


def _table() -> dict[str, str]:
    """Return the meaning of each label."""
    listed: tuple[tuple[str, Iterable[str]], ...] = (
        (SECRET, phrases(labels.SECRETS)),
        (_PHRASE, phrases(labels.PHRASES)),
        (_MAYBE, phrases(labels.MAYBE_SECRETS)),
        ("ssn", phrases(labels.SSN)),
        ("record", labels.patients()),
        ("name", labels.names()),
        (_PEOPLE, phrases(labels.PEOPLE)),
        (_PART, phrases(labels.PARTS_OF_NAMES)),
        ("birth", phrases(labels.BIRTH)),
        ("age", ("patient age", "age years", "age in years", "member age", "subject age", "age at death")),
        ("date", labels.dates()),
        ("phone", phrases(labels.PHONES)),
        ("place", phrases(labels.STREETS)),
        (_ZIP, ("zip", "zip code", "postal code", "post code", "plz")),
        (_ADDRESS, ("address", "addr", "address full", "full address")),
        ("account", phrases(labels.ACCOUNTS)),
        ("licence", phrases(labels.LICENCES)),
        ("vehicle", phrases(labels.VEHICLES)),
        ("device", phrases(labels.DEVICES)),
        ("ip", phrases(labels.IPS)),
        (_HOST_IP, (*_PERSON_IP, "fromip")),
        (_MAC, ("mac", "macaddr", "hwaddr", "hwaddress", "ethernetaddress", "bluetoothaddress", "btaddr")),
        ("biometric", labels.biometrics()),
        ("photo", phrases(labels.PHOTOS)),
        ("url", phrases(labels.URLS)),
    )
    return {joined(phrase): meaning for meaning, listing in listed for phrase in listing}


TABLE = _table()


def of(text: str, place: int, *, people: bool = False, records: bool = False) -> Meaning | None:
    """Return the meaning of the label before a place."""
    label = label_words.before(text, place)
    if not label.words or text.endswith("://", 0, label.starts[0]):
        return None  # the host of a URL, with its port behind it
    found = _found(label.words)
    if found is None:
        return MEANINGS[_PEOPLE] if records and label.words == ("name",) else None
    name, first, behind = found
    if _NUMBERED.search(text, max(0, label.starts[first] - 14), label.starts[first]):
        return None  # part of an ARN or of a time
    if name == _PART and not people and not _WHOSE & set(label.words[:first]):
        return None
    variable = bool(_VARIABLE.fullmatch(text[label.starts[0] : place].rstrip("\"' ")))
    if not around.keeps(label, first, behind, secret=name == SECRET, maybe=name == _MAYBE, variable=variable):
        return None
    strict = name == SECRET and not around.known(label.words[behind:])
    return MEANINGS[_MAYBE if strict else name]


def _of_several(word: str) -> str | None:
    """Return the meaning of a label in the plural."""
    name = TABLE.get(word[:-1]) if word.endswith("s") else None
    return _MAYBE if name == SECRET else None if name == _PEOPLE else name


@lru_cache(4096)
def _found(spelled: tuple[str, ...]) -> tuple[str, int, int] | None:
    """Return the meaning of the last label among words, and its first and last word. The longest label counts."""
    for end in range(len(spelled), 0, -1):
        for first in range(max(0, end - 5), end):
            word = "".join(spelled[first:end])
            name = TABLE.get(word) or _of_several(word)
            if name:
                return name, first, end
        if spelled[end - 1].endswith(_STRONG):
            return SECRET, end - 1, end
    return None
