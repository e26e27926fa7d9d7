"""`landfall approve` and `landfall reject`: answer a deployment that waits for people to sign it off."""

from __future__ import annotations

from typing import Annotated

import typer

from cli import records
from cli.command import At, ServiceName, verb
from cli.deployments import door
from landfall.approval import approval, approval_words
from landfall.chain import Record

Deployment = Annotated[str, typer.Argument(help="A deployment id, a commit, a digest, or an execution's name or ARN.")]
Reason = Annotated[str, typer.Option(help="Why. Kept in the record. At most 500 characters.")]


@verb
def approve(
    at: At,
    deployment: Deployment,
    *,
    service: ServiceName = None,
    check: Annotated[
        list[str] | None, typer.Option("--check", help="An item of the checklist that you confirm. Repeat it for each.")
    ] = None,
    reason: Reason = "",
) -> int:
    """Say yes to a deployment that waits for approval. Who you are is what AWS says of your credentials.

    Exits 0 if your yes counts, with `four_eyes` also if a second one is needed; 2 if it does not count; 6 if no reply
    came.
    """
    return _answered(at, records.named(at.cloud, deployment, service), "approve", check or [], reason)


@verb
def reject(at: At, deployment: Deployment, *, service: ServiceName = None, reason: Reason = "") -> int:
    """Say no to a deployment that waits for approval. It is rejected, or rolled back if it is live already.

    Has the exit codes of `landfall approve`.
    """
    return _answered(at, records.named(at.cloud, deployment, service), "reject", [], reason)


def _answered(at: At, record: Record, answer: str, items: list[str], reason: str) -> int:
    name, known = str(record["deployment_id"]), approval.read(record)
    at.out.say(f"{record['service']} {name}, commit {record['git_sha']}")
    if known:
        at.out.say(approval_words.ended(known), "dim")
    said = {"answer": answer, "items": items, **({"reason": reason} if reason else {})}
    told = door.sent(at.cloud, door.APPROVALS, record, said)
    at.out.say(told["message"], "green")
    at.out.document({"service": record["service"], "deployment_id": name, "answer": answer, **told})
    return 0
