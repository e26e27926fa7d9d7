"""What the steps call in tests/steps, against what their roles allow: nothing missing, and nothing to spare."""

from __future__ import annotations

import pytest

from stacks import ROOT
from stacks.functions.steps_table import STEPS, Step
from tests.policy import reasons
from tests.policy.exercise import exercised
from tests.policy.roles import Statement, statements
from tests.stacks.template import Template
from tests.steps import calls

STEP = pytest.mark.parametrize("step", STEPS, ids=lambda step: step.id)


def _of(step: Step, template: Template) -> list[Statement]:
    return [s for s in statements(template) if s.step == step]


@STEP
def test_every_call_of_a_step_is_allowed_by_its_role(stepped: Template, step: Step) -> None:
    """Action, resource and condition: what moto lets pass, AWS would refuse in the middle of a deployment."""
    refused = [c for c in calls.recorded() if c.step == step.id and not any(s.allows(c) for s in _of(step, stepped))]
    assert refused == []


@STEP
def test_every_grant_of_a_step_is_exercised_or_excused(stepped: Template, step: Step) -> None:
    """A right that nothing uses is one that only an intruder would use."""
    by = exercised(stepped)
    idle = [
        (action, s.resources)
        for s in _of(step, stepped)
        for action in s.actions
        if not reasons.of_step(step.id, action) and (s.key, action) not in by
    ]
    assert idle == []


def test_no_call_is_of_a_step_that_is_none() -> None:
    """A step that was renamed would otherwise escape both."""
    assert {call.step for call in calls.recorded()} <= {step.id for step in STEPS}


def test_every_test_of_the_recording_is_there() -> None:
    """A test that was renamed or taken out exercises nothing any more."""
    for test in set(calls.recorded().values()):
        path, _, name = test.partition("::")
        assert f"def {name.partition('[')[0]}(" in (ROOT / path).read_text(encoding="utf-8"), test


def test_a_call_beside_the_grant_is_refused(stepped: Template) -> None:
    """Another service, another action, another cluster: the comparison itself can say no."""
    (step,) = (s for s in STEPS if s.id == "UpdateService")
    (look,) = (s for s in STEPS if s.id == "CheckStability")
    ours, other = ("arn:aws:ecs:REGION:ACCOUNT:service/c/" + name for name in ("sample", "another"))

    def allowed(step: Step, *call: object) -> bool:
        return any(s.allows(calls.Call(step.id, *call)) for s in _of(step, stepped))  # type: ignore[arg-type]

    assert allowed(step, "ecs:UpdateService", ours)
    assert not allowed(step, "ecs:UpdateService", other)
    assert not allowed(step, "ecs:DeleteService", ours)
    clusters = ((("ecs:cluster", f"arn:aws:ecs:REGION:ACCOUNT:cluster/{name}"),) for name in ("c", "d"))
    assert [allowed(look, "ecs:ListTasks", "*", context) for context in clusters] == [True, False]
