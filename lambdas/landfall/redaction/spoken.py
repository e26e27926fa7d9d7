"""Labels in sentences, statements, headers and commands: wherever no sign stands between a label and its value."""

from __future__ import annotations

import re
from collections.abc import Callable

from landfall.redaction import aws, labels, sought, tokens, values
from landfall.redaction.kind import Kind
from landfall.redaction.labels import alternatives, phrases
from landfall.redaction.prose import is_prose

_SECRETS = alternatives([*phrases(labels.SECRETS), *phrases(labels.PHRASES)])
_PATIENTS = labels.numbers_of_patients()
_SSN = phrases(labels.SSN)
_BIRTH = phrases(labels.BIRTH)
_NAMES = alternatives(labels.names())
_SPOKEN_SECRETS = r"passwor[dt]|passwd|passcode|passphrase|pwd|token|secret|(?:api|private|access|secret|signing|encryption|master) key|_authToken|AUTH|identified by"
_CODES = (
    r"(?:verification|security|one[ -]time|login|log-in|sign-in|auth|authentication|authorization|confirmation"
    r"|access|mfa|2fa"
    r"|sms|reset|recovery|activation|pairing) (?:code|pin|passcode|password)"
    r"|otp|(?:your|the) (?:code|pin)"
)
_Q = r"(?:\\{0,8}[\"']|%22|%27|&quot;|&#39;|\\u0022|`)"
_SIGN = (
    rf"{_Q}?(?:\]|%5D)?\)?\s{{0,4}}(?:=>|:=|[:=]|%3A|%3D)(?>(?:\s|%20){{0,4}})(?:[bu](?=[\"']))?"
    rf"|(?:\s[^<>]{{1,200}})?>(?=[^<>\s])"
    rf"|['\"],\s?b(?=['\"])"
)

INSERT = (
    rf"\binsert into [^()]{{1,60}}\((?=[^()]{{0,300}}?(?:{_SECRETS}|{_PATIENTS}|{_NAMES}|{alternatives(_SSN)}|{alternatives(_BIRTH)}))"
    r"[^()]{1,400}\)\s{0,3}values\s{0,3}"
)
HEADER = (
    rf"(?i)(?P<keep>(?<![\w-])(?:(?:proxy-)?authorization|[\w.-]{{0,60}}cookies?|(?:stripe|x)-(?:[\w-]{{1,30}}-)?signature[\w-]{{0,20}})"
    rf"(?:{_SIGN})){values.NOTHING}(?!(?:bearer|basic|token|digest|apikey)\s{{1,3}}(?:\*{{3}}|<|\[|\.{{3}}|$))"
    rf"(?:digest .+|\{{[^}}]*\}}|{values.QUOTED}|[^\"'\r\n]+)"
)


def _spoken(kind: str, named: list[str], value: str, really: Callable[[str], bool] = values.any_value) -> Kind:
    """Make a kind of what stands behind a label in a sentence: `MRN #x`, `--password x`."""
    return _behind(kind, alternatives(named), sought.letters(named), value, really)


def _behind(  # noqa: PLR0917
    kind: str,
    named: str,
    begins: frozenset[str],
    value: str,
    really: Callable[[str], bool] = values.any_value,
    spares: Callable[[str], aws.Spans] = aws.nothing,
) -> Kind:
    keep = rf"(?P<keep>(?<![\w./])(?<!\d:)(?:{named})\.?(?: is| was)?(?: ?# ?|: ?| {{1,8}})[\"']?)"
    return Kind(kind, re.compile(rf"(?i){keep}{values.NOTHING}(?:{value})"), really, spares, begins=begins)


def _told(listed: str) -> list[str]:
    """Return the labels that can be nothing else where no sign stands behind them: of several words, and VIN."""
    return [each for each in phrases(listed) if " " in each or each in ("vin", "iban")]


_SPOKEN_VALUES = (
    r"password|passwd|pwd|passphrase|secret|token|api[-_.]?key|access[-_.]?key|private[-_.]?key|secret[-_.]?key"
    r"|credentials?"
)
_CARE = (
    r"(?:admitted|discharged|died|deceased|hospitali[sz]ed) (?:on|at)"
    r"|(?:admission|discharge|surgery|appointment) (?:date|on|at)"
)
_OF_CARE = ("admitted", "discharged", "died", "deceased", "hospitalized", "surgery", "appointment")
_OF_CODES = ("code", "pin", "passcode", "password", "otp")


def _numbered(kind: str, listed: str) -> Kind:
    """Make a kind of what stands behind a label and the sign of a number: `DL# x`."""
    pattern = rf"(?i)(?P<keep>(?<![\w./-])(?:{alternatives(phrases(listed))})\s?#:? ?)(?:{values.IDENTIFIER})"
    return Kind(kind, re.compile(pattern), values.has_digits, needs=("#",), begins=sought.letters(phrases(listed)))


def _is_word_of_secrets(text: str) -> bool:
    """Say whether somebody made a word up: it says nothing of the label, and is no state that one can be in."""
    plain = text.strip("\"'`\\ ")
    if is_prose(plain) or not plain:
        return False
    return not re.fullmatch(r"[a-z]+(?:ed|ing|ent|able|ible|ect|al|ive|ly|ous|ory)|[a-z]{1,3}|[a-z]+[.:]", plain)


_OF_CARE_NUMBERS = (
    "claim, chart, encounter, member, subscriber, accession, prescription, rx, specimen, mrn, insurance, case no"
)
_NO_PASSWORD = re.compile(
    r"[\"']?(?:\d{4}-\d\d|[\w.-]*[/\\]|\w+://|[\w.-]+:\d|\w+\.\w+\.|[0-9a-f]{8}-[0-9a-f]{4}-|v?\d+\.\d|\w+\(|[\w-]+@)"
)


def _is_generated(text: str) -> bool:
    """Say whether a last word could be a password that was made: no time, path, address, id, version or call."""
    return values.is_made_up(text) and not _NO_PASSWORD.match(text) and not is_prose(text)


_TOLD_BY = ("value", "input")


def _told_later(named: str) -> re.Pattern[str]:
    """Match the value of a label that is itself a value: `"name": "label", "value": "x"`."""
    between = r"[^{}\r\n]{0,160}?\b(?:value|input|input_value)"
    keep = rf"(?P<keep>(?:{named}){_Q}?{between}{_Q}?(?:\s?[:=]\s?(?:\{{\s?{_Q}\w{{1,20}}{_Q}\s?:\s?)?|\s(?=[\[\"'])))"
    return re.compile(rf"(?i){keep}{values.NOTHING}(?:{values.QUOTED})")


KINDS = (
    Kind("secret", _told_later(f"{_SECRETS}|{alternatives(_SSN)}|{_PATIENTS}|{alternatives(_BIRTH)}"), needs=_TOLD_BY),
    _behind(
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
        re.compile(
            rf"(?i)(?P<keep>\b(?:{_CODES})(?: for [\w@.-]{{1,40}})?(?: is|:| =)?"
            rf" {{1,2}})(?!\[redacted)\d{{3}}[ -]?\d{{1,5}}(?![\w-])"
        ),
        needs=_OF_CODES,
    ),
    Kind(
        "secret",
        re.compile(
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
        re.compile(
            r"(?i)(?P<keep>\b(?:identified (?:with \S{1,60} )?by|passwor[dt]|passwd|passphrase|passcode)"
            r"(?: is| was| to| set to| was set to| changed to| was changed to| reset to)?(?: |\()\(?)(?=[\"'])"
            rf"{values.NOTHING}(?:{values.QUOTED})"
        ),
        lambda text: not is_prose(text) and not re.match(r"[\"']\W", text),
        begins=sought.letters(("passwd", "identified")),
    ),
    Kind(
        "secret",
        re.compile(
            r"(?i)(?P<keep>\bset password for [^=\r\n]{1,120}= ?(?:password\()?"
            r"|\b(?:new|temporary|temp|initial|default|one-time)[ -]passwor[dt](?: for [\w@.-]{1,60})?(?:(?: is|:"
            r"| =) | (?=\S{0,40}(?-i:[A-Z0-9])))"
            r"|\bpasswor[dt] (?:for|of) (?:user |account |the )?[\w@.-]{1,60}(?: is|:| =) ?|\bpasswor[dt] [\w@.-]{1,60} = "
            r"|\b(?:login|logged in|authenticat\w{1,6}|credentials|connect\w{0,3}) (?:with|as|using) [\w.@-]{1,60}:(?=[^\s/]{0,40}\d)"
            r"|\bpasswor[dt](?: was)? (?:set|changed|reset) to (?=\S{0,40}(?-i:[A-Z0-9]))"
            r"|\b(?:user|username|login|uid|usr)[\"']?\s?[:=]\s?[\"']?[^\s\"',;&:=]{1,80}[\"']?[,;&]?\s?[\"']?pass[\"']?\s?[:=]\s?"
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
        re.compile(
            r"(?i)(?P<keep>(?<![\w:]):[\w-]{0,30}(?:password|secret|token|api-key)\s(?=\")"
            r"|<\w{1,30} (?:key|name|id)=\"[^\"<>]{0,60}(?:password|passwd|secret|token|api[-_.]?key|credential)\">)"
            rf"{values.NOTHING}(?:{values.QUOTED}|[^\s\"',;&|<>]{{4,}})"
        ),
        _is_word_of_secrets,
        needs=("pass", "secret", "token", "api", "credential"),
    ),
    Kind(
        "secret",
        re.compile(
            r"(?i)(?<![\w.-])\d{3}[ -]?\d{1,5}(?= (?:as|is) (?:your|the) (?:[\w-]{1,20} ){0,3}(?:code|otp|pin"
            r"|passcode)\b)"
            r"|(?P<keep>\b(?:code|otp|pin) )\d{4,8}(?= (?:was |has been )?(?:sent|texted|e?mailed))"
        ),
        needs=_OF_CODES,
    ),
    Kind(
        "secret",
        re.compile(
            rf"(?i)(?P<keep>\b(?:name|key|field|param\w{{0,8}}){_Q}?\s?[:=]\s?{_Q}?[\w.-]{{0,40}}?(?:{_SPOKEN_VALUES}){_Q}?[,;]?\s{{1,12}}"
            rf"{_Q}?value{_Q}?\s?[:=]\s?){values.NOTHING}(?:{values.QUOTED}|{values.WORD})"
        ),
        lambda text: not is_prose(text),
        needs=_TOLD_BY,
        begins=sought.letters(("name", "key", "field", "param")),
    ),
    *tokens.COMMANDS,
    Kind(
        "secret",
        re.compile(r"(?P<keep>\[redacted: secret\] (?:->|=>|\u2192|to) )(?!\[)(?:\"[^\"]*\"|'[^']*'|[^\s,;]{4,})"),
        lambda text: not is_prose(text),
        needs=("[redacted: secret] ",),
    ),
    Kind(
        "secret",
        re.compile(
            r"(?:(?P<keep>(?:(?<![^\n>])|(?<=> ))PASS |(?<!\S)\w{1,8} LOGIN \S{1,60} |\bAUTH (?:PLAIN|LOGIN|XOAUTH2|CRAM-MD5) |\"AUTH\" (?:\"[^\"]{1,80}\" )?(?=\"))"
            r")(?!\[redacted)[^\s/]{4,}(?=\s*$)"
        ),
        lambda text: not is_prose(text) and not text.endswith((":", ")")),
        needs=("pass ", " login ", "auth plain", "auth login", "auth xoauth2", "auth cram", '"auth" '),
    ),
    Kind(
        "secret",
        re.compile(
            r"(?i)(?P<keep>\b(?:token|secret|api[ _-]?key|passphrase)\b[^\r\n:=]{0,60}(?:generated|created|issued|obtained|received"
            r"|returned)[^\r\n:=]{0,20}: ?)(?![\[%$?({<])[\"']?[^\s\"']{12,200}[\"']?\s*$"
        ),
        _is_generated,
        needs=("token", "secret", "key", "passphrase"),
    ),
    Kind(
        "secret",
        re.compile(
            r"(?i)(?P<keep>(?<!\S)[\w-]{1,40}(?:\.[\w-]{1,40}){1,6}[.-](?:password|passwd|secret|token|api[-_]?key) {1,4})"
            r"(?!\[redacted)[^\s:=(]{4,200}(?=\s*$)"
        ),
        values.is_made_up,
        needs=("password ", "passwd ", "secret ", "token ", "key "),
    ),
    Kind(
        "secret",
        re.compile(r"(?P<keep>[?&](?:key|ticket|auth)=)[\w.~%+/-]{16,400}"),
        values.is_made_up,
        needs=("key=", "ticket=", "auth="),
    ),
    Kind(
        "secret",
        re.compile(
            r"(?i)(?P<keep>/(?:verify|verification|confirm|confirmation|reset|activat\w{1,4}|invit\w{1,6}|unsubscribe|magic|recover\w{0,2})"
            r"[\w-]{0,20}/(?:[\w-]{1,20}/)?)[\w-]{20,400}(?![\w-])"
        ),
        values.is_made_up,
        needs=("/verif", "/confirm", "/reset", "/activat", "/invit", "/unsubscribe", "/magic", "/recover"),
    ),
    Kind(
        "secret",
        re.compile(
            r"(?i)(?P<keep>\bpasswor[dt]s?\b[^\r\n:=]{0,100}\b(?:for|is|generated|following|reset|temporary|new|initial|to|of)\b[^\r\n:=]{0,60}:\s{0,4})(?![\[%$?({<])[\"']?[^\s\"']{6,100}[\"']?\s*$"
        ),
        _is_generated,
        needs=("password", "passwort"),
    ),
    _behind("licence number", "dea", frozenset(("de",)), r"[A-Z][A-Z9]\d{7}(?!\w)"),
    _numbered("record number", _OF_CARE_NUMBERS),
    Kind(
        "record number",
        re.compile(
            r"(?i)(?P<keep>\b(?:patient|member|subscriber|enrollee|insured) )[a-z]{0,4}-?\d{5,12}(?![\w:.-]| (?:rows?|records?|ms|s|bytes)\b)"
        ),
        needs=("patient ", "member ", "subscriber ", "enrollee ", "insured "),
    ),
    Kind(
        "date of birth",
        re.compile(
            rf"(?i)(?P<keep>(?<![\w./])(?:{alternatives(_BIRTH)})(?!\w)[^\r\n]{{0,40}}?[\"'])(?:{values.DATE})(?=[\"'])"
        ),
        values.has_digits,
        begins=sought.letters(_BIRTH),
    ),
    Kind(
        "date of birth",
        re.compile(
            rf"(?i)(?P<keep>[\"'])(?:{values.DATE})(?=[\"'] (?:as|for|in|is|of) [\w ]{{0,24}}?\b(?:{alternatives(_BIRTH)})(?!\w))"
        ),
        values.has_digits,
        needs=("dob", "birth", "born"),
    ),
    Kind("secret", re.compile(r"(?i)(?P<keep>\bcv[vc]2?:? )\d{3,4}(?![\w.-])"), needs=("cvv", "cvc")),
    _numbered("device", f"{labels.DEVICES}, serial"),
    _numbered("licence number", f"{labels.LICENCES}, license, licence, permit"),
    _numbered("account number", labels.ACCOUNTS),
    _behind(
        "account number",
        "bic/iban|iban",
        frozenset(("bi", "ib")),
        r"[A-Z]{2}\d{2}[\dA-Z ]{10,34}",
        values.has_digits,
    ),
    Kind("record number", re.compile(r"(?i)(?P<keep>\bpatient ?# ?)[a-z]{0,3}-?\d{4,}(?![\w:.-])"), needs=("patient",)),
    Kind(
        "social security number",
        re.compile(r"(?i)(?P<keep>\blast (?:four|4)(?: digits)?(?: of)?(?: the)? (?:ssn|social):? ?)\d{4}(?!\w)"),
        needs=("ssn", "social"),
    ),
    Kind(
        "name",
        re.compile(
            r"[\"']?(?:[A-ZÀ-Þ][\w'\u2019.-]{0,30},? ){1,3}[A-ZÀ-Þ][\w'\u2019-]{1,30}[\"']?"
            r"(?= ?(?:<|\(|&lt;)\[redacted: email address\])"
        ),
        needs=("[redacted: email address]",),
    ),
    Kind(
        "IP address", re.compile(rf"(?P<keep>\bfrom )(?:{values.IP})(?= port \d)"), values.is_public, needs=(" port ",)
    ),
    _behind(
        "IP address",
        alternatives([each for each in phrases(labels.IPS) if " " in each]),
        sought.letters(phrases(labels.IPS)),
        values.IP,
        values.is_public,
    ),
    Kind(
        "social security number",
        re.compile(r"(?i)(?P<keep>\bssn end(?:s|ing) (?:in|with) )\d{4}(?!\w)"),
        needs=("ssn",),
    ),
    Kind("address", re.compile(r"(?P<keep>\b(?:ZIP|zip|Zip)(?: [Cc]ode)? )\d{5}(?:-\d{4})?(?![\w.-])"), needs=("zip",)),
    Kind(
        "phone number",
        re.compile(
            rf"(?i)(?P<keep>(?<![\w./-])(?:tel|phone|telephone|fax|mobile|cell)\.?(?: no\.?"
            rf"| number)?:? )(?:{values.PHONE})(?![\w.-])"
        ),
        lambda text: sum(map(str.isdigit, text)) in range(8, 16),
        needs=("tel", "phone", "fax", "mobile", "cell"),
    ),
    Kind(
        "IP address",
        re.compile(
            rf"(?i)(?P<keep>\b(?:from|by|of) (?:(?:client |user "
            rf"|remote )?ip(?: address)? ?:? ?))(?:{values.IP})(?![\w])"
        ),
        values.is_public,
        begins=frozenset(("fr", "by", "of")),
    ),
    Kind(
        "IP address",
        re.compile(rf"(?i)(?P<keep>\blog(?:in|ged in|on)\b[^,;\r\n]{{0,60}}? from )(?:{values.IP})"),
        values.is_public,
        needs=("log",),
    ),
    Kind("IP address", re.compile(rf"(?P<keep>\bclient: )(?:{values.IP})(?=,)"), values.is_public, needs=("client: ",)),
    _behind("date", _CARE, sought.letters(_OF_CARE), values.DATE, values.has_digits),
    _spoken("social security number", _SSN, values.SSN),
    _behind("record number", _PATIENTS, sought.letters(labels.patients()), values.NUMBER),
    _spoken("account number", _told(labels.ACCOUNTS), values.IDENTIFIER, values.has_digits),
    _spoken("licence number", _told(labels.LICENCES), values.IDENTIFIER, values.has_digits),
    _spoken("vehicle", _told(labels.VEHICLES), rf"{values.PLATE}|{values.IDENTIFIER}", values.has_digits),
    _spoken("device", _told(labels.DEVICES), values.IDENTIFIER, values.has_digits),
    _spoken("date of birth", _BIRTH, values.DATE),
)
