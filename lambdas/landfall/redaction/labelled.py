"""Removes values after a label, in all forms in which programs write them, in one pass over a text.

Each place where a value could begin is checked once, and the label is read backwards from there for a limited length.
So the time is linear in the length of every text.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from landfall.redaction import aws, label_words, meanings, sought, values
from landfall.redaction.kind import MARK
from landfall.redaction.meanings import MEANINGS, NAMES, SECRET
from landfall.text.lazy_pattern import Later

_Q = r"(?:\\{0,8}[\"']|%22|%27|&quot;|&#39;|\\u0022|`)"
_CALL = (
    r"(?>(?:\{\s?[\"']?(?:value|text|display|raw|plain)[\"']?\s?[:=]\s?|[bu](?=[\"'])|(?:[Ss]tr(?:ing)?|SecretStr"
    r"|Optional|Option|[Bb]ytes|[Tt]ext|[Aa]ny|char|[Oo]bject)(?:\[\w{1,20}\]|<\w{1,20}>)?[?!]?\s=\s(?=[\"'])"
    r"|string\(\d{1,9}\) ?"
    r"|(?!(?:getenv|env|ENV|fetch|get|lookup|prompt|input|require|read|load)\()"
    r"(?:[A-Za-z]\w{0,30}|datetime\.\w{1,10})\((?=[\"'\d\[])|N(?='))?)"
)
"""What programs put around a value, except calls that look one up."""
_SET = Later(
    r"(?i)(?<![\w-])(?:ENV|ARG|setenv|setx|set -\w{1,3}|proxy_set_header|fastcgi_param|add_header|RequestHeader set"
    r"|config set|configure set|setex|secret put|secret set) (?P<label>[\w.-]{2,80})(?P<place>\s{1,4})(?=[^\s=])"
)
"""Words of commands and settings that are followed by a label, a blank and a value."""
_STARTS = r"\\\"'%&`\])\s#*.(|,?:=\-⇒→\uff1a\uff1d"
"""The first characters of such a place. Nearly all other characters of a text cost only one look-up."""
_PLACE = Later(
    # label=value, "label": "value"
    rf"(?=[{_STARTS}])(?:{_Q}?(?:\]|%5D)?\)?(?: ?(?:[#*]|\.{{1,40}})| \(\w{{1,20}}\))?\s{{0,12}}(?:=>|:=|\?=|::(?=\s\S)"
    rf"|[:=⇒→\uff1a\uff1d]|->|%3A|%3D|\\u003[dDaA])(?>(?:\s|%20){{0,20}}){_CALL}"
    r"|\s(?:IN|in|LIKE|like|ILIKE)\s?\(?(?=['\"])"  # label IN ('value')
    r"|['\"],\s?b(?=['\"])"  # (b'label', b'value')
    r"|(?<=\w)\",\s(?=\"[^\"]{1,200}\"\](?:,\s\[|\]))"  # [["label", "value"], …]
    r"|(?P<cell>\t| ?\| ?)(?=[^\s|])"  # label|value
    r"|(?P<pair>['\"],\s?)(?=(?P<q>['\"])[^'\"\s]{4,120}(?P=q)\s?[)\]])"  # ('label', 'value')
    r"|(?P<said>\s(?:(?:is|was|set to|changed to)\s)?(?=[\"'`][^\"'`\s]{6,200}[\"'`])"  # label was "value"
    r"|(?<=\w),\s?(?:<<)?(?=\"[^\"\s]{4,200}\"))"  # {label,"value"}
    r"|\s{1,4}value\s?=\s?(?=[\"'])"  # <label value="value"/>
    r")"
)
_TAG = Later(r"<(?:[\w-]{1,40}:)?(?P<label>[\w.-]{1,80})(?P<place>(?:\s[^<>]{1,300})?>)(?=[^<>\s])")
_WHERE_PEOPLE_ARE = Later(
    r"\b[gG]iven[\"']?(?:\[\d{1,3}\]|\])?\s?[=:>]|[bB]irth_?[dD]ate|HumanName|resourceType|\bPatient[/?]"
    r"|RelatedPerson|Practitioner"
    r"|<family value=|\"name\":\s?\[?\{[^{}]{0,80}?\"family\"|\buse\W{1,8}(?:official|usual|maiden)"
)


_TOLD_OF_PEOPLE = ("mrn", "dob", "ssn", "birth", "patient", "phone", "mail")
_RECORDS = Later(
    r"(?i)\b(?:mrn|dob|ssn|date_?of_?birth|birth_?date|patient_?id)[\"']?\s?[=:]|\b(?:e-?mail"
    r"|phone)\w{0,10}[\"']?\s?[=:]\s?[\"']?(?:\[redacted|\+?\d)"
)
"""If a text has one of these words, a bare `name` is a person's."""
_FORM = Later(r"\bname=\"(?P<label>[\w.\[\]-]{1,80})(?P<place>\"\s{2,8})(?!\w{1,20}=)(?=\S)")
_KEYED = Later(
    r"<(?i:key|name)>(?P<label>[\w.-]{1,80})(?P<place></(?i:key|name)>\s{0,20}<(?i:string|value|data)>)(?=[^<\s])"
)
_SETTER = Later(
    r"(?i)(?<![\w])(?:define|setenv|putenv|setProperty|set|put|setItem|append|header|setHeader|setRequestHeader"
    r"|addHeader"
    r"|option|with|param|attribute)\(\s?[\"'](?P<label>[\w.-]{2,80})(?P<place>[\"'],\s?)(?=[\"'])"
)
_QUOTED = Later(r"(?s)(?P<quote>\\{0,8}[\"']|%22|&quot;|\\u0022|`).*(?P=quote)")
_OTHERS = (("(", _SETTER), ("<", _TAG), ("e", _SET), ('name="', _FORM), ("</", _KEYED))


def secrets(text: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield the secrets after labels in a text: the label's words, and the value."""
    at = 0
    for start, end, _ in _places(text):
        meaning = meanings.of(text, start) if start >= at else None
        stop = meaning.value.end(text, end) if meaning is MEANINGS[SECRET] else None
        if stop is not None:
            at = stop
            yield label_words.before(text, start).words, text[end:stop]


def secret_words(name: str) -> tuple[str, ...]:
    """Return the words of a name that is a label of secrets; none if it is not."""
    named = meanings.of(name, len(name)) is MEANINGS[SECRET]
    return label_words.before(name, len(name)).words if named else ()


@dataclass(frozen=True)
class Labelled:
    """All kinds of `names` that are recognised by a label, in one pass."""

    names: frozenset[str] = field(default_factory=lambda: frozenset(NAMES))

    def redact(self, text: str) -> str:
        """Replace each value by a mark. An ARN is kept, since it names a secret but doesn't hold it."""
        records = sought.holds(text, _TOLD_OF_PEOPLE) and bool(_RECORDS.search(text))
        people, own = bool(_WHERE_PEOPLE_ARE.search(text)), aws.arns(text)
        parts: list[str] = []
        at = 0
        for start, end, listed in _places(text):
            if start < at or any(a < start and end <= b for a, b in own):
                continue
            meaning = meanings.of(text, start, people=people, records=records)
            if meaning is None or meaning.kind not in self.names:
                continue
            stop = meaning.value.end(text, end)
            # in a list, the second of two words may be a label too, so a value must have a digit there
            if stop is not None and (not listed or values.has_digits(text[end:stop])):
                parts += (text[at:end], _marked(text[end:stop], meaning.kind))
                at = stop
        return "".join((*parts, text[at:]))

    def without(self, off: Collection[str]) -> Labelled | None:
        """Return the rest of it; None if nothing is left."""
        names = self.names - frozenset(off)
        return Labelled(names) if names else None


def _marked(value: str, kind: str) -> str:
    """Return the mark in the value's own quotes: what is around it stays as it was, such as valid JSON."""
    quoted = _QUOTED.fullmatch(value)
    quote = quoted["quote"] if quoted else ""
    return f"{quote}{MARK.format(kind)}{quote}"


def _places(text: str) -> Iterator[tuple[int, int, bool]]:
    """Yield where labels end and values begin, in order, and whether both are in a list."""
    signs = (
        (match.start(), match.end(), bool(match["pair"] or match["cell"] or match["said"]))
        for match in _PLACE.finditer(text)
    )
    others = [pattern for sign, pattern in _OTHERS if sign in sought.folded(text)]
    return heapq.merge(signs, *(_places_of(pattern, text) for pattern in others)) if others else signs


def _places_of(pattern: Later, text: str) -> Iterator[tuple[int, int, bool]]:
    return ((match.start("place"), match.end(), False) for match in pattern.finditer(text))
