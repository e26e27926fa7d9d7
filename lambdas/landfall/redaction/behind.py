"""Makes kinds for values that follow a label without a sign between them."""

from __future__ import annotations

from collections.abc import Callable

from landfall.redaction import aws, labels, sought, values
from landfall.redaction.kind import Kind
from landfall.redaction.labels import alternatives, phrases
from landfall.text.lazy_pattern import Later

SECRETS = alternatives([*phrases(labels.SECRETS), *phrases(labels.PHRASES)])
PATIENTS = labels.numbers_of_patients()
SSN = phrases(labels.SSN)
BIRTH = phrases(labels.BIRTH)
NAMES = alternatives(labels.names())
Q = r"(?:\\{0,8}[\"']|%22|%27|&quot;|&#39;|\\u0022|`)"


def spoken(kind: str, named: list[str], value: str, really: Callable[[str], bool] = values.any_value) -> Kind:
    """Make a kind for a value after a label in a sentence: `MRN #x`, `--password x`."""
    return behind(kind, alternatives(named), sought.letters(named), value, really)


def behind(  # noqa: PLR0917
    kind: str,
    named: str,
    begins: frozenset[str],
    value: str,
    really: Callable[[str], bool] = values.any_value,
    spares: Callable[[str], aws.Spans] = aws.nothing,
) -> Kind:
    """Make a kind for a value after a pattern of labels; `begins` are their first letters."""
    keep = rf"(?P<keep>(?<![\w./])(?<!\d:)(?:{named})\.?(?: is| was)?(?: ?# ?|: ?| {{1,8}})[\"']?)"
    return Kind(kind, Later(rf"(?i){keep}{values.NOTHING}(?:{value})"), really, spares, begins=begins)


def told(listed: str) -> list[str]:
    """Return the labels that are unambiguous without a sign after them: those of several words, and VIN."""
    return [each for each in phrases(listed) if " " in each or each in ("vin", "iban")]


def numbered(kind: str, listed: str) -> Kind:
    """Make a kind for a value after a label and a number sign: `DL# x`."""
    pattern = rf"(?i)(?P<keep>(?<![\w./-])(?:{alternatives(phrases(listed))})\s?#:? ?)(?:{values.IDENTIFIER})"
    return Kind(kind, Later(pattern), values.has_digits, needs=("#",), begins=sought.letters(phrases(listed)))


def told_later(named: str) -> Later:
    """Match the value of a label that is itself a value: `"name": "label", "value": "x"`."""
    between = r"[^{}\r\n]{0,160}?\b(?:value|input|input_value)"
    keep = rf"(?P<keep>(?:{named}){Q}?{between}{Q}?(?:\s?[:=]\s?(?:\{{\s?{Q}\w{{1,20}}{Q}\s?:\s?)?|\s(?=[\[\"'])))"
    return Later(rf"(?i){keep}{values.NOTHING}(?:{values.QUOTED})")
