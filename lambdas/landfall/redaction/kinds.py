"""The kinds of personal and secret data that are known by their looks, or by the label before them.

Patterns are plain enough to be searched in linear time, or nearly: the text is somebody else's.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from landfall.redaction import labels
from landfall.redaction.labels import WORD, labelled, spoken, told_later

AWS_KEY = r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"
PRIVATE_KEY = r"-----BEGIN [A-Z ]{0,20}PRIVATE KEY"
SSN = r"(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])"
_INSERT = (
    rf"\binsert into [^()]{{1,60}}\((?=[^()]{{0,300}}?(?:{labels.SECRETS}|{labels.PATIENT}|{labels.NAME}))"
    r"[^()]{1,400}\)\s{0,3}values\s{0,3}"
)
_MARK = "[redacted: {}]"
_ISSUERS = re.compile(r"3[0-9]|4|5[0-9]|6|2[2-7]")
_NO_DOMAINS = ("png", "jpg", "jpeg", "gif", "svg", "webp", "ico", "js", "css", "map", "service", "timer", "socket")
_SHORTEST_KEY = 6
_DIGITS_OF_A_PHONE = range(8, 16)  # ITU-T E.164 allows 15


@dataclass(frozen=True)
class Kind:
    """One kind of data. A group named `keep` stays; `really` may call a match harmless."""

    name: str
    pattern: re.Pattern[str]
    really: Callable[[str], bool] = lambda _: True

    def redact(self, text: str) -> str:
        """Put a mark in the place of each match."""
        return self.pattern.sub(self._mark, text)

    def _mark(self, match: re.Match[str]) -> str:
        keep = match.groupdict().get("keep") or ""
        if not self.really(match.group()[len(keep) :]):
            return match.group()
        return keep + _MARK.format(self.name)


def _is_card(text: str) -> bool:
    """Payment cards begin with their issuer's digits and end with a check digit (ISO/IEC 7812-1)."""
    digits = [int(c) for c in text if c.isdigit()]
    summed = [d if n % 2 == 0 else sum(divmod(2 * d, 10)) for n, d in enumerate(reversed(digits))]
    return bool(_ISSUERS.match(text)) and sum(summed) % 10 == 0 and len(set(digits)) > 1


def _is_random(text: str) -> bool:
    """Keys mix cases and digits: a hexadecimal digest does not, and a path has more slashes."""
    mixed = any(map(str.isupper, text)) and any(map(str.islower, text)) and any(map(str.isdigit, text))
    return mixed and text.count("/") * 12 <= len(text)


def _is_made_up(text: str) -> bool:
    """A word of a language has no digits."""
    return any(map(str.isdigit, text)) and any(map(str.isalpha, text))


def _is_made_up_and_long(text: str) -> bool:
    return _is_made_up(text) and len(text) >= _SHORTEST_KEY and ":" not in text


def _is_address(text: str) -> bool:
    return not text.startswith("git@") and not text.lower().endswith(_NO_DOMAINS)


def _is_phone(text: str) -> bool:
    return sum(map(str.isdigit, text)) in _DIGITS_OF_A_PHONE


def _kind(name: str, pattern: str, really: Callable[[str], bool] = lambda _: True) -> Kind:
    return Kind(name, re.compile(pattern), really)


KINDS = (
    _kind("private key", PRIVATE_KEY + r"(?s:.*?-----END [A-Z ]{0,30}-----|.*)"),
    _kind(
        "patient record",
        r"(?:PID|NK1|GT1|IN1)\|.+|NM1\*.+|\{?\"resourceType\": ?\"(?:Patient|Person|RelatedPerson)\".+",
    ),
    _kind("patient record", r"(?P<keep>\"(?:patient|subscriber|member)\": ?\{)[^{}]+"),
    _kind("row", r"(?P<keep>Key \([^)]{1,200}\)=|Failing row contains )\(.*"),
    _kind("row", rf"(?i)(?P<keep>{_INSERT})\((?!\$\d|\?|%s|:).*"),
    _kind("row", rf"(?i)(?P<keep>{_INSERT}\([^()]{{0,200}}?(?:\$\d|\?|%s)[^()]{{0,400}}\)[;,] ?)(?=\S).+"),
    _kind("URL password", r"(?P<keep>\b[a-zA-Z][\w+.-]{1,20}://[^\s:/@\"']{0,100}:)(?!\*{3})[^\s/@\"']{1,200}(?=@)"),
    _kind("URL password", r"(?P<keep>(?<![\w.-])[\w.-]{1,60}[:/])[^\s:/@\"']{1,100}(?=@(?:tcp\(|unix\(|//))"),
    _kind(
        "URL password",
        r"(?P<keep>(?<![\w.-])[\w.-]{1,100}\.[a-z]{2,24}:\d{2,5}:[\w*-]{1,40}:[\w*-]{1,40}:)(?!\[redacted)\S+",
    ),
    _kind("header", labels.HEADER),
    _kind("token", r"\beyJ[\w-]{8,}(?:\.[\w-]+){0,4}"),
    _kind("token", r"(?i)(?P<keep>(?:bearer|basic)(?: |%20|\+){1,3})(?=[^\s\"',]{0,200}\d)[\w+/.~-]{8,}=*(?![\w=])"),
    _kind("AWS access key", AWS_KEY),
    _kind(
        "API key",
        r"\b(?:gh[pousr]_|github_pat_|glpat-|xox[abeoprs]-|xapp-|[sprk]k_(?:live|test)_|whsec_|sk-|npm_|pypi-|hf_|SG\."
        r"|AIza|ya29\.|dop_v1_|shpat_|hvs\.|dapi|dckr_pat_|AGE-SECRET-KEY-|SK(?=[0-9a-f]{32})|key-(?=[0-9a-f]{32}))"
        r"[\w.-]{16,}",
    ),
    _kind("API key", r"(?P<keep>hooks\.slack\.com/services/)[\w/]+"),
    _kind("password hash", r"\$2[abxy]?\$\d\d\$[\w./]{22,}"),
    _kind(
        "email address",
        r"(?<![a-zA-Z0-9.%+-])[a-zA-Z0-9_.%+-]{1,64}?(?:@|%(?:25)?40|\\u0040)(?:[\w-]{1,63}\.){1,8}[a-zA-Z]{2,24}(?![a-zA-Z])",
        _is_address,
    ),
    _kind("secret", r"(?P<keep>\[redacted: email address\]:)(?!\[redacted)[^\s/]\S{3,}"),
    Kind("secret", labelled(labels.SECRETS)),
    Kind(
        "secret",
        labelled(labels.MAYBE_SECRETS, rf"{WORD}"),
        _is_made_up_and_long,
    ),
    Kind("secret", told_later(rf"{labels.SECRETS}|{labels.SSN}|{labels.PATIENT}|{labels.BIRTH}")),
    Kind("secret", spoken(labels.SPOKEN_SECRETS, r"[\"']?[^\s\"',;|]{6,}"), _is_made_up),
    _kind("secret", labels.COMMAND),
    Kind("social security number", labelled(labels.SSN, r"\d{3}[ -]?\d{2}[ -]?\d{4}")),
    Kind("social security number", spoken(labels.SSN, r"\d{3}[ -]?\d{2}[ -]?\d{4}")),
    _kind("social security number", SSN),
    Kind("record number", labelled(labels.PATIENT, r"[A-Z]{0,4}-?\d[\w-]{2,}")),
    Kind("record number", spoken(labels.PATIENT, r"[A-Z]{0,4}-?\d[\w-]{2,}")),
    Kind("record number", re.compile(r"(?i)(?P<keep>\b(?:patient|mrn)[/|])[a-z]{0,4}-?\d[\w-]{2,}")),
    Kind("date of birth", labelled(labels.BIRTH, labels.DATE)),
    Kind("date of birth", spoken(labels.BIRTH, labels.DATE)),
    Kind("name", labelled(labels.NAME, r"[^\W\d_][\w.'-]*(?:(?:, ?| )[^\W\d_][\w.'-]*(?![\w.-]*[=:]))*")),
    Kind("phone number", labelled(labels.PHONE, r"(?:\+|%2B)?[\d(][\d ()./-]{5,20}\d")),
    _kind("phone number", r"(?<![\w.:/-])(?:\+?\d{1,3}[ .-])?\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}(?![\w-])"),
    _kind("phone number", r"(?<![\w+])\+\d{1,3}(?:[ .-]?\(?\d{1,4}\)?){2,5}(?![\w-])", _is_phone),
    _kind("card number", r"(?<![\w.-])\d(?:[ +-]?\d){12,18}(?![\w-])", _is_card),
    _kind("key", r"(?<![\w+/=-])(?:[\w+/-]{40,}={0,2}|[\w+/-]{30,}={1,2})(?![\w+/=-])", _is_random),
)
"""In the order in which they are looked for: the more telling first."""
NAMES = tuple(dict.fromkeys(kind.name for kind in KINDS))
