"""The level of a log line, where it stands deep, in numbers, or nowhere. tests/cases has what loggers write."""

from __future__ import annotations

import json
from typing import Any

import pytest

from landfall.logs.levels import is_error


def nested(depth: int) -> dict[str, Any]:
    """Return a line whose level is so many wrappers deep."""
    document: dict[str, Any] = {"level": "error"}
    for _ in range(depth):
        document = {"data": document}
    return document


LINES: dict[str, tuple[dict[str, Any], bool]] = {
    "in a wrapper": (nested(1), True),
    "four deep": (nested(4), True),
    "deeper than is looked": (nested(5), False),
    "a trace in an object": ({"msg": "x", "err": {"stack": "Error: x\n    at f (a.js:1)"}}, True),
    "an object that holds none": ({"msg": "x", "err": {"code": 7}}, False),
    "a number of no scale": ({"level": 5, "msg": "x"}, False),
    "a number between two scales": ({"level": 650, "msg": "x"}, False),
    "pino": ({"level": 50, "msg": "x"}, True),
    "OpenTelemetry, spelt": ({"severityNumber": "SEVERITY_NUMBER_ERROR2", "body": "x"}, True),
    "OpenTelemetry, spelt, and no error": ({"severityNumber": "SEVERITY_NUMBER_WARN", "body": "error x"}, False),
    "a configuration": ({"logLevel": "error", "port": 8080}, False),
    "a line by that name": ({"logLevel": "error", "message": "x"}, True),
    "a switch is no number": ({"level": True, "msg": "x"}, False),
}


@pytest.mark.parametrize(("document", "error"), LINES.values(), ids=LINES.keys())
def test_json(document: dict[str, Any], error: bool) -> None:
    """Only what loggers write counts; what can't be told is no error (law 8)."""
    assert is_error(json.dumps(document)) is error


def test_a_document_of_very_many_objects_is_read_in_part() -> None:
    """A line can't make a step read for ever; a level in its own fields is found first."""
    many = [{"data": [{"level": "info2"}]} for _ in range(300)]
    assert not is_error(json.dumps({"records": many, "data": many}))
    assert is_error(json.dumps({"data": many, "level": "error"}))
