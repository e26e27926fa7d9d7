"""Whatever comes in: an answer or a named error, and no touch of the service."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from landfall.errors import LandfallError
from tests.campaigns.fuzz.subjects import SUBJECTS, Subject
from tests.steps import machine, standin
from tests.support import builders as b
from tests.support.misbehaving import raw, serving

BY_NAME = {subject.name: subject for subject in SUBJECTS}
PLAIN = pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)


@pytest.fixture(autouse=True)
def _nowhere(aws: None) -> None:
    """Nothing here may reach AWS but what moto stands in for."""


def touched() -> Any:
    """Return what a touch of the service would change."""
    service = standin.service_of()
    revisions = standin.client("ecs").list_task_definitions()["taskDefinitionArns"]
    return service.task_definition, service.desired_count, len(service.deployments), len(revisions)


@PLAIN
def test_whatever_comes_in_is_answered_or_named(subject: Subject) -> None:
    """Nothing but an answer or an error of Landfall's own, which says something."""

    @settings(max_examples=30)
    @given(subject.values)
    def tried(value: Any) -> None:
        assert subject.outcome(value)

    tried()


@pytest.mark.parametrize("name", ["execution input", "ECR and Step Functions events"])
def test_no_input_touches_a_service(live: str, name: str) -> None:
    """Through the real step, with moto in AWS's place: what runs, its count and its revisions stay as they are."""
    before, ways = touched(), set()

    @settings(max_examples=40, suppress_health_check=list(HealthCheck))
    @given(BY_NAME[name].values)
    def tried(document: Any) -> None:
        try:
            ways.add(str(machine.resolve(document)["way"]))
        except (LandfallError, ValueError) as error:
            # what is no JSON can't be sent to a step
            ways.add(type(error).__name__)
        assert touched() == before

    tried()
    assert ways


HEAD = b"HTTP/1.1 200 OK\r\n"
RAW = [
    b"",
    b"\r\n\r\n",
    b"\x16\x03\x01\x00\xa5",
    b"\xff" * 70000,
    b"HTTP/9.9 200 OK\r\n\r\n",
    b"HTTP/1.1 99999999999 X\r\n\r\n",
    b"HTTP/1.1 101 Switching\r\n\r\n",
    HEAD + b": x\r\n\r\n",
    HEAD + b"Content-Length: -1\r\n\r\nx",
    HEAD + b"Content-Length: 1, 2\r\n\r\nx",
    HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    HEAD + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nx",
]


@pytest.mark.parametrize("line", RAW, ids=lambda line: repr(line[:40]))
def test_bytes_that_are_no_answer_are_a_lost_one(line: bytes) -> None:
    """Over a real socket: never an exception out of the probe, and never evidence for a release."""
    from tests.unit.runtime.probing import version  # noqa: PLC0415

    with serving(raw(line)) as url:
        answer = version(url, patience=0.5)
    assert answer.error or not answer.body or b.SHA not in answer.body
