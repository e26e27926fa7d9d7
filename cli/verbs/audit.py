"""`landfall audit`: every revision of a service's family, and whether the way back is still there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, fields
from typing import Annotated, Any

import typer
from rich.text import Text

from cli.exits import Refused
from cli.timeline import brief, colour
from cli.verb import AsCsv, At, OneService, verb
from landfall.aws.ecs import Ecs
from landfall.ledger import revisions, standing
from landfall.ledger.revisions import Revision, Row
from landfall.model import UNKNOWN
from landfall.settings import Service

FIELDS = tuple(f.name for f in fields(Row))
FOUND = 1
"""Exit code where something was found that must not be."""


@verb
def audit(
    at: At,
    service: OneService = "",
    *,
    last: Annotated[int, typer.Option(min=1, help="How many revisions, newest first.")] = 100,
    as_csv: AsCsv = False,
) -> int:
    """List a service's task-definition revisions, newest first; what nobody knows of them is UNKNOWN.

    Exits 1 where the tag of a commit moved, or an image that a rollback needs is gone from ECR or about to go.
    """
    chosen = at.cloud.service(service or None)
    ecs = at.cloud.ecs(chosen)
    records = standing.newest_first(at.cloud.ledger.newest_first(chosen.name))
    live = view.primary.task_definition if (view := ecs.service()) and view.primary else ""
    family = _family(live, records, chosen)
    arns = list(ecs.revisions(family))
    found = list(_described(at, ecs, arns[:last], chosen))
    images = list(at.cloud.ecr(chosen).images())
    runs = next((r.digest for r in found if r.arn == live), "")
    rows, wrong = revisions.rows(found, records, images, live), revisions.problems(records, images, runs)
    documents = [asdict(row) for row in rows]
    if as_csv:
        at.out.table(FIELDS, documents)
    else:
        _show(at, rows)
    left = len(arns) - len(rows)
    if left:
        at.out.say(f"{left} older revisions are left out; --last {len(arns)} lists all", "yellow")
    for problem in wrong:
        at.out.check(problem.code, False, problem.what)
    problems = [asdict(each) for each in wrong]
    at.out.document({"family": family, "revisions": documents, "left_out": left, "problems": problems})
    return FOUND if wrong else 0


def _family(live: str, records: list[dict[str, Any]], service: Service) -> str:
    """Return the family of what runs, else of the newest release the ledger knows. Raises Refused."""
    known = (str(record.get("task_definition") or "") for record in records)
    arn = live or next(filter(None, known), "")
    if not arn:
        what = f"ECS has no service {service.cluster}/{service.service}, and the ledger knows no revision of it"
        raise Refused("NO_FAMILY", f"{what}; nothing to audit before the first release")
    return arn.rpartition("/")[2].rpartition(":")[0]


def _described(at: At, ecs: Ecs, arns: list[str], service: Service) -> Iterator[Revision]:
    """Describe revisions one by one: ECS has no other way. On a terminal it says how far it is."""
    with at.out.console.status("") as status:
        for number, arn in enumerate(arns, 1):
            status.update(f"describing revision {number} of {len(arns)} …")
            yield ecs.revision(arn, service.container)


def _show(at: At, rows: tuple[Row, ...]) -> None:
    for row in rows:
        text = Text(f"{row.revision:<24} {row.status:<8} {row.registered_at[:19]:<19}  ")
        text.append(f"{row.commit[:12]:<12}  {_short(row.digest):<12}  ")
        text.append(f"{row.outcome:<15}", style=colour(row.outcome) if row.outcome != UNKNOWN else "")
        text.append(f"  {brief(row.requested_by)}; registered by {row.registered_by.rpartition(':')[2]}")
        at.out.say(text.append("  ← live" if row.live == "yes" else "", style="bold"))


def _short(digest: str) -> str:
    return digest.removeprefix("sha256:")[:12]
