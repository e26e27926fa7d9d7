"""The version of the database's schema: what readiness serves against what the image says."""

from __future__ import annotations

import json

import pytest

from landfall import smoke
from landfall.model import Intent, State
from landfall.preflight_checks import schema_label
from landfall.settings import Limits, Service
from landfall.settings.migration import MigrationSettings, SchemaVersion
from landfall.settings.smoke import Smoke
from landfall.smoke.http_answers import Answer, Answers, Request
from tests.support import builders as b

READY = Request(Smoke().ready_path)


def ready(version: object, status: int = 200) -> Answer:
    """Return an answer of readiness."""
    return Answer(status, json.dumps({"database": "connected", "schemaVersion": version}), 0.1)


ANSWERS = {
    "the same": ([ready("42"), ready("42")], "PASS"),
    "as a number": ([ready(42)], "PASS"),
    "older": ([ready("41"), ready("41")], "FAIL"),
    "missing": ([Answer(200, '{"database": "connected"}', 0.1)], "FAIL"),
    "no JSON": ([Answer(200, "OK", 0.1)], "FAIL"),
    "true": ([ready(True)], "FAIL"),
    "they differ": ([ready("42"), ready("41")], "RETRY"),
    "not ready": ([ready("42", 503)], "RETRY"),
    "no answer": ([Answer(error="timed out")], "RETRY"),
    "one of two answers": ([Answer(error="timed out"), ready("42")], "PASS"),
}


@pytest.mark.parametrize(("answers", "state"), ANSWERS.values(), ids=ANSWERS)
def test_it_is_compared(answers: list[Answer], state: str) -> None:
    """A difference is a failed check; where nothing was answered, it is asked again."""
    given = Answers("http://h", {READY: tuple(answers)}, {})
    (check,) = smoke.schema_checks(given, Smoke(), "schemaVersion", "42")
    assert (check.name, check.state) == ("schema version", state)
    verdict = smoke.assess((check,), {}, Limits())
    assert verdict.state == {"PASS": State.PASS, "FAIL": State.FAIL, "RETRY": State.WAIT}[state]


def test_without_a_version_nothing_is_compared() -> None:
    """Going back can't undo what a migration did."""
    assert smoke.schema_checks(Answers("http://h", {}, {}), Smoke(), "", "") == ()


def test_a_missing_label_is_refused_with_the_way_out() -> None:
    """Before its migration runs; a rollback needs none."""
    migration = MigrationSettings(("migrate",), schema_version=SchemaVersion("com.example.schema"))
    service = Service("sample", "c", "s", "app", "r", "t", "e", migration=migration)
    refused = schema_label.missing(service, b.release())
    assert refused
    assert refused.code == "NO_SCHEMA_VERSION"
    assert "LABEL com.example.schema=VERSION" in refused.reason
    assert schema_label.missing(service, b.release(schema_version="42")) is None
    assert schema_label.missing(service, b.release(intent=Intent.ROLLBACK)) is None
    assert schema_label.missing(Service("sample", "c", "s", "app", "r", "t", "e"), b.release()) is None
