"""Labels in sentences, statements, headers and commands: wherever no sign stands between a label and its value."""

from __future__ import annotations

import re

from landfall.redaction import aws, labels, tokens, values
from landfall.redaction.kind import Kind
from landfall.redaction.labels import alternatives, phrases

_SECRETS = alternatives([*phrases(labels.SECRETS), *phrases(labels.PHRASES)])
_PATIENTS = labels.numbers_of_patients()
_SSN = alternatives(phrases(labels.SSN))
_BIRTH = alternatives(phrases(labels.BIRTH))
_NAMES = alternatives(labels.names())
_SPOKEN_SECRETS = r"passwor[dt]|passwd|passcode|passphrase|pwd|token|secret|api key|_authToken|AUTH|identified by"
_CODES = (
    r"(?:verification|security|one[ -]time|login|log-in|sign-in|auth|authentication|authorization|confirmation"
    r"|access|mfa|2fa"
    r"|sms|reset|recovery|activation|pairing) (?:code|pin|passcode|password)"
    r"|otp|(?:your|the) (?:code|pin)"
)
_Q = r"(?:\\{0,8}[\"']|%22|%27|&quot;|&#39;|\\u0022|`)"
_SIGN = (
    rf"{_Q}?(?:\]|%5D)?\)?\s{{0,4}}(?:=>|:=|[:=]|%3A|%3D)(?:\s|%20){{0,4}}+(?:[bu](?=[\"']))?"
    rf"|(?:\s[^<>]{{1,200}})?>(?=[^<>\s])"
    rf"|['\"],\s?b(?=['\"])"
)

INSERT = (
    rf"\binsert into [^()]{{1,60}}\((?=[^()]{{0,300}}?(?:{_SECRETS}|{_PATIENTS}|{_NAMES}))"
    r"[^()]{1,400}\)\s{0,3}values\s{0,3}"
)
HEADER = (
    rf"(?i)(?P<keep>(?<![\w-])(?:(?:proxy-)?authorization|[\w.-]{{0,60}}cookies?)(?:{_SIGN})){values.NOTHING}"
    rf"(?:digest .+|\{{[^}}]*\}}|{values.QUOTED}|[^\"'\r\n]+)"
)


def _spoken(named: str, value: str) -> re.Pattern[str]:
    """Match what stands behind a label in a sentence: `password is x`, `MRN #x`, `--password x`."""
    keep = rf"(?P<keep>(?<![\w./])(?<!\d:)(?:{named})\.?(?: is| was)?(?: ?# ?|[: ] ?)[\"']?)"
    return re.compile(rf"(?i){keep}{values.NOTHING}(?:{value})")


def _told(listed: str) -> str:
    """Return the labels that can be nothing else where no sign stands behind them: of several words, and VIN."""
    return alternatives([each for each in phrases(listed) if " " in each or each in ("vin", "iban")])


_TOLD_BY = ("value", "Value", "VALUE", "input", "Input")


def _told_later(named: str) -> re.Pattern[str]:
    """Match the value of a label that is itself a value: `"name": "label", "value": "x"`."""
    between = r"[^{}\r\n]{0,160}?\b(?:value|input|input_value)"
    keep = rf"(?P<keep>(?:{named}){_Q}?{between}{_Q}?\s?[:=]\s?)"
    return re.compile(rf"(?i){keep}{values.NOTHING}(?:{values.QUOTED})")


KINDS = (
    Kind("secret", _told_later(f"{_SECRETS}|{_SSN}|{_PATIENTS}|{_BIRTH}"), needs=_TOLD_BY),
    Kind("secret", _spoken(_SPOKEN_SECRETS, r"[\"']?[^\s\"',;|]{6,}"), values.is_made_up, aws.names),
    Kind(
        "secret",
        re.compile(
            rf"(?i)(?P<keep>\b(?:{_CODES})(?: for [\w@.-]{{1,40}})?(?: is|:| =)?"
            rf" {{1,2}})(?!\[redacted)\d{{3}}[ -]?\d{{1,5}}(?![\w-])"
        ),
    ),
    Kind(
        "secret",
        re.compile(
            rf"(?i)(?P<keep>\b(?:{_SPOKEN_SECRETS}|pin) (?:for|of|to) [^\s:=]{{1,60}}(?: is|:| =) ?)"
            rf"{values.NOTHING}(?:{values.QUOTED}|[^\s\"',;|]{{4,}})"
        ),
        values.is_made_up,
    ),
    tokens.COMMANDS,
    Kind("social security number", _spoken(_SSN, values.SSN)),
    Kind("record number", _spoken(_PATIENTS, values.NUMBER)),
    Kind("account number", _spoken(_told(labels.ACCOUNTS), values.IDENTIFIER), values.has_digits),
    Kind("licence number", _spoken(_told(labels.LICENCES), values.IDENTIFIER), values.has_digits),
    Kind("vehicle", _spoken(_told(labels.VEHICLES), values.IDENTIFIER), values.has_digits),
    Kind("device", _spoken(_told(labels.DEVICES), values.IDENTIFIER), values.has_digits),
    Kind("date of birth", _spoken(_BIRTH, values.DATE)),
)
