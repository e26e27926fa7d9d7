"""Recognises health records by their form: HL7 and its segments, X12, FHIR, DICOM, and objects named patient."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from landfall.redaction import values
from landfall.redaction.kind import Kind
from landfall.text.lazy_pattern import Later

_RECORD = "patient record"
_MBI = "[AC-HJKMNP-RT-Y]"
"""Letters of a Medicare number: all but S, L, O, I, B and Z."""
_PEOPLE = r"patient|subscriber|member|beneficiary|insured|guarantor|next_?of_?kin|emergency_?contact|person"
_NOT_NAMES = (
    r"(?!(?:Portal|Service|Services|Record|Records|List|Lookup|Search|Id|ID|Name|Names|Not|No|Api|API|Data|Database"
    r"|Export|Import|Intake|Index|Mapper|Matcher|Matching|Access|Account|Registration|Summary|Status|Store|Sync|Table"
    r"|Update|View|Was|Is|Has|With|Controller|Repository|Resource|Handler|Module|Merge|Mrn|MRN|Discharge|Admission)\b)"
)
_CAPITAL = r"[A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ\u0100-\u017f]+(?:['\u2019-][A-Z]?[a-zß-öø-ÿ]+)?"


@dataclass(frozen=True)
class Within:
    """A kind that is searched only inside another match."""

    outer: Later
    kind: Kind

    def redact(self, text: str) -> str:
        """Replace each match by a mark."""
        return self.outer.sub(lambda match: self.kind.redact(match.group()), text) if "?" in text else text

    def without(self, off: Collection[str]) -> Within | None:
        """Return itself, or None."""
        return None if self.kind.name in off else self


def _kind(name: str, pattern: str, *needs: str) -> Kind:
    return Kind(name, Later(pattern), needs=needs)


_SEGMENTS = "pid| pd1| nk1| gt1| in1| in2| mrg| nm1* dmg* n3* n4* per* clm* sbr* ref* resourcetype".split()  # noqa: SIM905
_OPENS = ('": {', '":{')

KINDS: tuple[Kind | Within, ...] = (
    _kind(
        _RECORD,
        r"(?:PID|PD1|NK1|GT1|IN[12]|MRG)\|.+|NM1\*.+|(?<![\w*])(?:DMG|N3|N4|PER|CLM|SBR|REF\*(?:SY|0F|1W|EA|EJ|23|IG"
        r"|1L))\*[^~\r\n]+"
        r"|\{?\"resourceType\": ?\"(?:Patient|Person|RelatedPerson)\".+",
        *_SEGMENTS,
    ),
    _kind(_RECORD, rf"(?P<keep>(?i:\"(?:{_PEOPLE})\"): ?\{{)(?:[^{{}}]|\{{[^{{}}]*\}}){{1,2000}}", *_OPENS),
    _kind(
        _RECORD,
        r"(?P<keep>\b(?:Patient|Member|Subscriber|Guarantor)(?:DTO|Dto|Record|Entity)?[({\[]"
        r" ?)(?=\w{1,40}[=:])[^(){}\[\]]+",
        *("patient", "member", "subscriber", "guarantor"),
    ),
    _kind(
        _RECORD,
        r"(?P<keep>\b(?:PID|NK1|GT1|IN1)[-.]\d{1,2}(?:\.\d{1,2})?(?: ?[=:] ?| ))(?!\[redacted)[^\s,;]+",
        "pid",
        "nk1",
        "gt1",
        "in1",
    ),
    _kind(_RECORD, r"(?P<keep>\(0010,[0-9a-fA-F]{4}\) [A-Z]{2} \[)(?!\[?redacted)[^\]]+", "0010"),
    _kind(_RECORD, r"(?P<keep>(?<![\w,])\(?0010,?[0-9a-fA-F]{4}\)? [A-Z]{2} )(?![\[\s])[^\s#\[\]]+", "0010"),
    _kind("name", rf"(?<![\w^])(?:[A-Z]?\d{{3,12}}\^)?{_CAPITAL}\^{_CAPITAL}(?:\^[\w.]*)*", "^"),
    Within(
        Later(
            r"\b(?:(?:Patient|Person|RelatedPerson|Practitioner)(?:/_search)?"
            r"|(?:patients?|members|subscribers)(?:/(?:search|find|lookup))?)\?[^\s\"'<>]+"
        ),
        _kind(
            "patient record",
            r"(?P<keep>[?&](?:name|family|given|birthdate|identifier|address[\w-]*|phone|telecom|email|phonetic|_id"
            r"|_content|first_?name|last_?name|dob"
            r"|death-date)(?::\w+)?=)(?!\[redacted)[^&#]+",
        ),
    ),
    _kind(
        "phone number",
        rf"(?P<keep>\"system\": ?\"(?:phone|fax|sms|pager)\", ?\"value\": ?){values.NOTHING}(?:{values.QUOTED})",
        '"system"',
    ),
    _kind(
        "record number",
        rf"(?P<keep>\"identifier\": ?\[?\{{[^\]}}]{{0,300}}?\"value\": ?){values.NOTHING}(?:{values.QUOTED})",
        '"identifier"',
    ),
    _kind(
        "address",
        rf"(?P<keep>\"address\": ?\[?\{{[^{{}}]{{0,200}}?\"(?:line|text)\": ?){values.NOTHING}(?:{values.QUOTED})",
        '"address"',
    ),
    _kind(
        "name",
        r"(?P<keep>\"(?:[a-z]{1,20}_?)?(?i:customer|client|employee|contact|user|physician|doctor|practitioner"
        r"|caller|recipient|applicant"
        rf"|claimant|spouse)\": ?\{{[^{{}}]{{0,300}}?\"(?:name|full_?[nN]ame)\": ?)(?=\"{_CAPITAL}"
        rf" {_CAPITAL})(?:{values.QUOTED})",
        *_OPENS,
    ),
    _kind(
        "name",
        r"(?P<keep>\"reference\": ?\"(?:Patient|RelatedPerson|Person"
        r"|Practitioner)/[^\"]{1,200}\",[^{}]{0,100}?\"display\": ?)"
        rf"{values.NOTHING}(?:{values.QUOTED})",
        '"display"',
    ),
    _kind("age", r"(?P<keep>\"age\": ?\"?)(?:9\d|1[0-2]\d)(?![\w.])", '"age"'),
    _kind(
        "record number",
        r"(?i)(?P<keep>(?<!//)\bpatient(?:=|: ?|[\"']: ?[\"']?))[A-Z]{0,3}-?\d{4,}(?![\w:.-])",
        "patient",
    ),
    _kind(
        "name",
        r"(?P<keep>\"(?:name\": ?\[?\{[^{}]{0,100}?\"text"
        r"|(?:subject|patient|beneficiary|individual|performer)\": ?\{[^{}]{0,200}?"
        rf"\"display)\": ?){values.NOTHING}(?:{values.QUOTED})",
        *('"text"', '"display"'),
    ),
    _kind("name", rf"(?P<keep>(?i:<(?:{_PEOPLE})>)\s{{0,8}}<name>)[^<>]+", "<name>"),
    _kind("record number", r"(?P<keep><id\b[^<>]{0,120}?extension=)(?!\[redacted)\"[^\"]*\"", "extension="),
    # a Medicare number (CMS, "Understanding the Medicare Beneficiary Identifier Format")
    _kind(
        "record number",
        rf"(?<![\w-])[1-9]{_MBI}(?:{_MBI}|\d)\d-{_MBI}(?:{_MBI}|\d)\d-{_MBI}{{2}}\d{{2}}(?![\w-])",
        "-",
    ),
    _kind("device", r"(?<![\w(])\(01\)\d{14}(?:\(\d\d\)[\w.-]{1,30})*", "(01)"),
    _kind(
        "name",
        rf"(?P<keep>(?<![\w./])(?:[Pp]atient|PATIENT|[Ss]ubscriber|[Bb]eneficiary|[Gg]uardian|[Mm]ember) ){_NOT_NAMES}"
        rf"{_CAPITAL}(?:,? [A-Z]\.?)?,? {_NOT_NAMES}{_CAPITAL}(?![\w.]*[=(:])",
        *("patient ", "subscriber ", "beneficiary ", "guardian ", "member "),
    ),
    _kind(
        "name",
        rf"(?P<keep>\b(?:[Aa]ppointment|[Rr]eferral|[Pp]rescription|[Aa]dmission|[Vv]isit|[Cc]onsent"
        rf"|[Ll]ab results?) (?:for|of) ){_NOT_NAMES}"
        rf"{_CAPITAL} {_NOT_NAMES}{_CAPITAL}(?= ?[(,.]| (?:was|has|is|moved|on|at|by|and|to|in|with|from)\b|$)",
        *("appointment", "referral", "prescription", "admission", "visit", "consent", "lab result"),
    ),
    _kind(
        "name",
        rf"(?P<keep>(?<![\w.])(?:(?:Mr|Mrs|Ms|Miss|Dr)\.?) )(?!Teams|Watson|Office|Word"
        rf"|Excel){_CAPITAL}(?: {_CAPITAL})?(?![\w.]*[=(:])",
        *("mr", "ms", "miss", "dr"),
    ),
)
