"""Recovery from states that only trouble leads to: lost answers, a stray target, a busy lock, a stopped recovery.

Part of `make recovery`; test_recovery.py has the states of every deployment.
"""

from __future__ import annotations

import pytest

from cli.deployments.running_execution import Ending
from local.stage.inbox import Inbox
from local.stage.landfall_stage import Stage
from tests.e2e import laws
from tests.e2e.events import ENDED, lost
from tests.e2e.shared.stopped_in_trouble import CASES, IN_ITS_QUEUE, IN_THE_QUEUE, OF_RECOVERY, REJECTED
from tests.e2e.stopping import (
    SERVICE,
    begun,
    entered,
    eventually,
    is_live,
    proven_or_paged,
    recovery_of,
    stopped_in,
    swept,
)

pytestmark = [pytest.mark.e2e, pytest.mark.long]


@pytest.mark.parametrize("state", CASES)
def test_stopped_while_it_waits_in(stage: Stage, inbox: Inbox, baseline: Ending, state: str) -> None:
    """A wait for something to get better is stopped like any other state, and the service is proven again."""
    fault, after, trouble = CASES[state]
    live, told = stage.live(SERVICE)["gitSha"], len(inbox.messages())
    follower = begun(stage, fault)
    entered(stage, follower, after)
    with trouble(stage):
        stopped_in(stage, follower, state)

    record = proven_or_paged(stage, inbox, follower, told)

    assert record["outcome"] == "ROLLED_BACK"
    is_live(stage, live)


def test_stopped_while_it_waits_for_the_lock(stage: Stage, inbox: Inbox, baseline: Ending) -> None:
    """Who is stopped in the queue touched nothing; who has the lock goes on undisturbed, and lands."""
    first = begun(stage)
    entered(stage, first, "UpdateService")
    live, told = stage.live(SERVICE)["gitSha"], len(inbox.messages())
    second = stage.start({"service": SERVICE, "image_tag": live, "requested_by": "somebody"})

    stopped_in(stage, second, IN_THE_QUEUE)
    record = proven_or_paged(stage, inbox, second, told)

    assert record["outcome"] == "REJECTED"
    ending = stage.ended(first, SERVICE)
    laws.hold(stage, ending, SERVICE, "SUCCEEDED")


@pytest.mark.parametrize("state", REJECTED)
def test_stopped_while_it_is_rejected(stage: Stage, inbox: Inbox, baseline: Ending, state: str) -> None:
    """A request that can't be met is told of once, however its execution ends, and touches nothing."""
    before, known = laws.untouched(stage, SERVICE), {m.body for m in inbox.messages()}
    follower = stage.start({"service": SERVICE, "image_tag": "0" * 40})

    stopped_in(stage, follower, state)
    record = eventually(
        lambda: next(
            (r for r in stage.records(SERVICE) if r["execution_arn"] == follower.arn and "ended_at" in r), None
        ),
        "the rejection to be closed",
    )
    eventually(lambda: "unfinished" not in stage.record_of(follower.arn, SERVICE), "it to be finished")

    assert record["outcome"] == "REJECTED"
    told = [m for m in inbox.messages(at_least=len(known) + 1) if m.body not in known]
    assert [m.attributes["outcome"] for m in told] == ["REJECTED"]
    assert laws.untouched(stage, SERVICE) == before


@pytest.mark.parametrize("state", OF_RECOVERY)
def test_a_recovery_that_is_stopped_too(stage: Stage, inbox: Inbox, baseline: Ending, state: str) -> None:
    """The sweep finds the deployment again, and the next recovery finishes it."""
    live, told = stage.live(SERVICE)["gitSha"], len(inbox.messages())
    follower = stopped_in(stage, begun(stage), "WaitForStability")
    recovery = stopped_in(stage, recovery_of(stage, follower.arn), state)
    eventually(lambda: swept(stage) == 1, "the sweep to start a second recovery", seconds=70, pause=2)

    record = proven_or_paged(stage, inbox, follower, told)

    assert record["outcome"] == "ROLLED_BACK"
    assert record["recovered_by"] != recovery.arn
    is_live(stage, live)


def test_a_recovery_that_waits_for_the_lock(stage: Stage, inbox: Inbox, baseline: Ending) -> None:
    """A lock that is somebody else's is waited for; a recovery stopped meanwhile is followed by another."""
    live, told = stage.live(SERVICE)["gitSha"], len(inbox.messages())
    locks = stage.aws.client("dynamodb")
    with lost(stage, ENDED):
        follower = stopped_in(stage, begun(stage), "WaitForStability")
        table, key = stage.pipeline["LockTableName"], {"service": {"S": SERVICE}}
        deployment_id = stage.lock(SERVICE)["deployment_id"]
        locks.update_item(
            TableName=table,
            Key=key,
            UpdateExpression="SET #owner = :owner, deployment_id = :id",  # under a lease that has hours to go
            ExpressionAttributeNames={"#owner": "owner"},
            ExpressionAttributeValues={":owner": {"S": f"{follower.arn}-of-somebody-else"}, ":id": {"S": "theirs"}},
        )
        assert swept(stage) == 1
        stopped_in(stage, recovery_of(stage, deployment_id, but=(follower.arn,)), IN_ITS_QUEUE)
        free = {"UpdateExpression": "REMOVE #owner, deployment_id", "ExpressionAttributeNames": {"#owner": "owner"}}
        locks.update_item(TableName=table, Key=key, **free)
        eventually(lambda: swept(stage) == 1, "the sweep to start a second recovery", seconds=70, pause=2)
        record = proven_or_paged(stage, inbox, follower, told)

    assert record["outcome"] == "ROLLED_BACK"
    is_live(stage, live)
