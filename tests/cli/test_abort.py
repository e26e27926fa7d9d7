"""`landfall abort`: a deployment that is under way is stopped and recovered at once, with the caller's own rights."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from typer.testing import CliRunner, Result

from cli.__main__ import app
from cli.command import At
from cli.exits import Exit
from cli.verbs import abort
from landfall.aws.executions import Executions
from landfall.ledger import deployment_record
from landfall.model import Outcome
from tests.cli.test_begin import SERVICE, A, _site, at, aws, inputs, record, settings_path, site
from tests.steps import standin
from tests.support import builders as b

__all__ = ["_site", "at", "aws", "settings_path", "site"]  # fixtures

ID = "20260101T000000Z-sample-x"


def run(*words: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(app, list(words))


@pytest.fixture
def going(at: At) -> str:
    """Return the ARN of an execution whose deployment is under way."""
    client = at.cloud.client("stepfunctions")
    arn = str(client.start_execution(stateMachineArn=at.cloud.machine, name=ID, input="{}")["executionArn"])
    standin.open_record(b.release(deployment_id=ID, execution_arn=arn, started_at=b.NOW.isoformat()))
    return arn


def closes(at: At) -> None:
    """Have the recovery close the record as soon as it is started: the service is back."""

    def close(**_: Any) -> None:
        found = at.cloud.ledger.record(SERVICE.name, ID)
        assert found is not None
        if "outcome" not in found:
            release = b.release(deployment_id=ID, execution_arn=found["execution_arn"], started_at=b.NOW.isoformat())
            standin.ledger().close(deployment_record.closed(b.ended(Outcome.ROLLED_BACK, release=release), b.NOW))

    at.cloud.client("stepfunctions").meta.events.register("after-call.sfn.StartExecution", close)


def test_it_goes_back_at_once(at: At, going: str) -> None:
    """The execution is stopped, with who and why; the recovery is started; the outcome is the exit code."""
    closes(at)

    result = run("abort", ID, "--yes", "--reason", "wrong colour", "--json")

    assert result.exit_code == Exit.ROLLED_BACK, result.output
    told = at.cloud.client("stepfunctions").describe_execution(executionArn=going)
    assert (told["status"], json.loads(result.stdout)["outcome"]) == ("ABORTED", "ROLLED_BACK")
    assert told.get("cause", "wrong colour").endswith("wrong colour")
    (asked,) = inputs(at)
    assert (asked["intent"], asked["deployment_id"], asked["reason"]) == ("recover", ID, "wrong colour")
    assert asked["requested_by"] != "UNKNOWN"


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


def test_an_execution_that_is_gone_is_recovered_all_the_same(at: At, going: str) -> None:
    """It was stopped a moment ago, or timed out, and its recovery has not begun."""
    at.cloud.client("stepfunctions").stop_execution(executionArn=going)
    closes(at)
    result = run("abort", ID, "--yes")
    assert result.exit_code == Exit.ROLLED_BACK, result.output
    assert "ABORTED already" in result.output
    assert len(inputs(at)) == 1


def test_a_right_that_is_missing_leaves_the_recovery_to_the_sweep(at: At, going: str) -> None:
    """Who may stop an execution may not start one, perhaps."""

    def refuse(**_: Any) -> None:
        raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "StartExecution")

    at.cloud.client("stepfunctions").meta.events.register("before-call.sfn.StartExecution", refuse)
    found = at.cloud.ledger.record(SERVICE.name, ID)
    assert found is not None
    abort._stop(at, found, "")
    abort._recover(at, SERVICE, found, "")
    assert Executions(at.cloud.client("stepfunctions")).status(going) == "ABORTED"


@pytest.mark.parametrize("reason", ["x" * 201, "one line\nand another", "\x1b[31mred"])
def test_a_reason_that_can_not_be_kept_is_refused_before_anything_is_stopped(at: At, going: str, reason: str) -> None:
    """The recovery would refuse it when the execution is stopped already: nobody would go back at once."""
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
