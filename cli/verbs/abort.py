"""`landfall abort`: stops a deployment that is under way, and goes back to what ran before it."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from cli import records
from cli.command import At, ServiceName, verb
from cli.deployments import door, follow
from cli.exits import Refused
from cli.verbs.release import finished
from landfall.abort import aborted, may_abort
from landfall.errors import InvalidRequest
from landfall.intake import document


@verb
def abort(
    at: At,
    deployment: Annotated[
        str, typer.Argument(help="A deployment id, a commit, a digest, or an execution's name or ARN.")
    ],
    *,
    service: ServiceName = None,
    reason: Annotated[str, typer.Option(help="Why. Kept in the record. At most 200 characters.")] = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")] = False,
) -> int:
    """Stop a deployment that is under way, and go back to what ran before it.

    Its execution is stopped, and its recovery starts: it undoes the changes, proves what ran before, and closes the
    record, which names you as AWS names you. Has the exit codes of `landfall release`, so 1 means that it went back; 2
    if you may not abort, or the deployment has ended already.
    """
    if not deployment.strip():
        raise Refused("MISSING_DEPLOYMENT", "DEPLOYMENT is empty; name the one to abort: `landfall history` lists them")
    reason = _checked(reason)
    record = records.named(at.cloud, deployment, service)
    known = str(record["deployment_id"])
    if "outcome" in record:
        raise Refused("NOT_UNDER_WAY", may_abort.has_ended(known, str(record["outcome"])))
    at.out.check("to abort", True, f"{known} of {record['service']}, commit {record['git_sha']}")
    if not yes and not sys.stdin.isatty():
        raise Refused("UNCONFIRMED", "this is not a terminal, so nobody can confirm; add --yes")
    if not yes and not typer.confirm("Abort it, and go back?"):
        raise Refused("DECLINED", "nothing was touched")
    told = door.sent(at.cloud, door.ABORTS, record, {"reason": reason} if reason else {})
    at.out.say(told["message"], "yellow")
    end = follow.to_the_end(at, str(record["execution_arn"]), str(record["service"]))
    if end["outcome"] in aborted.TOO_LATE:
        at.out.say("It was NOT aborted: it came to its end first. To go back: landfall rollback", "yellow")
    return finished(at, end)


def _checked(reason: str) -> str:
    """Return the reason as it was typed. Raises Refused, before anything is stopped, if it can't be kept."""
    try:
        return str(document.checked({"reason": reason.strip()})["reason"])
    except InvalidRequest as error:
        raise Refused("BAD_REASON", f"--reason can't be kept: {error}; nothing was touched") from error
