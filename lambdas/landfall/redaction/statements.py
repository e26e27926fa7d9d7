"""Headers and SQL statements that are removed as a whole, since they hold secrets or people's data."""

from __future__ import annotations

from landfall.redaction import behind, values
from landfall.redaction.labels import alternatives

_SIGN = (
    rf"{behind.Q}?(?:\]|%5D)?\)?\s{{0,4}}(?:=>|:=|[:=]|%3A|%3D)(?>(?:\s|%20){{0,4}})(?:[bu](?=[\"']))?"
    rf"|(?:\s[^<>]{{1,200}})?>(?=[^<>\s])"
    rf"|['\"],\s?b(?=['\"])"
)

INSERT = (
    rf"\binsert into [^()]{{1,60}}\((?=[^()]{{0,300}}?(?:{behind.SECRETS}|{behind.PATIENTS}|{behind.NAMES}"
    rf"|{alternatives(behind.SSN)}|{alternatives(behind.BIRTH)}))"
    r"[^()]{1,400}\)\s{0,3}values\s{0,3}"
)
HEADER = (
    rf"(?i)(?P<keep>(?<![\w-])(?:(?:proxy-)?authorization|[\w.-]{{0,60}}cookies?|(?:stripe"
    rf"|x)-(?:[\w-]{{1,30}}-)?signature[\w-]{{0,20}})"
    rf"(?:{_SIGN})){values.NOTHING}(?!(?:bearer|basic|token|digest|apikey)\s{{1,3}}(?:\*{{3}}|<|\[|\.{{3}}|$))"
    rf"(?:digest .+|\{{[^}}]*\}}|{values.QUOTED}|[^\"'\r\n]+)"
)
