"""Recognises secrets in sentences: `temporary password for ann is x`, `your code is 123456`, `token created: x`."""

from __future__ import annotations

import re

from landfall.redaction import aws, behind, sought, values, vendor_tokens
from landfall.redaction.kind import Kind
from landfall.redaction.labels import alternatives
from landfall.redaction.prose import is_prose
from landfall.text.lazy_pattern import Later

_SPOKEN_SECRETS = (
    r"passwor[dt]|passwd|passcode|passphrase|pwd|token|secret|(?:api|private|access|secret|signing"
    r"|encryption|master) key|_authToken|AUTH|identified by"
)
_CODES = (
    r"(?:verification|security|one[ -]time|login|log-in|sign-in|auth|authentication|authorization|confirmation"
    r"|access|mfa|2fa"
    r"|sms|reset|recovery|activation|pairing) (?:code|pin|passcode|password)"
    r"|otp|(?:your|the) (?:code|pin)"
)
_SPOKEN_VALUES = (
    r"password|passwd|pwd|passphrase|secret|token|api[-_.]?key|access[-_.]?key|private[-_.]?key|secret[-_.]?key"
    r"|credentials?"
)
_OF_CODES = ("code", "pin", "passcode", "password", "otp")


def _is_word_of_secrets(text: str) -> bool:
    """Say whether a word was invented: it neither describes the label nor names a state."""
    plain = text.strip("\"'`\\ ")
    if is_prose(plain) or not plain:
        return False
    return not re.fullmatch(r"[a-z]+(?:ed|ing|ent|able|ible|ect|al|ive|ly|ous|ory)|[a-z]{1,3}|[a-z]+[.:]", plain)


_NO_PASSWORD = Later(
    r"[\"']?(?:\d{4}-\d\d|[\w.-]*[/\\]|\w+://|[\w.-]+:\d|\w+\.\w+\.|[0-9a-f]{8}-[0-9a-f]{4}-|v?\d+\.\d|\w+\(|[\w-]+@)"
)


def _is_generated(text: str) -> bool:
    """Say whether a last word could be a generated password, not a time, path, address, id, version or call."""
    return values.is_made_up(text) and not _NO_PASSWORD.match(text) and not is_prose(text)


_TOLD_BY = ("value", "input")


KINDS = (
    Kind(
        "secret",
        behind.told_later(
            f"{behind.SECRETS}|{alternatives(behind.SSN)}|{behind.PATIENTS}|{alternatives(behind.BIRTH)}"
        ),
        needs=_TOLD_BY,
    ),
    behind.behind(
        "secret",
        _SPOKEN_SECRETS,
        sought.letters(
            (
                "passwd",
                "pwd",
                "token",
                "secret",
                "api",
                "private",
                "access",
                "signing",
                "encryption",
                "master",
                "_a",
                "auth",
                "identified",
            )
        ),
        r"[\"']?[^\s\"',;|]{6,}",
        values.is_made_up,
        aws.names,
    ),
    Kind(
        "secret",
        Later(
            rf"(?i)(?P<keep>\b(?:{_CODES})(?: for [\w@.-]{{1,40}})?(?: is|:| =)?"
            rf" {{1,2}})(?!\[redacted)\d{{3}}[ -]?\d{{1,5}}(?![\w-])"
        ),
        needs=_OF_CODES,
    ),
    Kind(
        "secret",
        Later(
            rf"(?i)(?P<keep>\b(?:{_SPOKEN_SECRETS}|pin) (?:for|of|to) [^\s:=]{{1,60}}(?: is|:| =) ?)"
            rf"{values.NOTHING}(?:{values.QUOTED}|[^\s\"',;|]{{4,}})"
        ),
        values.is_made_up,
        begins=sought.letters(
            (
                "passwd",
                "pwd",
                "pin",
                "token",
                "secret",
                "api",
                "private",
                "access",
                "signing",
                "encryption",
                "master",
                "auth",
                "identified",
            )
        ),
    ),
    Kind(
        "secret",
        Later(
            r"(?i)(?P<keep>\b(?:identified (?:with \S{1,60} )?by|passwor[dt]|passwd|passphrase|passcode)"
            r"(?: is| was| to| set to| was set to| changed to| was changed to| reset to)?(?: |\()\(?)(?=[\"'])"
            rf"{values.NOTHING}(?:{values.QUOTED})"
        ),
        lambda text: not is_prose(text) and not re.match(r"[\"']\W", text),
        begins=sought.letters(("passwd", "identified")),
    ),
    Kind(
        "secret",
        Later(
            r"(?i)(?P<keep>\bset password for [^=\r\n]{1,120}= ?(?:password\()?"
            r"|\b(?:new|temporary|temp|initial|default|one-time)[ -]passwor[dt](?: for [\w@.-]{1,60})?(?:(?: is|:"
            r"| =) | (?=\S{0,40}(?-i:[A-Z0-9])))"
            r"|\bpasswor[dt] (?:for|of) (?:user |account |the )?[\w@.-]{1,60}(?: is|:| =) ?"
            r"|\bpasswor[dt] [\w@.-]{1,60} = "
            r"|\b(?:login|logged in|authenticat\w{1,6}|credentials|connect\w{0,3}) (?:with|as"
            r"|using) [\w.@-]{1,60}:(?=[^\s/]{0,40}\d)"
            r"|\bpasswor[dt](?: was)? (?:set|changed|reset) to (?=\S{0,40}(?-i:[A-Z0-9]))"
            r"|\b(?:user|username|login|uid"
            r"|usr)[\"']?\s?[:=]\s?[\"']?[^\s\"',;&:=]{1,80}[\"']?[,;&]?\s?[\"']?pass[\"']?\s?[:=]\s?"
            r"|\b(?:credentials?|creds|login)\s?[:=]\s?\w[\w.@-]{0,60}(?::| ?/ ?)(?=[^\s/]{0,40}\d))"
            rf"{values.NOTHING}(?:{values.QUOTED}|[^\s\"',;&|<>]{{4,}})"
        ),
        _is_word_of_secrets,
        begins=sought.letters(
            (
                "set",
                "new",
                "temp",
                "initial",
                "default",
                "one",
                "passwd",
                "user",
                "login",
                "logged",
                "authenticated",
                "connect",
                "uid",
                "creds",
            )
        ),
    ),
    Kind(
        "secret",
        Later(
            r"(?i)(?P<keep>(?<![\w:]):[\w-]{0,30}(?:password|secret|token|api-key)\s(?=\")"
            r"|<\w{1,30} (?:key|name|id)=\"[^\"<>]{0,60}(?:password|passwd|secret|token|api[-_.]?key|credential)\">)"
            rf"{values.NOTHING}(?:{values.QUOTED}|[^\s\"',;&|<>]{{4,}})"
        ),
        _is_word_of_secrets,
        needs=("pass", "secret", "token", "api", "credential"),
    ),
    Kind(
        "secret",
        Later(
            r"(?i)(?<![\w.-])\d{3}[ -]?\d{1,5}(?= (?:as|is) (?:your|the) (?:[\w-]{1,20} ){0,3}(?:code|otp|pin"
            r"|passcode)\b)"
            r"|(?P<keep>\b(?:code|otp|pin) )\d{4,8}(?= (?:was |has been )?(?:sent|texted|e?mailed))"
        ),
        needs=_OF_CODES,
    ),
    Kind(
        "secret",
        Later(
            rf"(?i)(?P<keep>\b(?:name|key|field"
            rf"|param\w{{0,8}}){behind.Q}?\s?[:=]\s?{behind.Q}?[\w.-]{{0,40}}?(?:{_SPOKEN_VALUES}){behind.Q}?[,;]?\s{{1,12}}"
            rf"{behind.Q}?value{behind.Q}?\s?[:=]\s?){values.NOTHING}(?:{values.QUOTED}|{values.WORD})"
        ),
        lambda text: not is_prose(text),
        needs=_TOLD_BY,
        begins=sought.letters(("name", "key", "field", "param")),
    ),
    *vendor_tokens.COMMANDS,
    Kind(
        "secret",
        Later(r"(?P<keep>\[redacted: secret\][\"']? (?:->|=>|\u2192|to) )(?!\[)(?:\"[^\"]*\"|'[^']*'|[^\s,;]{4,})"),
        lambda text: not is_prose(text),
        needs=("[redacted: secret]",),
    ),
    Kind(
        "secret",
        Later(
            r"(?:(?P<keep>(?:(?<![^\n>])|(?<=> ))PASS |(?<!\S)\w{1,8} LOGIN \S{1,60} |\bAUTH (?:PLAIN|LOGIN|XOAUTH2"
            r"|CRAM-MD5) |\"AUTH\" (?:\"[^\"]{1,80}\" )?(?=\"))"
            r")(?!\[redacted)[^\s/]{4,}(?=\s*$)"
        ),
        lambda text: not is_prose(text) and not text.endswith((":", ")")),
        needs=("pass ", " login ", "auth plain", "auth login", "auth xoauth2", "auth cram", '"auth" '),
    ),
    Kind(
        "secret",
        Later(
            r"(?i)(?P<keep>\b(?:token|secret|api[ _-]?key|passphrase)\b[^\r\n:=]{0,60}(?:generated|created|issued"
            r"|obtained|received"
            r"|returned)[^\r\n:=]{0,20}: ?)(?![\[%$?({<])[\"']?[^\s\"']{12,200}[\"']?\s*$"
        ),
        _is_generated,
        needs=("token", "secret", "key", "passphrase"),
    ),
    Kind(
        "secret",
        Later(
            r"(?i)(?P<keep>(?<!\S)[\w-]{1,40}(?:\.[\w-]{1,40}){1,6}[.-](?:password|passwd|secret|token"
            r"|api[-_]?key) {1,4})"
            r"(?!\[redacted)[^\s:=(]{4,200}(?=\s*$)"
        ),
        values.is_made_up,
        needs=("password ", "passwd ", "secret ", "token ", "key "),
    ),
    Kind(
        "secret",
        Later(r"(?P<keep>[?&](?:key|ticket|auth)=)[\w.~%+/-]{16,400}"),
        values.is_made_up,
        needs=("key=", "ticket=", "auth="),
    ),
    Kind(
        "secret",
        Later(
            r"(?i)(?P<keep>/(?:verify|verification|confirm|confirmation|reset|activat\w{1,4}|invit\w{1,6}"
            r"|unsubscribe|magic|recover\w{0,2})"
            r"[\w-]{0,20}/(?:[\w-]{1,20}/)?)[\w-]{20,400}(?![\w-])"
        ),
        values.is_made_up,
        needs=("/verif", "/confirm", "/reset", "/activat", "/invit", "/unsubscribe", "/magic", "/recover"),
    ),
    Kind(
        "secret",
        Later(
            r"(?i)(?P<keep>\bpasswor[dt]s?\b[^\r\n:=]{0,100}\b(?:for|is|generated|following|reset|temporary|new"
            r"|initial|to|of)\b[^\r\n:=]{0,60}:\s{0,4})(?![\[%$?({<])[\"']?[^\s\"']{6,100}[\"']?\s*$"
        ),
        _is_generated,
        needs=("password", "passwort"),
    ),
)
