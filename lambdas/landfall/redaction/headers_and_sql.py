"""Headers and SQL statements that are removed as a whole, since they hold secrets or people's data."""

from __future__ import annotations

from landfall.redaction import behind, values
from landfall.redaction.labels import alternatives

_SIGN = (
    rf"{behind.Q}?(?:\]|%5D)?\)?\s{{0,4}}(?:=>|:=|[:=]|%3A|%3D)(?>(?:\s|%20){{0,4}})(?:[bu](?=[\"']))?"
    rf"|(?:\s[^<>]{{1,200}})?>(?=[^<>\s])"
    rf"|['\"],\s?b(?=['\"])"
)

_SCHEME = r"\\{0,8}[\"']?(?:bearer|basic|token(?!\s{1,3}token=)|apikey|negotiate)(?:\s|%20){1,3}"
"""What stands before the credentials says only what they are (RFC 9110, 11.1). A digest's parameters are quoted."""
_REST = r"(?:=\"[^\"\r\n]{0,2000}\"(?=\s?;|\s*$)|[^\"'\r\n\\]|\\(?!\\{0,7}[\"']))+"
"""Up to a quote, which ends a text of JSON or of a program; but a cookie's value may be in quotes (RFC 6265, 4.1.1)."""
INSERT = (
    rf"\binsert into [^()]{{1,60}}\((?=[^()]{{0,300}}?(?:{behind.SECRETS}|{behind.PATIENTS}|{behind.NAMES}"
    rf"|{alternatives(behind.SSN)}|{alternatives(behind.BIRTH)}))"
    r"[^()]{1,400}\)\s{0,3}values\s{0,3}"
)
HEADER = (
    rf"(?i)(?P<keep>(?<![\w-])(?P<query>(?<=[?&]))?(?:(?:proxy-)?authorization|[\w.-]{{0,60}}cookies?|(?:stripe"
    rf"|x)-(?:[\w-]{{1,30}}-)?signature[\w-]{{0,20}})"
    rf"(?:{_SIGN})(?:{_SCHEME})?){values.NOTHING}"
    rf"(?!\\{{0,8}}[\"']?(?:bearer|basic|token|digest|apikey|negotiate)(?:\s|%20){{1,3}}(?:\*{{3}}|<|\[|\.{{3}}|$))"
    rf"(?(query)[^&\s\"']+|(?:digest .+|\{{[^}}]*\}}|{values.QUOTED}|{_REST}))"
)
"""In a query, the value ends where the next parameter begins."""
