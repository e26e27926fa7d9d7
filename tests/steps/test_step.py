"""The wrapper round every step: what it refuses, what it bounds, what it logs."""

from __future__ import annotations

import io
import json
import traceback
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import EndpointConnectionError

from landfall.errors import AwsCallFailed, InvalidRequest, InvalidStepInput, StepOutputTooLarge
from landfall.model import Verdict, passed
from landfall.redaction.standard_kinds import KINDS
from landfall.runtime import safe_errors
from landfall.runtime.step import logger, step
from landfall.runtime.world import World
from landfall.wire import OUTPUT_LIMIT
from tests.steps import machine, standin
from tests.support import builders as b
from tests.support.nowhere import NOWHERE

JUDGED = asdict(b.judged())
JUDGES = ("check_stability", "check_target_health", "confirm", "smoke_test", "rollback")


def without(document: dict[str, Any], *path: str) -> dict[str, Any]:
    """Return a copy without what lies at `path`."""
    copy: dict[str, Any] = json.loads(json.dumps(document))
    inner = copy
    for key in path[:-1]:
        inner = inner[key]
    del inner[path[-1]]
    return copy


def changed(document: dict[str, Any], *path: str, value: Any) -> dict[str, Any]:
    """Return a copy with `value` at `path`."""
    copy: dict[str, Any] = json.loads(json.dumps(document))
    inner = copy
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return copy


WRONG = {
    "nothing": {},
    "a part missing": without(JUDGED, "baseline"),
    "a field missing": without(JUDGED, "release", "service"),
    "a field too many": {**JUDGED, "force": True},
    "a nested field too many": changed(JUDGED, "release", "force", value=True),
    "another type": changed(JUDGED, "release", "git_sha", value=7),
    "null": changed(JUDGED, "deployment", value=None),
    "an unknown kind": changed(JUDGED, "deployment", "kind", value="sideways"),
    "an unknown intent": changed(JUDGED, "release", "intent", value="destroy"),
    "a list of the wrong": changed(JUDGED, "deployment", "digests", value={"app": [1]}),
    "a limit that is text": changed(JUDGED, "release", "limits", "smoke_attempts", value="5"),
}


@pytest.mark.parametrize("name", JUDGES)
@pytest.mark.parametrize("payload", WRONG.values(), ids=WRONG.keys())
def test_input_of_another_shape_is_refused(name: str, payload: dict[str, Any]) -> None:
    """A step that does not understand its input says so and does nothing: guessing could deploy or undo the wrong."""
    with pytest.raises(InvalidStepInput):
        machine.invoke(name, payload)


@pytest.mark.parametrize(
    "name", ["resolve", "preflight", "register_task_definition", "update_service", "report", "notify"]
)
def test_every_step_refuses_what_it_does_not_know(name: str) -> None:
    """No step runs on an unknown key."""
    with pytest.raises(InvalidStepInput):
        machine.invoke(name, {"surprise": 1})


@dataclass(frozen=True)
class Anything:
    """An input of a step made here."""

    release: dict[str, Any]
    size: int = 0


@dataclass(frozen=True)
class Answer:
    """An answer of a step made here."""

    text: str
    verdict: Verdict


def answering(event: Anything, world: World) -> Answer:
    """Answer with as many characters as asked for."""
    logger.info("at work")
    return Answer("ü" * event.size, passed("DONE", "done"))


@pytest.mark.parametrize(("size", "fits"), [(0, True), (1000, True), (4100, False), (100_000, False)])
def test_answer_is_bounded(size: int, fits: bool) -> None:
    """An answer over the limit fails in the step, where it can be caught, not in the machine, where it can't."""
    handler = step(Anything, answering)
    if fits:
        answer = handler({"release": {}, "size": size}, None)
        assert len(json.dumps(answer, ensure_ascii=False).encode()) <= OUTPUT_LIMIT
        return
    with pytest.raises(StepOutputTooLarge, match=str(OUTPUT_LIMIT)):
        handler({"release": {}, "size": size}, None)


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Return what is logged, line by line."""
    stream = io.StringIO()
    handler = logger.registered_handler
    before = handler.setStream(stream)  # type: ignore[attr-defined]
    yield stream
    handler.setStream(before)  # type: ignore[attr-defined]


def lines(log: io.StringIO) -> list[dict[str, Any]]:
    """Return the logged lines, parsed."""
    return [json.loads(line) for line in log.getvalue().splitlines()]


def names_the_deployment(line: dict[str, Any]) -> bool:
    """Say whether a line can be found by execution, deployment, service and digest."""
    return (line["execution_id"], line["deployment_id"], line["landfall_service"], line["image_digest"]) == (
        b.EXECUTION,
        b.release().deployment_id,
        "sample",
        b.DIGEST,
    )


def test_every_line_names_the_deployment(log: io.StringIO) -> None:
    """Every line of a step, its own ones too, can be found by execution, service and digest."""
    step(Anything, answering)({"release": asdict(b.release())}, None)
    assert [line["message"] for line in lines(log)] == ["at work", "verdict"]
    assert all(names_the_deployment(line) for line in lines(log))
    assert lines(log)[1]["verdict"]["code"] == "DONE"


def test_line_of_one_deployment_does_not_name_the_one_before(log: io.StringIO) -> None:
    """A warm Lambda serves many deployments: nothing of the last one is left on the next one's lines."""
    handler = step(Anything, answering)
    handler({"release": asdict(b.release())}, None)
    handler({"release": {}}, None)
    assert not any(lines(log)[2][key] for key in ("execution_id", "landfall_service", "image_digest"))


def test_resolve_names_what_it_resolved(log: io.StringIO) -> None:
    """The first step's verdict is found by service and digest too, though its input has neither."""
    digest = standin.push()
    machine.resolve({"service": "sample", "image_tag": b.SHA})
    (line,) = lines(log)
    assert (line["execution_id"], line["deployment_id"]) == (b.EXECUTION, machine.EXECUTION["deployment_id"])
    assert (line["landfall_service"], line["image_digest"]) == ("sample", digest)


def test_replayed_report_names_the_deployment(log: io.StringIO) -> None:
    """Steps whose input nests the release are found as well."""
    for _ in range(2):
        machine.invoke("report", asdict(b.ended()))
    (line,) = (line for line in lines(log) if "closed already" in line["message"])
    assert names_the_deployment(line)


def test_logs_hold_no_secret_of_the_input(log: io.StringIO) -> None:
    """What a console user typed into an unknown field never reaches a log, nor a record."""
    machine.resolve({"service": "sample", "image_tag": b.SHA, "password": "hunter2"})
    assert lines(log)
    assert "hunter2" not in log.getvalue()
    assert "hunter2" not in json.dumps(standin.records(), default=str)


SAID = "got 500: password=hunter2-Example of CASE-17"


def failing(event: Anything, world: World) -> Answer:
    """Fail as a step does whose AWS call, or whose service, says too much."""
    raise AwsCallFailed("Boom", SAID) from ValueError(SAID)


def test_an_error_leaves_a_step_redacted() -> None:
    """Step Functions keeps what an error says: in the history, in the variables, in the Cause of the Fail state."""
    handler = step(Anything, failing)
    with pytest.raises(AwsCallFailed) as caught:
        handler({"release": {}}, None)
    assert type(caught.value).__name__ == "AwsCallFailed"
    assert str(caught.value) == "got 500: password=[redacted: secret] of [redacted: case number]"
    told = "".join(traceback.format_exception(caught.value))
    assert not [word for word in ("hunter2", "CASE-17") if word in told.replace(f"{SAID!r}", "")]


def test_an_error_is_redacted_where_the_settings_can_not_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pattern of one's own can't be known then; the standard kinds are."""
    monkeypatch.setenv("LANDFALL_SETTINGS", "/nowhere/services.toml")
    with pytest.raises(AwsCallFailed, match=r"password=\[redacted: secret\] of CASE-17"):
        step(Anything, failing)({"release": {}}, None)


@pytest.mark.parametrize(
    "error",
    [KeyError(SAID), OSError(5, SAID), UnicodeDecodeError("utf-8", b"x", 0, 1, SAID), InvalidRequest("CODE", SAID)],
    ids=lambda error: type(error).__name__,
)
def test_an_error_of_any_class_keeps_its_name(error: Exception) -> None:
    """The name decides what the machine does: retry, or catch."""
    safe = safe_errors.safe(error, KINDS)
    assert (type(safe).__name__, isinstance(safe, type(error))) == (type(error).__name__, True)
    assert "hunter2" not in str(safe)


def test_an_error_with_nothing_to_hide_is_left_alone() -> None:
    """A programmer sees the very error, with its cause."""
    error = AwsCallFailed("Boom", "describing service arn:aws:ecs:eu-west-1:123456789012:service/Production-API-v2/web")
    assert safe_errors.safe(error, KINDS) is error


def test_a_logged_error_is_redacted(log: io.StringIO) -> None:
    """What is looked at and may fail is logged with its trace, and not with what a service said."""
    try:
        raise ValueError(SAID)
    except ValueError as error:
        logger.exception("a look failed", extra={"why": str(error)})
    (line,) = lines(log)
    assert (line["message"], line["exception_name"], line["service"]) == ("a look failed", "ValueError", "landfall")
    assert "hunter2" not in log.getvalue()


def test_no_test_can_reach_a_real_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside moto every AWS client of the tests talks to a closed port."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", NOWHERE)
    with pytest.raises(EndpointConnectionError):
        boto3.client("ecs", config=Config(retries={"total_max_attempts": 1})).list_clusters()
