"""Records of people's health by their form: HL7 and its segments, X12, FHIR, DICOM, and objects called patient."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from landfall.later import Later
from landfall.redaction import values
from landfall.redaction.kind import Kind

_RECORD = "patient record"
_PEOPLE = r"patient|subscriber|member|beneficiary|insured|guarantor|next_?of_?kin|emergency_?contact|person"
_NOT_NAMES = (
    r"(?!(?:Portal|Service|Services|Record|Records|List|Lookup|Search|Id|ID|Name|Names|Not|No|Api|API|Data|Database"
    r"|Export|Import|Intake|Index|Mapper|Matcher|Matching|Access|Account|Registration|Summary|Status|Store|Sync|Table"
    r"|Update|View|Was|Is|Has|With|Controller|Repository|Resource|Handler|Module|Merge|Mrn|MRN|Discharge|Admission)\b)"
)
_CAPITAL = r"[A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ\u0100-\u017f]+(?:['\u2019-][A-Z]?[a-zß-öø-ÿ]+)?"


@dataclass(frozen=True)
class Within:
    """A kind that is looked for inside of something alone."""

    outer: Later
    kind: Kind

    def redact(self, text: str) -> str:
        """Put a mark in the place of each match."""
        return self.outer.sub(lambda match: self.kind.redact(match.group()), text)

    def without(self, off: Collection[str]) -> Within | None:
        """Return itself, or None."""
        return None if self.kind.name in off else self


def _kind(name: str, pattern: str) -> Kind:
    return Kind(name, Later(pattern))


KINDS: tuple[Kind | Within, ...] = (
    _kind(
        _RECORD,
        r"(?:PID|PD1|NK1|GT1|IN[12]|MRG)\|.+|NM1\*.+|(?<![\w*])(?:DMG|N3|N4|PER|CLM|SBR|REF\*(?:SY|0F|1W|EA|EJ|23|IG"
        r"|1L))\*[^~\r\n]+"
        r"|\{?\"resourceType\": ?\"(?:Patient|Person|RelatedPerson)\".+",
    ),
    _kind(_RECORD, rf"(?P<keep>(?i:\"(?:{_PEOPLE})\"): ?\{{)(?:[^{{}}]|\{{[^{{}}]*\}}){{1,2000}}"),
    _kind(
        _RECORD,
        r"(?P<keep>\b(?:Patient|Member|Subscriber|Guarantor)(?:DTO|Dto|Record|Entity)?[({\[]"
        r" ?)(?=\w{1,40}[=:])[^(){}\[\]]+",
    ),
    _kind(_RECORD, r"(?P<keep>\b(?:PID|NK1|GT1|IN1)[-.]\d{1,2}(?:\.\d{1,2})?(?: ?[=:] ?| ))(?!\[redacted)[^\s,;]+"),
    _kind(_RECORD, r"(?P<keep>\(0010,[0-9a-fA-F]{4}\) [A-Z]{2} \[)(?!\[?redacted)[^\]]+"),
    _kind(_RECORD, r"(?P<keep>(?<![\w,])\(?0010,?[0-9a-fA-F]{4}\)? [A-Z]{2} )(?![\[\s])[^\s#\[\]]+"),
    _kind("name", rf"(?<![\w^])(?:[A-Z]?\d{{3,12}}\^)?{_CAPITAL}\^{_CAPITAL}(?:\^[\w.]*)*"),
    Within(
        Later(r"\b(?:Patient|Person|RelatedPerson|Practitioner)(?:/_search)?\?[^\s\"'<>]+"),
        _kind(
            "patient record",
            r"(?P<keep>[?&](?:name|family|given|birthdate|identifier|address[\w-]*|phone|telecom|email|phonetic|_id"
            r"|_content"
            r"|death-date)(?::\w+)?=)(?!\[redacted)[^&#]+",
        ),
    ),
    _kind(
        "phone number",
        rf"(?P<keep>\"system\": ?\"(?:phone|fax|sms|pager)\", ?\"value\": ?){values.NOTHING}(?:{values.QUOTED})",
    ),
    _kind(
        "record number",
        rf"(?P<keep>\"identifier\": ?\[?\{{[^\]}}]{{0,300}}?\"value\": ?){values.NOTHING}(?:{values.QUOTED})",
    ),
    _kind(
        "address",
        rf"(?P<keep>\"address\": ?\[?\{{[^{{}}]{{0,200}}?\"(?:line|text)\": ?){values.NOTHING}(?:{values.QUOTED})",
    ),
    _kind(
        "name",
        r"(?P<keep>\"(?:[a-z]{1,20}_?)?(?i:customer|client|employee|contact|user|physician|doctor|practitioner"
        r"|caller|recipient|applicant"
        rf"|claimant|spouse)\": ?\{{[^{{}}]{{0,300}}?\"(?:name|full_?[nN]ame)\": ?)(?=\"{_CAPITAL}"
        rf" {_CAPITAL})(?:{values.QUOTED})",
    ),
    _kind(
        "name",
        r"(?P<keep>\"reference\": ?\"(?:Patient|RelatedPerson|Person"
        r"|Practitioner)/[^\"]{1,200}\",[^{}]{0,100}?\"display\": ?)"
        rf"{values.NOTHING}(?:{values.QUOTED})",
    ),
    _kind("age", r"(?P<keep>\"age\": ?\"?)(?:9\d|1[0-2]\d)(?![\w.])"),
    _kind("record number", r"(?i)(?P<keep>\bpatient(?:=|: ?|[\"']: ?[\"']?))[A-Z]{0,3}-?\d{4,}(?![\w:.-])"),
    _kind(
        "name",
        r"(?P<keep>\"(?:name\": ?\[?\{[^{}]{0,100}?\"text"
        r"|(?:subject|patient|beneficiary|individual|performer)\": ?\{[^{}]{0,200}?"
        rf"\"display)\": ?){values.NOTHING}(?:{values.QUOTED})",
    ),
    _kind("name", rf"(?P<keep>(?i:<(?:{_PEOPLE})>)\s{{0,8}}<name>)[^<>]+"),
    _kind("record number", r"(?P<keep><id\b[^<>]{0,120}?extension=)(?!\[redacted)\"[^\"]*\""),
    _kind("device", r"(?<![\w(])\(01\)\d{14}(?:\(\d\d\)[\w.-]{1,30})*"),
    _kind(
        "name",
        rf"(?P<keep>(?<![\w./])(?:[Pp]atient|PATIENT|[Ss]ubscriber|[Bb]eneficiary|[Gg]uardian|[Mm]ember) ){_NOT_NAMES}"
        rf"{_CAPITAL}(?:,? [A-Z]\.?)?,? {_NOT_NAMES}{_CAPITAL}(?![\w.]*[=(:])",
    ),
    _kind("name", rf"(?P<keep>(?<![\w.])(?:(?:Mr|Mrs|Ms|Miss|Dr)\.?) ){_CAPITAL}(?: {_CAPITAL})?(?![\w.]*[=(:])"),
)
