"""What is fuzzed: kinds of input, and what may come of them. Anything else that is raised is a finding."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from hypothesis import strategies as st

from cli import live
from landfall import proof, recovery, request, smoke, target_health
from landfall.answers import Answer, Answers
from landfall.aws.freezes import Freezes
from landfall.errors import LandfallError
from landfall.freeze import refusal
from landfall.model import Outcome
from landfall.observed import Look, service_view, target_view, task_view
from landfall.recovery import Progress
from landfall.settings import file as settings_file
from landfall.settings.smoke import Smoke
from tests import builders as b
from tests.fuzz.strange import JSON, NASTY, changed, changed_text

ROOT = Path(__file__).parents[2]
SETTINGS = b.settings(b.settings_of(), b.settings_of(name="other", repository="landfall/other"))


@dataclass(frozen=True)
class Subject:
    """A kind of input, how it is made, and what reads it. `read` says what became of it, or raises."""

    name: str
    values: st.SearchStrategy[Any]
    read: Callable[[Any], str]

    def outcome(self, value: Any) -> str:
        """Return what became of it: an answer, or a named error. Raises what is neither."""
        try:
            return self.read(value)
        except LandfallError as error:
            if not str(error):
                raise
            return type(error).__name__


HAND = {"service": "sample", "image_tag": b.SHA, "reason": "why", "requested_by": "ann", "intent": "release"}
BACK = {"service": "sample", "image_digest": b.DIGEST, "deployment_id": "20260102T030405Z-one", "intent": "rollback"}
PUSH = {
    "detail-type": "ECR Image Action",
    "source": "aws.ecr",
    "time": "2026-01-02T03:04:05Z",
    "detail": {
        "result": "SUCCESS",
        "repository-name": "landfall/sample",
        "image-digest": b.DIGEST,
        "action-type": "PUSH",
        "image-tag": b.SHA,
    },
}
END = {"source": "aws.states", "detail": {"executionArn": b.EXECUTION, "status": "ABORTED"}}


def _input(document: Any) -> str:
    answer = request.read(document, SETTINGS)
    if isinstance(answer, request.Request):
        # which service, and never where: the settings' own object
        assert any(answer.service is known for known in SETTINGS.services)
    return type(answer).__name__


def _settings(text: str) -> str:
    settings_file.parse(text, ROOT / "services.toml")
    return "Settings"


RECORD = {
    "service": "sample",
    "deployment_id": "20260102T030405Z-one",
    "execution_arn": b.EXECUTION,
    "schema": 2,
    "unfinished": "yes",
    "fence": 1,
    "recoveries": 1,
    "release": json.dumps(asdict(b.release())),
    "progress": json.dumps(asdict(Progress(b.baseline(), b.deployment()))),
}
CLOSED = {
    **RECORD,
    "outcome": "ROLLED_BACK",
    "ended": json.dumps(asdict(b.crashed(Outcome.ROLLED_BACK))),
    "ended_at": "2026-01-02T03:14:05+00:00",
    "task_definition": b.REVISION,
    "restored_to": b.OLD_REVISION,
}
OLD_SCHEMA = {k: v for k, v in CLOSED.items() if k not in ("schema", "ended", "restored_to", "fence")}


@st.composite
def _records(draw: st.DrawFn) -> Any:
    """Return a record, with changes in it or in the documents that it holds as text."""
    record: dict[str, Any] = dict(draw(st.sampled_from([RECORD, CLOSED, OLD_SCHEMA])))
    for name in ("release", "progress", "ended"):
        if name in record and draw(st.booleans()):
            record[name] = json.dumps(draw(changed([json.loads(record[name])])))
    return draw(changed([record])) if draw(st.booleans()) else record


def _record(record: Any) -> str:
    live.proof([record], b.REVISION)
    return recovery.plan(record, "ABORTED", None, "Succeeded").verdict.code


def _frozen(item: Any) -> str:
    table = SimpleNamespace(get_item=lambda **_: {"Item": {**item, "service": "sample"}})
    found = refusal(Freezes(table).of("sample"), b.release(), b.NOW)
    return found.code if found else "released"


NOW = datetime(2026, 1, 2, 3, tzinfo=UTC)
SERVICE_REPLY = {
    "serviceArn": "arn:aws:ecs:us-east-1:123456789012:service/c/sample",
    "status": "ACTIVE",
    "desiredCount": 2,
    "runningCount": 2,
    "taskDefinition": b.REVISION,
    "deployments": [
        {
            "id": b.OURS,
            "status": "PRIMARY",
            "taskDefinition": b.REVISION,
            "desiredCount": 2,
            "runningCount": 2,
            "rolloutState": "COMPLETED",
            "createdAt": NOW,
            "updatedAt": NOW,
        }
    ],
    "loadBalancers": [{"targetGroupArn": b.GROUP, "containerName": "app", "containerPort": b.PORT}],
    "deploymentConfiguration": {"strategy": "ROLLING", "alarms": {"enable": True, "alarmNames": ["a"]}},
    "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["s"]}},
}
TASK_REPLY = {
    "taskArn": "arn:task",
    "taskDefinitionArn": b.REVISION,
    "startedBy": b.OURS,
    "lastStatus": "RUNNING",
    "desiredStatus": "RUNNING",
    "attachments": [
        {"type": "ElasticNetworkInterface", "details": [{"name": "privateIPv4Address", "value": "10.0.0.1"}]}
    ],
    "containers": [{"name": "app", "imageDigest": b.DIGEST, "exitCode": 1, "reason": "x"}],
    "stoppedAt": NOW,
}
TARGET_REPLY = {"Target": {"Id": "10.0.0.1", "Port": b.PORT}, "TargetHealth": {"State": "healthy"}}
REPLIES = st.tuples(changed([SERVICE_REPLY]), changed([TASK_REPLY]), changed([TARGET_REPLY]))
GOOD = (SERVICE_REPLY, TASK_REPLY, TARGET_REPLY)


def _reply(replies: tuple[Any, Any, Any]) -> str:
    service, task, target = replies
    look = Look(service_view(service), (task_view(task), task_view(TASK_REPLY)), (target_view(b.GROUP, target),))
    for judged in (b.judged(), b.judged(deployment=b.way_back())):
        verdict = proof.assess(look, judged, b.NOW)
        target_health.assess(look, judged)
    return str(verdict.state)


ANSWERS = st.builds(
    Answer,
    status=st.integers(0, 999),
    body=st.text(max_size=80) | JSON.map(lambda value: json.dumps(value, default=str)) | st.just("[" * 5000),
    seconds=st.floats(0, 100),
    error=st.just("") | st.text(max_size=20),
    headers=st.dictionaries(st.text(max_size=20), st.text(max_size=40), max_size=4),
)


@st.composite
def _rounds(draw: st.DrawFn) -> Answers:
    wanted = smoke.requests(Smoke(identity_requests=2), "https://a.example")
    return Answers("https://a.example", {r: tuple(draw(ANSWERS) for _ in range(n)) for r, n in wanted.items()})


def _answers(answers: Answers) -> str:
    suite = Smoke(identity_requests=2)
    smoke.served_sha(answers, suite)
    verdict = smoke.assess(smoke.checks(answers, b.SHA, suite), {}, b.release().limits)
    return str(verdict.state)


SUBJECTS = (
    Subject("execution input", JSON | changed([HAND, BACK]), _input),
    Subject("ECR and Step Functions events", changed([PUSH, END]), _input),
    Subject("services.toml", changed_text((ROOT / "services.toml").read_text(encoding="utf-8")), _settings),
    Subject("ledger records", _records(), _record),
    Subject("freezes", st.dictionaries(st.sampled_from(["until", "since", "by", "lifted_at"]), JSON), _frozen),
    Subject("AWS replies", REPLIES, _reply),
    Subject("HTTP answers of the service", _rounds(), _answers),
)
__all__ = ["NASTY", "SUBJECTS", "Subject"]
