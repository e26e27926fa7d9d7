"""`landfall abort`: stops a deployment that is under way, and goes back to what ran before it."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

from cli import records
from cli.command import At, ServiceName, verb
from cli.deployments import follow
from cli.exits import Refused
from cli.verbs.release import finished
from landfall import naming
from landfall.aws.executions import Executions
from landfall.aws.trying import trying
from landfall.chain import Record
from landfall.errors import AwsCallFailed, InvalidRequest
from landfall.intake import document
from landfall.settings import Service

NAME = "Landfall.Aborted"
"""The error that a stopped execution shows; its cause says who stopped it, and why."""
MOST_CAUSE = 1000


@verb
def abort(
    at: At,
    deployment: Annotated[
        str, typer.Argument(help="A deployment id, a commit, a digest, or an execution's name or ARN.")
    ],
    *,
    service: ServiceName = None,
    reason: Annotated[str, typer.Option(help="Why. Kept with the execution. At most 200 characters.")] = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")] = False,
) -> int:
    """Stop a deployment that is under way, and go back to what ran before it.

    Its execution is stopped with your own rights, and its recovery starts at once: it undoes the changes, proves what
    ran before, and closes the record. Has the exit codes of `landfall release`, so 1 means that it went back.
    """
    if not deployment.strip():
        raise Refused("MISSING_DEPLOYMENT", "DEPLOYMENT is empty; name the one to abort: `landfall history` lists them")
    reason = _checked(reason)
    record = records.named(at.cloud, deployment, service)
    known = str(record["deployment_id"])
    if "outcome" in record:
        ended = f"deployment {known} ended as {record['outcome']}, so there is nothing to abort"
        raise Refused("NOT_UNDER_WAY", f"{ended}; to go back to an earlier release: landfall rollback")
    at.out.check("to abort", True, f"{known} of {record['service']}, commit {record['git_sha']}")
    if not yes and not sys.stdin.isatty():
        raise Refused("UNCONFIRMED", "this is not a terminal, so nobody can confirm; add --yes")
    if not yes and not typer.confirm("Abort it, and go back?"):
        raise Refused("DECLINED", "nothing was touched")
    chosen = at.cloud.service(str(record["service"]))
    _stop(at, record, reason)
    _recover(at, chosen, record, reason)
    return finished(at, follow.to_the_end(at, str(record["execution_arn"]), chosen.name))


def _checked(reason: str) -> str:
    """Return the reason as it was typed. The recovery would refuse a bad one when the execution is already stopped."""
    try:
        return str(document.checked({"reason": reason.strip()})["reason"])
    except InvalidRequest as error:
        raise Refused("BAD_REASON", f"--reason can't be kept: {error}; nothing was touched") from error


def _stop(at: At, record: Record, reason: str) -> None:
    """Stop the execution. One that has ended, and left its record open, is being recovered or will be."""
    arn = str(record["execution_arn"])
    cause = f"{document.asker(at.cloud.identity)}: {reason or 'landfall abort'}"[:MOST_CAUSE]
    if (status := Executions(at.cloud.client("stepfunctions")).status(arn)) != "RUNNING":
        at.out.say(f"its execution is {status or 'gone'} already", "yellow")
        return
    with trying(f"stopping execution {arn}"):
        at.cloud.client("stepfunctions").stop_execution(executionArn=arn, error=NAME, cause=cause)


def _recover(at: At, service: Service, record: Record, reason: str) -> None:
    """Start the recovery as the sweep does. An event starts one too; whichever is second has nothing to do.

    If it can't be started here, the event or the sweep starts it.
    """
    known = str(record["deployment_id"])
    by = document.asker(at.cloud.identity)
    wanted = document.of_recovery(service.name, known, requested_by=by, reason=reason or "landfall abort")
    try:
        executions = Executions(at.cloud.client("stepfunctions"))
        executions.start(at.cloud.machine, naming.recovery(known, datetime.now(UTC)), wanted)
    except AwsCallFailed as error:
        at.out.say(f"can't start the recovery from here ({error}); the sweep starts it within minutes", "yellow")
