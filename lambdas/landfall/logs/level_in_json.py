"""Finds the level of a JSON line: in a field with a name that loggers use, or as a number."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from landfall.logs.level_words import of_word
from landfall.text.lazy_pattern import Later

_LOOKED_AT = 4000
_SEVERITY_NUMBER = Later(r"SEVERITY_NUMBER_([A-Z]{4,5})[2-4]?")
_HEAD = 240
"""How many characters of text may precede a JSON document."""
_DEEPEST = 4
_MOST = 200
"""How many objects of a document are read."""
_KEYS = tuple(
    """level lvl severity loglevel levelname severitytext l levelstring priorityname priority status sev errorseverity
    sysloglevel syslogseverity loggerlevel eventlevel msglevel messagelevel severitylevel detectedlevel""".split()  # noqa: SIM905
)
_NUMBERED = ("level", "lvl", "severity", "levelvalue", "loglevel")
_WRAPPERS = frozenset(
    """log meta metadata attributes attrs syslog record data entry fields labels context extra payload
    jsonpayload message
    msg body event resourcelogs scopelogs logrecords logevents header envelope source tags detail""".split()  # noqa: SIM905
)
"""Fields that hold the line's own fields. Other fields hold the data that the line is about."""
_TRACES = ("excinfo", "exception", "stacktrace", "stack", "err", "error", "errorstack")
_MESSAGES = ("message", "msg", "log", "event", "body", "MESSAGE", "Message")
_SAID = frozenset(
    "message msg text log event body messagetemplate mt m error err category logger time timestamp ts".split()  # noqa: SIM905
)
"""Fields of a line of a log. A document with a `logLevel` and none of these is a configuration."""
_FAILED = ("error", "timeout", "failure")


def told(text: str, is_error: Callable[[str], bool]) -> bool | None:
    """Say whether a line that is JSON, or ends in JSON, is an error; None if it doesn't say."""
    start = text.find("{", 0, _HEAD)
    if start < 0 or not text.endswith("}"):
        return None
    try:
        document = json.loads(text[start:])
    except (ValueError, RecursionError):
        return None
    return _of_document(document, start == 0, is_error) if isinstance(document, dict) else None


def _of_document(document: Mapping[str, Any], whole: bool, is_error: Callable[[str], bool]) -> bool | None:
    """Say whether a document is an error. If a text precedes the JSON, the text may say more."""
    fields = _flat(document)
    found = _of_fields(fields)
    if found is not None or not whole:
        return found
    for each in _inside(document):
        found = _of_fields(_flat(each))
        if found is not None:
            return found
    if _is_failure(fields):
        return True
    inner = next((document[key] for key in _MESSAGES if isinstance(document.get(key), str)), "")
    return is_error(inner) if inner and len(inner) < len(str(document)) else False


def _flat(document: Mapping[str, Any]) -> dict[str, Any]:
    return {re.sub(r"[@_.\-]", "", key).lower(): value for key, value in document.items()}


def _inside(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the objects of a document that hold the line's own fields, outer ones first."""
    waiting: list[tuple[Any, int]] = [(document, 0)]
    for value, depth in waiting:
        if depth:
            yield value
        named = [each for key, each in _flat(value).items() if key in _WRAPPERS]
        inner = [each for one in named for each in (one if isinstance(one, list) else [one])]
        if depth < _DEEPEST and len(waiting) < _MOST:
            waiting += [(each, depth + 1) for each in inner if isinstance(each, dict)]


def _of_fields(fields: Mapping[str, Any]) -> bool | None:
    """Return the level in the fields of one object, words first."""
    for key in _KEYS:
        name = key if key in fields else f"log{key}"
        if name == "loglevel" and fields.keys().isdisjoint(_SAID):
            continue  # a configuration
        level = fields.get(name)
        if isinstance(level, Mapping):
            level = level.get("name", level.get("levelStr", level.get("level")))
        found = of_word(level) if isinstance(level, str) else None
        if found is not None:
            return found
    if isinstance(fields.get("s"), str) and {"c", "ctx"} <= fields.keys():  # MongoDB
        return of_word(fields["s"])
    return _of_numbers(fields)


def _is_failure(fields: Mapping[str, Any]) -> bool:
    """Say whether fields without a level describe a failure."""
    kind, tags, record = fields.get("type"), fields.get("tags"), fields.get("record")
    if isinstance(kind, str) and kind.startswith("platform.") and isinstance(record, Mapping):  # AWS Lambda
        return record.get("status") in _FAILED
    if isinstance(kind, str) and len(kind) > 1 and of_word(kind) and any(key in fields for key in ("message", "msg")):
        return True
    if isinstance(kind, str) and re.fullmatch(r"[A-Z][A-Za-z]{2,40}Failed", kind):  # AWS Step Functions
        return True
    if isinstance(tags, list) and any(isinstance(tag, str) and tag in ("error", "fatal") for tag in tags):  # Kibana
        return True
    if fields.get("err") and {"ts", "msg"} <= fields.keys() and "v" not in fields:  # Kubernetes: an error has no `v`
        return True
    return bool(fields.get("errortype") and "errormessage" in fields) or any(map(_is_trace, map(fields.get, _TRACES)))


def _is_trace(value: Any) -> bool:
    """Say whether a field holds a stack trace."""
    if isinstance(value, Mapping):
        return any(_is_trace(value.get(key)) for key in ("stack", "stacktrace", "stack_trace", "stackTrace"))
    return isinstance(value, str) and bool(
        re.search(r"\n\s+at |Traceback \(most|\n\s+File \"|goroutine \d", value[:_LOOKED_AT])
    )


def _of_numbers(fields: Mapping[str, Any]) -> bool | None:
    """Return the level that a number means, by the scale of its logger."""
    number = _number(fields.get("severitynumber"))
    if number:
        return number >= 17  # noqa: PLR2004  OpenTelemetry, logs data model
    named = _SEVERITY_NUMBER.fullmatch(str(fields.get("severitynumber", "")))  # as OTLP's JSON may spell it
    if named:
        return of_word(named[1])
    number = _number(fields.get("priority", fields.get("syslogseverity")))
    if number is not None and number <= 7:  # noqa: PLR2004
        return number <= 3  # noqa: PLR2004  RFC 5424, as journald has it
    number = _number(fields.get("severitylevel"))
    if number is not None:
        return number >= 3  # noqa: PLR2004  Application Insights
    number = _number(fields.get("levelno"))
    if number:
        return number >= 40  # noqa: PLR2004  Python
    number = _number(next((fields[key] for key in _NUMBERED if key in fields), None))
    return None if number is None else _on_a_scale(number, fields)


def _on_a_scale(number: int, fields: Mapping[str, Any]) -> bool | None:
    if "severity" in fields and number >= 100:  # noqa: PLR2004
        return number >= 500  # noqa: PLR2004  Google Cloud's LogSeverity
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
