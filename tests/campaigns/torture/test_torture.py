"""Every scenario, through the real state machine's file and the real steps, in virtual time."""

from __future__ import annotations

import pytest

from tests.campaigns.torture import report, virtual
from tests.campaigns.torture.scenario import Scenario, held_out, scenario, scenarios, usual
from tests.campaigns.torture.tools import predicates
from tests.support import schemas

EACH = [pytest.param(s, id=s.id, marks=() if s.id in usual() else (pytest.mark.long,)) for s in scenarios()]


@pytest.mark.parametrize("told", EACH)
def test_landfall_is_not_fooled(told: Scenario) -> None:
    """Each ends as is right, for the reason that is right, recorded once, and told where it is no success."""
    run = virtual.run(told)
    assert not report.complaint(told, run)
    (event,) = run.events
    schemas.holds("deployment-ended", event)
    assert event["outcome"] == run.outcome


def test_there_are_enough() -> None:
    """At least sixty, at least twenty of them for the local AWS; each says why, and is cited where it happened."""
    assert len(scenarios()) >= 60
    assert sum(s.e2e for s in scenarios()) >= 20
    assert all(s.title and s.why for s in scenarios())
    assert sum(bool(s.source) for s in scenarios()) >= 30


def test_some_are_kept_apart() -> None:
    """At least twenty are not tried here, so that nothing is tuned to them: of other ids, and of the same kinds."""
    assert len(held_out()) >= 20
    assert not {s.id for s in held_out()} & {s.id for s in scenarios()}
    assert {s.theme for s in held_out()} <= {s.theme for s in scenarios()}
    assert all(s.title and s.why and not s.e2e for s in held_out())


FOOLED = {
    "ecspresso": ("wrong-digest", "success"),
    "silinternational/ecs-deploy": ("foreign-task", "success"),
    "amazon-ecs-deploy-task-definition": ("scaled-to-zero", "success"),
    "shell script": ("one-timed-out-request", "failure"),
}


@pytest.mark.parametrize("tool", predicates.PREDICATES)
def test_predicate(tool: str) -> None:
    """Each predicate calls a good release good, a circuit breaker's FAILED a failure, and is fooled as documented."""
    assert predicates.verdict(tool, scenario("good"))[0] == "success"
    assert predicates.verdict(tool, scenario("circuit-breaker-failed-no-rollback"))[0] == "failure"
    fooled, said = FOOLED[tool]
    assert predicates.verdict(tool, scenario(fooled))[0] == said
