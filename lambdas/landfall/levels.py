"""Whether a line of a log is an error, by what its logger calls it.

A line that tells its level is believed, whatever words are in it. One that tells none is an error where it looks like
one: the first line of a stack trace, or what programs without levels say when they fail.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

_LOOKED_AT = 4000
"""Characters of a line in which a level, or what looks like an error, is searched for."""
_HEAD = 240
"""Characters in which a level stands where it stands in the open."""
_DEEPEST = 4
_ANSI = re.compile(r"\x1b\[[\d;]{0,20}[A-Za-z]")

_BAD = (
    "error|errors|err|erro|eror|critical|crit|crt|fatal|ftl|severe|panic|dpanic|pnc|emergency|emerg|alert|alrt|fail|failure"
    "|failed|crash|supervisor|exception|wtf"
)
_GOOD = (
    "warning|warn|wrn|notice|information|informational|info|inf|debug|dbg|dbug|trace|trc|verbose|vrb|fine|finer|finest"
    "|success|ok|note|progress"
)
_GOOD_WITH_A_COLON = "config|log|statement|detail|hint|context|audit|system|query|silly|http"
_LEVEL = re.compile(rf"(?i)(?:(?P<bad>{_BAD})|{_GOOD}|{_GOOD_WITH_A_COLON}|default|all)(?:[+-]\d{{1,2}})?")
_KEYS = tuple(
    "level lvl severity loglevel levelname severitytext l levelstring priorityname status sev".split()  # noqa: SIM905
)
_LETTERS = {"E": True, "F": True, "C": True, "A": True, "W": False, "I": False, "D": False, "T": False, "V": False}
_TRACES = ("excinfo", "exception", "stacktrace", "stack", "err", "error", "errorstack")
_MESSAGES = ("message", "msg", "log", "event", "body", "MESSAGE")


def is_error(text: str) -> bool:
    """Say whether a line is an error."""
    plain = _ANSI.sub("", text).strip()
    told = _of_document(plain)
    if told is None:
        told = _of_text(plain[:_LOOKED_AT])
    return told if told is not None else bool(_LOOKS.search(plain[:_LOOKED_AT]))


def _of_document(text: str) -> bool | None:
    """Return what a line that is JSON tells, or one that ends in it; None where it tells nothing."""
    start = text.find("{", 0, _HEAD)
    if start < 0 or not text.endswith("}"):
        return None
    try:
        document = json.loads(text[start:])
    except (ValueError, RecursionError):
        return None
    return _of_fields(document, start == 0) if isinstance(document, dict) else None


def _of_fields(document: Mapping[str, Any], whole: bool, depth: int = 0) -> bool | None:
    """Return what the fields of a line tell. Where JSON stands behind a text, the text may tell more."""
    fields = {re.sub(r"[@_.\-]", "", key).lower(): value for key, value in document.items()}
    for key in _KEYS:
        level = fields.get(key, fields.get(f"log{key}"))
        told = _of_word(level) if isinstance(level, str) else None
        if told is not None:
            return told
    if isinstance(fields.get("s"), str) and {"c", "ctx"} <= fields.keys():  # MongoDB
        return _of_word(fields["s"])
    told = _of_numbers(fields)
    if told is not None or not whole or depth > _DEEPEST:
        return told
    if isinstance(document.get("log"), dict):
        return _of_fields(document["log"], whole, depth + 1)
    if (fields.get("errortype") and "errormessage" in fields) or any(_is_trace(fields.get(key)) for key in _TRACES):
        return True
    inner = next((document[key] for key in _MESSAGES if isinstance(document.get(key), str)), "")
    return is_error(inner) if inner and depth <= _DEEPEST and len(inner) < len(str(document)) else False


def _is_trace(value: Any) -> bool:
    """Say whether a field holds a stack trace."""
    if isinstance(value, Mapping):
        return any(_is_trace(value.get(key)) for key in ("stack", "stacktrace", "stack_trace", "stackTrace"))
    return isinstance(value, str) and bool(
        re.search(r"\n\s+at |Traceback \(most|\n\s+File \"|goroutine \d", value[:_LOOKED_AT])
    )


def _of_word(word: str) -> bool | None:
    """Return whether a level is one of errors; None where it is no level."""
    word = word.strip()
    if word.isdigit():
        return None
    if len(word) == 1:
        return _LETTERS.get(word.upper())
    found = _LEVEL.fullmatch(word)
    return bool(found["bad"]) if found else None


def _of_numbers(fields: Mapping[str, Any]) -> bool | None:
    """Return what a level that is a number tells, by the scale that its logger has."""
    number = _number(fields.get("severitynumber"))
    if number:
        return number >= 17  # noqa: PLR2004  OpenTelemetry, logs data model
    number = _number(fields.get("priority", fields.get("syslogseverity")))
    if number is not None and number <= 7:  # noqa: PLR2004
        return number <= 3  # noqa: PLR2004  RFC 5424, as journald has it
    number = _number(fields.get("levelno"))
    if number:
        return number >= 40  # noqa: PLR2004  Python
    number = _number(fields.get("level", fields.get("severity", fields.get("levelvalue"))))
    return None if number is None else _on_a_scale(number, fields)


def _on_a_scale(number: int, fields: Mapping[str, Any]) -> bool | None:
    if "shortmessage" in fields or "severity" in fields or "facility" in fields:
        return number <= 3  # noqa: PLR2004  RFC 5424, as GELF has it
    scales = ((10, 99, 50), (100, 600, 400), (700, 1000, 1000), (5000, 50000, 40000))
    # pino and bunyan, Monolog, java.util.logging, Logback
    return next((number >= least for low, high, least in scales if low <= number <= high), None)


def _number(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and re.fullmatch(r"\d{1,6}", value):
        return int(value)
    return int(value) if isinstance(value, int | float) and abs(value) < 1_000_000 else None  # noqa: PLR2004


_LOGFMT = re.compile(
    r"(?:^|[\s,{(])\"?(?:level|lvl|severity|loglevel|log\.level|levelname|level_name|severity_text|sev"
    r"|at)\"?\s?[=:]\s?\"?"
    r"(?P<word>[A-Za-z]{1,14}(?:\+\d)?)\b(?![-.])",
    re.I,
)
_TIME = r"\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d[.,]?\d{0,9}Z?"
_LETTER = re.compile(
    r"(?:(?P<klog>[IWEF])\d{4} \d\d:\d\d:\d\d|(?P<android>[VDIWEFA])/[\w.$-]{1,60}\s{0,3}\("
    r"|\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}\s{1,6}\d{1,7}\s{1,6}\d{1,7} (?P<logcat>[VDIWEFA]) "
    rf"|(?P<ruby>[DIWEFA]), \[|{_TIME} (?P<capnslog>[TDNIWEFC]) (?:\||\[)"
    r"|\[[^\]]{8,40}\] [0-9a-f]{8} [\w.$]{1,60}\s{1,20}(?P<liberty>[AIWEFO]) )"
)
_SYSLOG = re.compile(r"<(?P<priority>\d{1,3})>")
_UPPER_BAD, _UPPER_GOOD = _BAD.upper(), _GOOD.upper()
_IN_THE_OPEN = re.compile(
    r"\[\s{0,4}(?:[\w.#-]{1,40}:)?(?P<whole>[A-Za-z]{3,13})\s{0,8}\]"  # [error], [core:error], [ ERROR ]
    rf"|[/:] ?(?P<ended>{_UPPER_BAD}|{_UPPER_GOOD})\]"  # [main/ERROR]
    rf"|[: ](?P<process>{_UPPER_BAD}|{_UPPER_GOOD})/[\w-]{{1,40}}\]"  # [time: ERROR/MainProcess]
    rf"|(?<![\w/=.$\"'-])(?P<upper>{_UPPER_BAD}|{_UPPER_GOOD}|(?:{_GOOD_WITH_A_COLON.upper()})(?=:))"
    r"(?:\+\d)?(?![\w=.\"']|-\w|/\w)"
    rf"|\w\.(?P<channel>{_UPPER_BAD}|{_UPPER_GOOD}):"  # app.ERROR:
    r"|^(?:##|::)\[?(?P<marked>error|warning|notice|debug|group|command|section)\b"
    r"|##vso\[[^\]]{0,80}type=(?P<typed>\w{1,20})"
    r"|^=(?P<report>[A-Z]{3,12}) REPORT="
    rf"|(?:^|[>)|] |\]: |^[\w./-]{{1,40}}: )(?P<first>{_BAD}|{_GOOD}"
    rf"|{_GOOD_WITH_A_COLON})(?:\[[^\]]{{0,60}}\])?:(?=\s|$)"
    r"|^npm (?P<npm>ERR!|error|warn|WARN|notice)"
)
_NOTHING = re.compile(
    r"(?i)\s{0,4}(?:none|null|nil|false|no|off|0|\"\"|''|-|n/a|undefined|\[\]|\{\})\s{0,4}[,;)}]?\s{0,4}(?:$|\w+[=:])"
)


def _of_text(text: str) -> bool | None:
    """Return what a line of text tells of its level; None where it tells none."""
    syslog = _SYSLOG.match(text)
    if syslog:
        return int(syslog["priority"]) % 8 <= 3  # noqa: PLR2004  RFC 5424
    letter = _LETTER.match(text)
    if letter:
        return _LETTERS.get(next(filter(None, letter.groups())), False)
    for found in _LOGFMT.finditer(text):
        told = _of_word(found["word"])
        if told is not None:
            return told
    for found in _IN_THE_OPEN.finditer(text[:_HEAD]):
        word = next(filter(None, found.groups()))
        told = _of_word(word.strip("!"))
        if told is not None and not (found["first"] and _NOTHING.match(text, found.end())):
            return told
    return None


_LOOKS = re.compile(
    r"Traceback \(most recent|Exception in thread \"|\bUn(?:handled|caught)\s(?:\w{1,30}\s){0,2}?(?i:exception|error"
    r"|rejection|\w{0,40}(?:Error|Exception)\b)"
    r"|\bUnhandledPromiseRejection|\bUnhandledRejection\b|\bUncaught \(in promise\)|^panic: |\bpanicked at "
    r"|\b[Ff]atal error:"
    r"|\bPHP (?:Fatal|Parse|Core|Compile|Recoverable)|\b(?:Parse|Compile) error: "
    r"|\bSegmentation fault|\bcore dumped|\bOutOfMemoryError\b|\bOut of memory\b|\bKilled process \d|\b[Kk]ernel panic"
    r"|\bBUG: |\bBUG REPORT START|^Oops: |\bterminate called after|\bAssertionError\b|\b[Aa]ssertion .{1,80} failed\b"
    r"|\bCaused by: |\bError: \d{1,6}, Severity: |\bTask timed out after |^RequestId: \S{1,60} Error: "
    r"|^\S{1,200}(?:\(\d+,\d+\)|:\d+(?::\d+)?): (?:fatal )?error\b"
    r"|^(?:[\w$]{1,60}\.){0,12}[A-Z][\w$]{0,80}(?:Exception|Error)(?:: |$)"
    r"|^FAILURE: |^\*\* \((?!EXIT)\w{1,80}\) |\bpanic serving |^Fatal: |^Error: |^ERR! |^CRASH\b|\bexited on signal \d"
)
"""What errors look like where no level is told: the first lines of stack traces, and the last words of programs."""
