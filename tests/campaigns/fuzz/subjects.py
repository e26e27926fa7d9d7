"""What is fuzzed: kinds of input, and what may come of them. Anything else that is raised is a finding."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from hypothesis import strategies as st

from cli import live_release
from landfall import smoke
from landfall.aws.dynamodb.freezes import Freezes
from landfall.errors import LandfallError
from landfall.intake import request
from landfall.intake.freeze import refusal
from landfall.ledger import recovery, service_standing
from landfall.ledger.recovery import Progress
from landfall.model import Outcome, State
from landfall.proof import law1, target_health
from landfall.settings_file import read as settings_file
from landfall.smoke.http_answers import Answer, Answers
from local.settings import TEMPLATE
from tests.campaigns.fuzz.strange import JSON, NASTY, changed, changed_text
from tests.support import builders as b
from tests.unit.proof.raw_worlds import JUDGED, breaches, look_at, raw_world
from tests.unit.smoke.good_answers import FULL, GOOD, HEADERS, URL

ROOT = Path(__file__).parents[3]
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
    live_release.proof(service_standing.last_change([record]), b.REVISION)
    service_standing.links(record)
    return recovery.plan(record, "ABORTED", None, "Succeeded").verdict.code


def _frozen(item: Any) -> str:
    table = SimpleNamespace(get_item=lambda **_: {"Item": {**item, "service": "sample"}})
    found = refusal(Freezes(table).of("sample"), b.release(), b.NOW)
    return found.code if found else "released"


@st.composite
def _worlds(draw: st.DrawFn) -> Any:
    """Return what AWS says of a live release, with changes in one or two of the three replies."""
    world = raw_world()
    for part in draw(st.sets(st.sampled_from(list(world)), min_size=1, max_size=2)):
        world[part] = draw(changed([world[part]]))
    return world


def _reply(world: Any) -> str:
    """Judge it. It is proof only where law 1 holds, spelled out."""
    look = look_at(world)
    for judged in (JUDGED, b.judged(deployment=b.way_back())):
        law1.assess(look, judged, b.NOW)
        target_health.assess(look, judged)
    verdict = law1.assess(look, JUDGED, b.NOW)
    assert verdict.state != State.PASS or breaches(world) == []
    return str(verdict.state)


SAID = {"gitSha": b.SHA, "database": "connected", "version": 42}
ANSWERS = st.builds(
    Answer,
    status=st.just(200) | st.integers(0, 999),
    body=changed([SAID]).map(lambda value: json.dumps(value, default=str))
    | st.text(max_size=80)
    | JSON.map(lambda value: json.dumps(value, default=str))
    | st.just("[" * 5000),
    seconds=st.just(0.1) | st.floats(0, 100),
    error=st.just("") | st.text(max_size=20),
    headers=st.just(HEADERS) | st.dictionaries(st.text(max_size=20), st.text(max_size=40), max_size=4),
)


@st.composite
def _rounds(draw: st.DrawFn) -> Answers:
    """Return a good round of answers with up to two others in it."""
    strange = draw(st.sets(st.sampled_from(list(GOOD)), max_size=2))
    return Answers(URL, {r: (draw(ANSWERS) if r in strange else good,) for r, good in GOOD.items()})


def _answers(answers: Answers) -> str:
    """Judge them. No release is proven that doesn't say its own commit."""
    verdict = smoke.assess(smoke.checks(answers, b.SHA, FULL), {}, b.release().limits)
    assert verdict.state != State.PASS or smoke.served_sha(answers, FULL) == b.SHA
    return str(verdict.state)


SUBJECTS = (
    Subject("execution input", JSON | changed([HAND, BACK]), _input),
    Subject("ECR and Step Functions events", changed([PUSH, END]), _input),
    Subject("services.toml", changed_text(TEMPLATE.read_text(encoding="utf-8")), _settings),
    Subject("ledger records", _records(), _record),
    Subject("freezes", st.dictionaries(st.sampled_from(["until", "since", "by", "lifted_at"]), JSON), _frozen),
    Subject("AWS replies", _worlds(), _reply),
    Subject("HTTP answers of the service", _rounds(), _answers),
)
__all__ = ["NASTY", "SUBJECTS", "Subject"]
