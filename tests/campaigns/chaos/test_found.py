"""What chaos found, kept as it was: the schedule itself, since a seed means another one when the dice change.

Those with a seed were met by a run; the others were seen coming when their kind of fault was written.
"""

from __future__ import annotations

import pytest

from local.faults.pictures import DESCRIBE, UPDATE
from local.faults.planned import ASKED, INVOKE, Kind, Rule
from tests.campaigns.chaos.lane import Lane
from tests.campaigns.chaos.run import Theatre
from tests.campaigns.chaos.schedule import BAD, GOOD, Deployment

pytestmark = [pytest.mark.e2e, pytest.mark.long]

UPDATE_ITEM = "dynamodb:UpdateItem"
FOUND = {
    # seed 20260731, number 1: the report was written a second time, so that its bucket kept two versions of it
    "a report written twice": (GOOD, (Rule(UPDATE_ITEM, Kind.KILL_BEFORE, "landfall-report"),)),
    # a call that the client gave up took the lock again, with a fence that nobody was told of: a good release was lost
    "a lock taken late": (GOOD, (Rule(UPDATE_ITEM, Kind.LATE, "landfall-acquire-lock", seconds=1.5),)),
    # boto3 repeated RegisterTaskDefinition by itself: two revisions for one release
    "two revisions": (GOOD, (Rule("ecs:RegisterTaskDefinition", Kind.DROP, "landfall-register-task-definition"),)),
    # gone before it opened its record, and so an execution without one
    "no record": (
        GOOD,
        (
            Rule(INVOKE, Kind.STOP, "landfall-resolve"),
            Rule("ecr:DescribeImages", Kind.KILL_BEFORE, "landfall-resolve", times=9),
        ),
    ),
    # seed 20260731, number 48: the same, and its recovery gone as well: nobody came back for it
    "no record, and no recovery": (
        GOOD,
        (
            Rule(INVOKE, Kind.STOP, "landfall-resolve", times=2),
            Rule("ecr:DescribeImages", Kind.KILL_BEFORE, "landfall-resolve", times=9),
            Rule(UPDATE_ITEM, Kind.KILL_BEFORE, "landfall-resolve"),
        ),
    ),
    # seed 20260731, number 58: four throttles in a row, and a good release was rejected
    "throttled for a while": (
        GOOD,
        (Rule("ecs:RegisterTaskDefinition", Kind.THROTTLE, "landfall-register-task-definition", times=4),),
    ),
    # seed 7, number 17: a count of 0 in one picture, and a good release was rolled back
    "a count of 0 seen once": (GOOD, (Rule(DESCRIBE, Kind.ZERO, "landfall-check-target-health"),)),
    "no deployments seen once": (GOOD, (Rule(DESCRIBE, Kind.EMPTY, "landfall-check-stability", nth=2),)),
    "a count of 0 at preflight": (GOOD, (Rule(DESCRIBE, Kind.ZERO, "landfall-preflight"),)),
    "reads behind the update": (GOOD, (Rule(UPDATE, Kind.BEHIND, "landfall-update-service"),)),
    "reads behind the way back": (BAD[0], (Rule(UPDATE, Kind.BEHIND, "landfall-rollback"),)),
    "an answer lost at preflight": (GOOD, (Rule(ASKED, Kind.DROP, "landfall-preflight"),)),
}
"""What is released, and what goes wrong: each broke a law, or would have."""
FOUND_AT_GATES = {
    # the question to the approvers was written a second time, in the place of their yes
    "a question written late": (GOOD, (Rule(UPDATE_ITEM, Kind.LATE, "landfall-check-approval", seconds=4.0),)),
}
"""The same, on a service that migrates and asks people."""


@pytest.mark.parametrize("found", FOUND)
def test_what_was_found(there: Theatre, lane: Lane, found: str) -> None:
    """The same schedule keeps every law now."""
    kind, rules = FOUND[found]

    played = there.play(lane, Deployment(1000 + list(FOUND).index(found), kind, rules))

    assert played.violations == ()
    assert played.happened


@pytest.mark.parametrize("found", FOUND_AT_GATES)
def test_what_was_found_at_gates(there: Theatre, gated: Lane, found: str) -> None:
    """The same schedule keeps every law now, and an answer that the door took."""
    kind, rules = FOUND_AT_GATES[found]

    played = there.play(gated, Deployment(2000 + list(FOUND_AT_GATES).index(found), kind, rules))

    assert played.violations == ()
    assert played.happened
