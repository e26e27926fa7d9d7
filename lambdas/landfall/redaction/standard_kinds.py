"""The kinds of personal and secret data that are recognised by their form, or by the label before them.

Patterns are simple enough for a search in nearly linear time, since the text is foreign.
"""

from __future__ import annotations

from collections.abc import Callable

from landfall.redaction import aws, headers_and_sql, health_records, meanings, spoken, vendor_tokens
from landfall.redaction.kind import Kind, Standard
from landfall.redaction.labelled import Labelled
from landfall.redaction.prose import is_prose
from landfall.text.lazy_pattern import Later

AWS_KEY = r"\b(?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{16}\b"
PRIVATE_KEY = r"-----BEGIN [A-Z ]{0,20}PRIVATE KEY"
SSN = r"(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])"
_ISSUERS = Later(r"3[0-9]|4|5[0-9]|6|2[2-7]")
_NO_DOMAINS = ("png", "jpg", "jpeg", "gif", "svg", "webp", "ico", "js", "css", "map", "service", "timer", "socket")
_PUBLIC = (
    *("LS0tLS1CRUdJTiBDRVJUSUZJQ0FUR", "LS0tLS1CRUdJTiBQVUJMSUMg"),
    *("AAAAB3NzaC1yc2", "AAAAC3NzaC1lZDI1NTE5", "AAAAE2VjZHNhLXNoYTI"),
)
"""How a certificate and a public key begin in base64: as in a kubeconfig, and those of SSH (RFC 4253, 6.6)."""
_PATH = Later(r"/?(?>(?:(?>(?:[A-Z]?(?>[a-z]{2,24})){1,6})|[A-Z]{1,12}|[a-z]{0,2}\d{1,4})(?:[/_-]|$)){2,40}")
"""Words of a language that are joined to a path."""
_DIGITS_OF_A_PHONE = range(8, 16)  # ITU-T E.164 allows 15


def _is_card(text: str) -> bool:
    """Say whether digits are a payment card's: issuer's digits first, check digit last (ISO/IEC 7812-1)."""
    digits = [int(c) for c in text if c.isdigit()]
    summed = [d if n % 2 == 0 else sum(divmod(2 * d, 10)) for n, d in enumerate(reversed(digits))]
    return bool(_ISSUERS.match(text)) and sum(summed) % 10 == 0 and len(set(digits)) > 1


def _is_random(text: str) -> bool:
    """Say whether a text looks like a key: mixed case and digits.

    A hex digest has one case, a path has more slashes.
    """
    if text.startswith(_PUBLIC) or _PATH.fullmatch(text):
        return False
    mixed = any(map(str.isupper, text)) and any(map(str.islower, text)) and any(map(str.isdigit, text))
    return mixed and text.count("/") * 12 <= len(text)


def _is_address(text: str) -> bool:
    return not text.startswith("git@") and not text.lower().endswith(_NO_DOMAINS)


def _is_iban(text: str) -> bool:
    """Say whether a text is an IBAN: read as one number, it leaves 1 when divided by 97 (ISO 13616)."""
    plain = text.replace(" ", "")
    return int("".join(str(int(each, 36)) for each in plain[4:] + plain[:4])) % 97 == 1


def _is_phone(text: str) -> bool:
    return sum(map(str.isdigit, text)) in _DIGITS_OF_A_PHONE


def _kind(name: str, pattern: str, really: Callable[[str], bool] = lambda _: True, needs: tuple[str, ...] = ()) -> Kind:
    return Kind(name, Later(pattern), really, needs=needs)


def _looks(name: str, pattern: str, really: Callable[[str], bool] = lambda _: True) -> Kind:
    """Make a kind that recognises data only by its form."""
    return Kind(name, Later(pattern), really, aws.words)


KINDS: tuple[Standard, ...] = (
    _kind("private key", PRIVATE_KEY + r"(?s:.*?-----END [A-Z ]{0,30}-----|.*)", needs=("private key",)),
    *health_records.KINDS,
    _kind("row", r"(?P<keep>Key \([^)]{1,200}\)=|Failing row contains )\(.*", needs=("key (", "failing row")),
    _kind("row", rf"(?i)(?P<keep>{headers_and_sql.INSERT})\((?!\$\d|\?|%s|:).*", needs=("insert into",)),
    _kind(
        "row",
        rf"(?i)(?P<keep>{headers_and_sql.INSERT}\([^()]{{0,200}}?(?:\$\d|\?|%s)[^()]{{0,400}}\)[;,] ?)(?=\S).+",
        needs=("insert into",),
    ),
    _kind(
        "URL password",
        r"(?P<keep>\b[a-zA-Z][\w+.-]{1,20}://[^\s:/@\"']{0,100}:)(?!\*{3}|\d{1,5};)[^\s/@\"']{1,200}(?=@)",
        needs=("://",),
    ),
    _kind(
        "URL password",
        r"(?P<keep>(?<![\w.-])[\w.-]{1,60}[:/])[^\s:/@\"']{1,100}(?=@(?:tcp\(|unix\(|//))",
        needs=("@tcp(", "@unix(", "@//"),
    ),
    _kind(
        "URL password",
        r"(?P<keep>(?<![\w.-])[\w.-]{1,100}\.[a-z]{2,24}:\d{2,5}:[\w*-]{1,40}:[\w*-]{1,40}:)(?!\[redacted)\S+",
    ),
    _kind(
        "URL password",
        r"(?P<keep>://)(?!\[redacted)(?=[^\s/@]{0,100}\d)[\w.~%+-]{16,200}(?=@[\w.-]+)",
        needs=("://",),
    ),
    _kind(
        "header",
        headers_and_sql.HEADER,
        lambda text: not is_prose(text) and not text.strip().isdigit(),
        ("authorization", "cookie", "signature"),
    ),
    _kind("token", r"\beyJ[\w-]{8,}(?:\.[\w-]+){0,4}", needs=("eyj",)),
    _kind(
        "token",
        r"(?i)(?P<keep>(?:bearer|basic)(?: |%20|\+){1,3})(?=[^\s\"',]{0,200}\d)[\w+/.~-]{8,}=*(?![\w=])",
        needs=("bearer", "basic"),
    ),
    _kind("AWS access key", AWS_KEY, needs=("akia", "asia", "abia", "acca")),
    *vendor_tokens.KINDS,
    _kind(
        "password hash",
        r"\$2[abxy]?\$\d\d\$[\w./]{22,}|\$(?:[156y]|apr1|sha1|argon2\w{1,2}|scrypt|pbkdf2[\w-]{0,20})\$[\w./$,=+-]{16,}"
        r"|\{(?:S?SHA|S?MD5|CRYPT|PBKDF2)\d{0,3}\}[\w+/=.$-]{8,}"
        r"|\b(?:scrypt|pbkdf2):[\w:]{3,40}\$[\w./]{4,64}\$[0-9a-f]{32,}",
        needs=("$", "}"),
    ),
    _kind(
        "email address",
        r"(?<![a-zA-Z0-9.%+-])(?:(?<!://)[a-zA-Z0-9_.%+-]{1,64}?@|[a-zA-Z0-9_.%+-]{1,64}?(?:%(?:25)?40"
        r"|\\u0040))(?:[\w-]{1,63}\.){1,8}[a-zA-Z]{2,24}(?![a-zA-Z])",
        _is_address,
        ("@", "40"),
    ),
    _kind(
        "secret",
        r"(?P<keep>\[redacted: email address\]:)(?!\[redacted)[^\s/]\S{3,}",
        needs=("[redacted: email address]:",),
    ),
    Labelled(),
    *spoken.KINDS,
    _kind(
        "age",
        r"(?P<keep>\b(?:is|an?|aged?|patient|,) ?)(?:9\d|1[01]\d)(?=[ -]years?\b| ?y/?o\b)",
        needs=("year", "yo", "y/o"),
    ),
    _looks("social security number", SSN),
    _kind(
        "record number",
        r"(?i)(?P<keep>\b(?:patients?[/|]|(?:mrn|icn)[/|-]))[a-z]{0,4}-?\d[\w-]{2,}",
        needs=("patient", "mrn", "icn"),
    ),
    _looks("phone number", r"(?<![\w.:/-])(?:\+?\d{1,3}[ .-])?\(?[2-9]\d{2}\)?[ .-]\d{3}[ .-]\d{4}(?![\w-])"),
    _looks("phone number", r"(?<![\w+])\+\d{1,3}(?:[ .-]?\(?\d{1,4}\)?){2,5}(?![\w-])", _is_phone),
    _kind("account number", r"(?<![\w-])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![\w-])", _is_iban),
    _kind(
        "address",
        r"(?<![\w.:/-])\d{1,5}[A-Z]? (?!Hard|Flash|Google|Tape|Disk|Thumb|One"
        r"|Shared)(?:[A-Z][a-z]{1,20} ){1,3}(?:Street|St|Avenue|Ave|Road|Rd"
        r"|Lane|Ln|Drive|Boulevard|Blvd|Court|Crescent|Terrace|Square|Highway|Parkway)\b(?=\s*$|[,\"'.;)\]}<&|]"
        r"| (?:Apt|Unit|Suite|App))",
    ),
    _kind("age", r"(?<![\w.-])(?:9\d|1[01]\d)(?=-year-old\b)", needs=("-year-old",)),
    _looks("card number", r"(?<![\w.-])\d(?:[ +-]?\d){12,18}(?![\w-])", _is_card),
    _looks("key", r"(?<![\w+/=-])(?:[\w+/-]{40,}={0,2}|[\w+/-]{30,}={1,2})(?![\w+/=-])", _is_random),
)
"""The kinds in the order of the search: more specific kinds first."""
NAMES = tuple(dict.fromkeys((*(kind.name for kind in KINDS if isinstance(kind, Kind)), *meanings.NAMES)))
"""The names that `off` can have."""
