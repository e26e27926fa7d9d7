"""Recognises what precedes a logger's line: the wrapper that carries it, time, host and process."""

from __future__ import annotations

from landfall.logs.level_words import of_word
from landfall.text.lazy_pattern import Later

_CLOCK = r"\d{1,2}:\d\d:\d\d(?:[.,:]\d{1,9})?(?:\s?[AaPp][Mm])?"
_ZONE = r"(?:\s?(?:Z|(?:UTC|GMT|[A-Z]{1,3}[SD]?T)(?=[\s\]:|])|[+-]\d\d:?\d\d))?"
TIME = (
    rf"(?:(?:(?:[A-Z][a-z]{{2}},? )?(?:\d{{4}}[-/.]\d\d[-/.]\d\d"
    rf"|\d{{1,2}}[-/. ][A-Za-z\u00c0-\u017f]{{3,9}}\.?[-/. ]\d{{4}}"
    rf"|\d{{1,2}}[/.]\d{{1,2}}[/.]\d{{2,4}}|\d\d-\d\d(?:-\d\d)?|[A-Z][a-z]{{2}} [ \d]?\d(?:,? \d{{4}})?))"
    rf"(?:,?[T :]| - |\s){{1,2}}{_CLOCK}(?: \d{{4}})?{_ZONE}|{_CLOCK}{_ZONE}"
    r"|\d{10}(?:\.\d{1,9}|\d{3})?(?=[\]:\s])|\d{4}[-/]\d\d[-/]\d\d(?=[\]\s]))"
)
_CARRIED = Later(
    r"(?:\d{4}-\d\d-\d\dT[\d:.]{8,20}(?:Z|[+-]\d\d:\d\d) )?(?:stdout|stderr) [FP] "  # CRI
    r"|(?P<name>[a-z][\w.-]{0,60})\s{0,20}\| (?=\S)"  # Docker Compose
    r"|\[(?:pod|container)/[\w./-]{1,200}\] "  # kubectl logs --prefix
    r"|(?:[A-Z]{4,8}: )?PHP message: "
)
_PEELED = Later(
    rf"(?P<time>[\[<(]?\s?{TIME}[\])>]?)"
    r"|\[\s{0,8}\d+(?:\.\d+)?(?:[:#/]\d+)?\s{0,3}\]|\(\d+(?:/[\w-]+)?\)|\d+#\d+:|\d{1,7}(?=\s)"
    r"|\[\w{1,40}(?:[-:]\w{1,40}){0,6}\](?=\s)"
    r"|(?:[\w.-]{1,60} )?[\w./-]{1,60}\[\w[\w.:-]{0,20}\]:|kernel:"
    r"|[A-Z]{2,6}-?\d{3,7}:(?=\s)|[=>*!#\u2502\u2514\u2a2f\u2716-]{1,4}(?=\s)"
)
_BETWEEN = Later(r"[\s|:,-]{0,8}")


def carried(text: str) -> int:
    """Return where a line that is wrapped in another begins; 0 if it is not wrapped."""
    found = _CARRIED.match(text)
    return 0 if found is None or (found["name"] and of_word(found["name"]) is not None) else found.end()


def peeled(text: str) -> tuple[int, bool]:
    """Return where the logger's part of a line begins, and whether a time precedes it."""
    at, timed = 0, False
    for _ in range(6):
        found = _PEELED.match(text, at)
        if found is None or (of_word(found.group().strip("[]")) is not None):
            break
        timed = timed or bool(found["time"])
        behind = _BETWEEN.match(text, found.end())
        at = behind.end() if behind else found.end()
    return at, timed
