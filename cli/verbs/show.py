"""`landfall show`: everything that the ledger has about one deployment."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer
from rich.text import Text

from cli import contained, records
from cli.command import At, DeploymentName, ServiceName, verb
from cli.exits import Refused
from cli.timeline import colour
from cli.verbs.history import OPEN
from landfall.abort import aborted
from landfall.after import after_words, inquiry
from landfall.approval import approval, approval_words
from landfall.chain import Record, integer
from landfall.intake import recorded_requests
from landfall.migration import migration, migration_words
from landfall.model import UNKNOWN

NESTED = ("release", "progress", "ended", "migration", "gates", "after_check", "approval", "abort")
"""Fields that hold JSON: a recovery reads them."""
SAID_BY_BUILD = frozenset({"commit_time", "commit_author", "commit_subject", "commit_history"})
"""What the image's build says about its commit. It is not proof, and is marked so."""
TOLD = (
    ("why", "why"),
    ("code", "code"),
    ("commit", "git_sha"),
    ("committed", "commit_time"),
    ("author", "commit_author"),
    ("subject", "commit_subject"),
    ("history", "commit_history"),
    ("digest", "image_digest"),
    ("revision", "task_definition"),
    ("ECS deployment", "ecs_deployment"),
    ("ran before", "baseline_task_definition"),
    ("commit before", "baseline_git_sha"),
    ("restored to", "restored_to"),
    ("intent", "intent"),
    ("asked for by", "asked_by"),
    ("asked at", "asked_at"),
    ("asked with", "asked_via"),
    ("because", "asked_why"),
    ("asked in", "asked_in"),
    ("built as", "asked_build"),
    ("asked for too", "asked_too"),
    ("started by", "requested_by"),
    ("reason given", "reason"),
    ("requested at", "requested_at"),
    ("what came", "came"),
    ("started", "started_at"),
    ("ended", "ended_at"),
    ("report", "reported"),
    ("told as", "notified"),
    ("announced as", "announced"),
    ("recovered by", "recovered_by"),
    ("execution", "execution_arn"),
    ("schema", "schema"),
    ("number in chain", "sequence"),
    ("hash", "hash"),
)

IF_KNOWN = (*recorded_requests.FIELDS, "came")
"""Fields that are shown only if the record has them: most deployments were started by a push, not by a person."""


@verb
def show(
    at: At,
    deployment: DeploymentName = "",
    *,
    service: ServiceName = None,
    commit: Annotated[
        str, typer.Option("--commit", help="Say whether the release that was proven last contains this commit.")
    ] = "",
) -> int:
    """Show one deployment in full. If several match, show the newest."""
    if commit:
        if deployment:
            raise Refused(
                "BAD_OPTIONS",
                f"--commit {commit!r} asks about a service, not about deployment {deployment!r}; leave one out",
            )
        return contained.tell(at, at.cloud.service(service), commit)
    record = records.named(at.cloud, deployment, service)
    outcome = str(record.get("outcome", OPEN))
    at.out.say(f"{record['service']} {record['deployment_id']}", "bold")
    at.out.say(Text(f"  {'outcome':<16}").append(outcome, style=colour(outcome)))
    for label, name in TOLD:
        if name in (*IF_KNOWN, *SAID_BY_BUILD) and not record.get(name):
            continue
        by = "  (said by its build)" if name in SAID_BY_BUILD else ""
        at.out.say(Text(f"  {label:<16}{record.get(name) or UNKNOWN}{by}"))
    for label, text in (*aborted.full(aborted.read(record), outcome), *approval_words.full(approval.read(record))):
        at.out.say(Text(f"  {label:<20}{text}"))
    known = migration.read(record)
    told = migration_words.full(known, under_way="outcome" not in record)
    for label, text in (*told, *after_words.full(inquiry.read(record))):
        at.out.say(Text(f"  {label:<20}{text}"))
    for line in known.lines if known else ():
        at.out.say(Text(f"    {line}"))
    at.out.document(_whole(record))
    return 0


def _whole(record: Record) -> dict[str, Any]:
    """Return the whole record, with its JSON fields parsed."""
    opened = {name: _opened(str(record[name])) for name in NESTED if name in record}
    numbers = {name: number for name, value in record.items() if (number := integer(value)) is not None}
    return {"outcome": OPEN, **record, **numbers, **opened}


def _opened(text: str) -> Any:
    """Return a field's JSON value; the text itself if it is not valid JSON, because somebody changed it."""
    try:
        return json.loads(text)
    except ValueError:
        return text
