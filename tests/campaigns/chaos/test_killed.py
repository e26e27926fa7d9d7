"""Lambda processes killed on the local AWS, after each call that changes something: the replay does no second change.

tests/steps/test_killed.py does it to every step, and quickly; here it is the real process, retried by the real state
machine. Part of the long tests.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from landfall.after import inquiry
from landfall.migration import migration, run_task
from local.faults.planned import ENDED, INVOKE, Kind, Rule
from stacks.functions.steps_table import STEPS
from tests.campaigns.chaos.gates import HANGS, Fate
from tests.campaigns.chaos.kills import AFTER_PROOF, AT_GATES, CASES, CRASH, SUFFERS, UPDATE_ITEM
from tests.campaigns.chaos.lane import Lane
from tests.campaigns.chaos.run import Theatre
from tests.campaigns.chaos.schedule import GOOD, MISSING, Deployment

pytestmark = [pytest.mark.e2e, pytest.mark.long]


@dataclass(frozen=True)
class Case:
    """A step, killed after its `nth` call of an operation, in a release of that kind."""

    step: str
    call: str
    nth: int
    release: str

    @property
    def function(self) -> str:
        """Return the step's function."""
        return next(step.function_name for step in STEPS if step.id == self.step)

    @property
    def deployment(self) -> Deployment:
        """Return what is released, with nothing in its way yet."""
        if self.release in (HANGS, SUFFERS):
            return Deployment(0, GOOD, (), Fate(migration=HANGS, suffers=self.release == SUFFERS))
        return Deployment(0, self.release, ())

    def __str__(self) -> str:
        return f"{self.step}-{self.call}-{self.nth}-{self.release}"


EVERY = [Case(step, *case) for cases in (CASES, AT_GATES, AFTER_PROOF) for step, of in cases.items() for case in of]
USUAL = {GOOD: "SUCCEEDED", CRASH: "ROLLED_BACK", MISSING: "REJECTED", HANGS: "REJECTED", SUFFERS: "REJECTED"}


@pytest.mark.parametrize("kind", [Kind.KILL, Kind.DROP])
@pytest.mark.parametrize("case", EVERY, ids=str)
def test_killed(there: Theatre, request: pytest.FixtureRequest, case: Case, kind: Kind) -> None:
    """The process is killed, or its connection cut, between effect and answer: all laws hold, and once is once."""
    lanes = {"gated": AT_GATES, "checked": AFTER_PROOF}
    lane: Lane = request.getfixturevalue(next((lane for lane, of in lanes.items() if case.step in of), "lane"))
    rules = [Rule(case.call, kind, case.function, case.nth)]
    swept = case.step == "Sweep"
    if swept:  # it has something to do where an execution is stopped, and nobody hears of it
        rules += [Rule(INVOKE, Kind.STOP, "landfall-check-stability"), Rule(ENDED, Kind.LOSE)]
    number = 2 * EVERY.index(case) + 1 + (kind is Kind.DROP)

    played = there.play(lane, replace(case.deployment, number=number, rules=tuple(rules)))

    assert played.violations == ()
    assert (case.function, case.call, kind) in {(h.step, h.operation, h.kind) for h in played.happened}
    assert played.outcomes == ("ROLLED_BACK" if swept else USUAL[case.release],)
    if case.release != MISSING:
        assert len(_begun(lane)) == (USUAL[case.release] != "REJECTED")
    newest = lane.stage.records(lane.name)[-1]
    if case.release == SUFFERS:
        known = migration.read(newest)
        assert known
        assert known.warned
    if case.step == "AfterCheck":
        asked = inquiry.read(newest)
        assert asked
        assert asked.calls == _calls_of_the_owner(case, kind)


def _calls_of_the_owner(case: Case, kind: Kind) -> int:
    """Return how often the owner's function is called: again only where no answer came and none was written down.

    The client repeats a write whose answer was cut off. A process that was killed after the intent may have called it.
    """
    if case.call == UPDATE_ITEM:
        return 1 if case.nth == 2 or kind is Kind.DROP else 2
    return 2


def _begun(lane: Lane) -> set[str]:
    """Return the ECS deployments that ever started a task of the newest revision: a second update begins another."""
    ecs, cluster = lane.stage.ecs, f"landfall-{lane.name}"
    newest = f":{lane.newest_revision()}"
    listed = [ecs.list_tasks(cluster=cluster, desiredStatus=status) for status in ("RUNNING", "STOPPED")]
    arns = [arn for each in listed for arn in each["taskArns"]][:100]
    tasks = ecs.describe_tasks(cluster=cluster, tasks=arns)["tasks"]
    started = {task["startedBy"] for task in tasks if task["taskDefinitionArn"].endswith(newest)}
    return {each for each in started if not each.startswith(run_task.STARTED_BY)}
