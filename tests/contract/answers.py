"""What steps may answer, drawn from their own Output types, and how they may fail, as Step Functions tells of it."""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from functools import cache
from itertools import cycle
from typing import Any, get_type_hints

from hypothesis import given, settings
from hypothesis import strategies as st

from landfall.errors import StepOutputTooLarge
from landfall.gates.gate_state import GateState
from landfall.judging import Counted
from landfall.ledger.resolved import Resolved
from landfall.model import Baseline, Deployment, Failure, Outcome, Release, State, Verdict
from landfall.settings import Limits
from landfall.smoke.case import Check
from landfall.wire import fitting
from read_build import Output as BuildRead
from statemachine.definition import Machine, definition_text
from tests.contract.machines import Error

_WORDS = sorted({word for m in Machine for word in re.findall(r"'([A-Z][A-Z_]+)'", definition_text(m))})
"""What the machines' conditions look for."""
_TEXT = st.one_of(
    st.sampled_from(["", '"errorMessage": "a"', "{% $eval %}", "null", "é\U0001f600", "x" * 300]),
    st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12),
)
_CODE = st.sampled_from([*_WORDS, "STALE_SEEN_ONCE"])
_FEW = st.integers(1, 3)


def _of(kind: type[Any], **known: st.SearchStrategy[Any]) -> None:
    """Draw values of this type from its annotations, but for the fields that are given."""
    st.register_type_strategy(kind, st.builds(kind, **known))


st.register_type_strategy(str, _TEXT)
st.register_type_strategy(int, st.integers(0, 10_000))
st.register_type_strategy(float, st.floats(-700, 700))  # weights of evidence: natural logarithms
_of(Verdict, code=_CODE, retry_after=_FEW)
_of(
    Limits,
    lock_attempts=_FEW,
    scan_attempts=_FEW,
    smoke_attempts=_FEW,
    target_health_attempts=_FEW,
    confirm_attempts=_FEW,
)
_of(Release, stability_attempts=_FEW, bakes=st.integers(0, 1), limits=st.from_type(Limits))


def _resolved(way: str) -> st.SearchStrategy[Resolved]:
    """A recovery says how it would end; what it takes up was under way: it has a baseline and a deployment."""
    known: dict[str, Any] = {}
    if way in ("RECOVER", "FINISH", "EXHAUSTED"):
        known["outcome"] = st.sampled_from(Outcome)
    if way == "RECOVER":
        known |= {"baseline": st.from_type(Baseline), "deployment": st.from_type(Deployment)}
    return st.builds(Resolved, way=st.just(way), **known)


def _build_read(verdict: Verdict) -> st.SearchStrategy[BuildRead]:
    """Only an event that is ignored is of no build."""
    ignored = verdict.state == State.PASS
    return st.builds(BuildRead, verdict=st.just(verdict), **({} if ignored else {"build": st.from_type(_BUILT)}))


_BUILT = next(each for each in get_type_hints(BuildRead)["build"].__args__ if each is not type(None))
st.register_type_strategy(Resolved, st.sampled_from([*_WORDS, "NO_SUCH_IMAGE"]).flatmap(_resolved))
st.register_type_strategy(BuildRead, st.from_type(Verdict).flatmap(_build_read))

VARIABLES: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        **{name: st.from_type(Verdict) for name in ("verdict", "lock", "left")},
        **{
            name: st.integers(0, 3)
            for name in ("attempts", "rounds", "scans", "bakes", "forced", "signed", "afters", "after_calls")
        },
        **{name: st.sampled_from(Outcome) for name in ("outcome", "settled")},
        "release": st.from_type(Release),
        "baseline": st.from_type(Baseline),
        "counted": st.none() | st.from_type(Counted),
        "gate": st.none() | st.from_type(GateState),
        "deployment": st.from_type(Deployment),
        "failure": st.from_type(Failure),
        "checks": st.lists(st.from_type(Check), max_size=2),
        "build": st.from_type(_BUILT),
        "way": _CODE,
        "after_from": st.sampled_from(["GATE", "PROOF"]),
        "report": st.none() | _TEXT,
        "recovering": st.booleans(),
    }
).map(lambda drawn: json.loads(json.dumps(drawn, default=asdict)))
"""What a machine's variables may hold in its midst."""

SAID = (
    "no",
    "",
    'a "quoted" word and "another"',
    "line\nline",
    "\\",
    "ends in \\",
    "é" * 40,
    "x" * 40_000,
    "\\" * 20_000,
    '"errorMessage": "twice"',
)
"""What an error may say."""
LAMBDA_CAUSE = 32768
"""Characters of a Cause (Step Functions API reference, HistoryEvent)."""
_ERRORS = (
    "AwsCallFailed",
    "InvalidStepInput",
    "States.TaskFailed",
    "States.Timeout",
    "States.QueryEvaluationError",
    "Lambda.Unknown",
    "Lambda.TooManyRequestsException",
    "Sandbox.Timedout",
    "E" * 256,
)


def module(state: Mapping[str, Any]) -> str:
    """Return the handler of the function that a Task invokes: `${CheckStabilityArn}` is check_stability."""
    name = str(state["Arguments"]["FunctionName"]).removeprefix("${").removesuffix("Arn}")
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


@cache
def hints(step: str) -> Mapping[str, Any]:
    """Return what a step's `run` takes and returns."""
    return get_type_hints(importlib.import_module(step).run)


def input_of(step: str) -> Any:
    """Return the type of a step's input."""
    return next(kind for name, kind in hints(step).items() if name not in ("world", "return"))


@cache
def results(step: str) -> st.SearchStrategy[Any]:
    """Return what Step Functions has of an invocation: the answer as the wrapper lets it out, in its envelope."""
    return st.from_type(hints(step)["return"]).map(_invoked)


def _invoked(answer: Any) -> Any:
    try:
        return {"ExecutedVersion": "$LATEST", "Payload": fitting(asdict(answer)), "StatusCode": 200}
    except StepOutputTooLarge as error:
        return Error({"Error": type(error).__name__, "Cause": lambda_cause(str(error), type(error).__name__)})


def lambda_cause(said: str, kind: str = "AwsCallFailed") -> str:
    """Return the Cause of an error that a function raised: Lambda's answer, cut as Step Functions cuts it."""
    told = {"errorMessage": said, "errorType": kind, "requestId": "r", "stackTrace": ['  File "/var/task/a.py"\n']}
    return json.dumps(told, ensure_ascii=False)[:LAMBDA_CAUSE]


def _causes() -> Iterator[str | None]:
    yield None
    yield from ('{"errorMessage": null}', '{"errorMessage": 7}', '{"errorMessage"', "null", "{}", "[]")
    for said in SAID:
        told = lambda_cause(said)
        yield from (said, told, told * 2, told.replace(": ", ":"), told[: len(told) // 2], told[:-1])


ERRORS: tuple[Error, ...] = tuple(
    Error({"Error": error, **({} if cause is None else {"Cause": cause[:LAMBDA_CAUSE]})})
    for error, cause in zip(cycle(_ERRORS), _causes(), strict=False)
)
"""Errors of every shape: a Cause that is JSON, text, empty, long, cut in the middle, or not there."""


def drawn(strategy: st.SearchStrategy[Any], most: int) -> list[Any]:
    """Return some of what a strategy draws, the same in each run."""
    found: list[Any] = []

    @settings(max_examples=most, derandomize=True, database=None)
    @given(strategy)
    def draw(each: Any) -> None:
        found.append(each)

    draw()
    return found
