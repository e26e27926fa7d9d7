"""`landfall abort`: a deployment that is under way is stopped for whom AWS names, and its recovery is followed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from typer.testing import Result

from cli.command import At
from cli.exits import Exit
from landfall.abort import aborted
from landfall.abort.aborted import Aborted
from landfall.approval import approval
from landfall.aws.executions import Executions
from landfall.ledger import deployment_record
from landfall.model import Outcome
from tests.cli.answering import answering
from tests.cli.world import SERVICE, A, inputs, landfall, record
from tests.steps import machine, standin
from tests.support import builders as b
from tests.ui import sign_offs

ID = "20260101T000000Z-sample-x"
WHO = "arn:aws:iam::123456789012:role/OnCall"
ABORTED = Aborted(WHO, "arn:aws:sts::123456789012:assumed-role/OnCall/ann", "2026-01-02T03:04:05Z", "wrong colour")


def run(*words: str) -> Result:
    """Run the command."""
    return landfall(words)


@pytest.fixture
def going(at: At) -> str:
    """Return the ARN of an execution whose deployment is under way."""
    client = at.cloud.client("stepfunctions")
    arn = str(client.start_execution(stateMachineArn=at.cloud.machine, name=ID, input="{}")["executionArn"])
    standin.open_record(b.release(deployment_id=ID, execution_arn=arn, started_at=b.NOW.isoformat()))
    return arn


@pytest.fixture
def door(at: At) -> Iterator[list[str]]:
    """Serve Landfall's own function at a URL. Returns the caller's ARN as AWS gives it, to be changed."""
    arns = ["arn:aws:sts::123456789012:assumed-role/OnCall/s1"]

    def reply(body: bytes) -> tuple[int, bytes]:
        context = {"http": {"method": "POST"}, "authorizer": {"iam": {"userArn": arns[-1]}}}
        said = machine.invoke("abort", {"requestContext": context, "body": body.decode()})
        return int(said["statusCode"]), str(said["body"]).encode()

    with answering(reply) as url:
        at.cloud.outputs["AbortUrl"] = url
        yield arns


def closes(at: At, outcome: Outcome = Outcome.ROLLED_BACK) -> None:
    """Have the record closed as soon as the execution is stopped: by the recovery, unless the release was faster."""

    def close(**_: Any) -> None:
        found = at.cloud.ledger.record(SERVICE.name, ID)
        assert found is not None
        release = b.release(deployment_id=ID, execution_arn=found["execution_arn"], started_at=b.NOW.isoformat())
        standin.ledger().close(deployment_record.closed(b.ended(outcome, release=release), b.NOW))

    at.cloud.client("stepfunctions").meta.events.register("before-call.sfn.GetExecutionHistory", close)


def test_it_goes_back_at_once(at: At, going: str, door: list[str]) -> None:
    """The execution is stopped, the record says who and why, and the outcome is the exit code."""
    closes(at)

    result = run("abort", ID, "--yes", "--reason", "wrong colour", "--json")

    assert result.exit_code == Exit.ROLLED_BACK, result.output
    told = at.cloud.client("stepfunctions").describe_execution(executionArn=going)
    assert (told["status"], json.loads(result.stdout[result.stdout.index("{\n") :])["outcome"]) == (
        "ABORTED",
        "ROLLED_BACK",
    )
    found = aborted.read(at.cloud.ledger.record(SERVICE.name, ID))
    assert (found and found.who, found and found.reason) == ("arn:aws:iam::123456789012:role/OnCall", "wrong colour")
    assert inputs(at) == []


def test_an_abort_that_came_too_late_says_so(at: At, going: str, door: list[str]) -> None:
    """The release is proven live all the same: the exit code is its own, and nobody reads that it was taken back."""
    closes(at, Outcome.SUCCEEDED)
    result = run("abort", ID, "--yes")
    assert (result.exit_code, "NOT aborted" in result.output) == (Exit.LIVE, True)


def test_status_says_who_aborted_what_is_under_way(at: At, going: str, door: list[str]) -> None:
    """While it goes back, it waits for no approval, and is not just under way."""
    known = approval.written(sign_offs.waiting(b.NOW))
    at.cloud.ledger.update(SERVICE.name, ID, approval=known, abort=aborted.written(ABORTED))
    told = " ".join(run("status").stdout.split())
    assert f"abort aborted by {WHO} at 2026-01-02T03:04:05Z: wrong colour; goes back" in told
    assert "approval" not in told
    (service,) = json.loads(run("status", "--json").stdout)["services"]
    assert (service["abort"].endswith("; goes back"), "paused" in service) == (True, False)


def test_status_says_nothing_of_an_abort_that_is_over(at: At, going: str) -> None:
    """The deployment has ended, and only its report is left: its outcome says what became of it."""
    release = b.release(deployment_id=ID, execution_arn=going, started_at=b.NOW.isoformat())
    at.cloud.ledger.update(SERVICE.name, ID, abort=aborted.written(ABORTED))
    standin.ledger().close(deployment_record.closed(b.ended(Outcome.ROLLED_BACK, release=release), b.NOW))
    assert "aborted" not in run("status").stdout


@pytest.mark.parametrize("outcome", ["", "SUCCEEDED"])
def test_show_says_whether_an_abort_came_too_late(at: At, going: str, outcome: str) -> None:
    """Who asked and as whom is there in both cases."""
    at.cloud.ledger.update(SERVICE.name, ID, abort=aborted.written(ABORTED))
    if outcome:
        release = b.release(deployment_id=ID, execution_arn=going, started_at=b.NOW.isoformat())
        standin.ledger().close(deployment_record.closed(b.ended(Outcome(outcome), release=release), b.NOW))
    told = " ".join(run("show", ID).stdout.split())
    assert (f"aborted by {WHO}" in told, "too late: it ended as SUCCEEDED" in told) == (not outcome, bool(outcome))
    assert f"(as {ABORTED.arn})" in told


def test_a_landfall_without_the_door_says_so(at: At, going: str) -> None:
    """The command is newer than what is deployed: nothing is stopped with the caller's own rights."""
    result = run("abort", ID, "--yes")

    assert (result.exit_code, "deploy Landfall again" in " ".join(result.output.split())) == (2, True)
    assert Executions(at.cloud.client("stepfunctions")).status(going) == "RUNNING"


def test_whom_the_door_turns_away_stops_nothing(at: At, going: str, door: list[str]) -> None:
    """The door's own sentence is the error, and the exit code says that nothing was done."""
    door.append("arn:aws:iam::123456789012:root")
    result = run("abort", ID, "--yes")

    assert (result.exit_code, "AWS named no role and no user" in result.output) == (Exit.REFUSED, True)
    assert Executions(at.cloud.client("stepfunctions")).status(going) == "RUNNING"


def test_a_deployment_that_ended_is_refused(at: At) -> None:
    """There is nothing to abort: going back from it is a deployment of its own."""
    record("20260101T000000Z", A, Outcome.SUCCEEDED, "f:1")
    result = run("abort", "20260101T000000Z-x", "--yes")
    assert (result.exit_code, "NOT_UNDER_WAY" in result.output or "nothing to abort" in result.output) == (2, True)
    assert "landfall rollback" in result.output
    assert inputs(at) == []


def test_one_that_nobody_knows_is_refused(at: At) -> None:
    """And nothing is stopped."""
    assert run("abort", "20990101T000000Z-nobody", "--yes").exit_code == Exit.REFUSED
    assert inputs(at) == []


def test_nobody_confirms_without_a_terminal(at: At, going: str) -> None:
    """A script says --yes."""
    assert run("abort", ID).exit_code == Exit.REFUSED
    assert Executions(at.cloud.client("stepfunctions")).status(going) == "RUNNING"
    assert inputs(at) == []


@pytest.mark.parametrize("reason", ["x" * 201, "one line\nand another", "\x1b[31mred"])
def test_a_reason_that_can_not_be_kept_is_refused_before_anything_is_stopped(at: At, going: str, reason: str) -> None:
    """The command refuses it as it refuses the reason of a release, and nothing was asked of AWS."""
    result = run("abort", ID, "--yes", "--reason", reason)
    status = at.cloud.client("stepfunctions").describe_execution(executionArn=going)["status"]
    assert (result.exit_code, status, inputs(at)) == (2, "RUNNING", [])
    assert "--reason can't be kept: reason " in result.output


@pytest.mark.parametrize(("words", "said"), [(("",), "DEPLOYMENT is empty"), ((ID, "--service", "nosuch"), "'nosuch'")])
def test_a_wrong_name_aborts_nothing(at: At, going: str, words: tuple[str, ...], said: str) -> None:
    """An unset variable of a script is not the newest deployment."""
    result = run("abort", *words, "--yes")
    status = at.cloud.client("stepfunctions").describe_execution(executionArn=going)["status"]
    assert (result.exit_code, status) == (2, "RUNNING")
    assert said in result.output
