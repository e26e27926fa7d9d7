"""`landfall audit`: every revision of a service's family, and whether its images still exist."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, fields
from typing import Annotated, NamedTuple

import typer
from rich.text import Text

from cli import known_records
from cli.command import AsCsv, At, OneService, verb
from cli.exits import Exit, Refused
from cli.timeline import brief, colour
from landfall.aws.ecs import Ecs
from landfall.ledger import revisions
from landfall.ledger.revisions import Problem, Revision, Row
from landfall.model import UNKNOWN
from landfall.settings import Service

FIELDS = tuple(f.name for f in fields(Row))


@verb
def audit(
    at: At,
    service: OneService = "",
    *,
    last: Annotated[int, typer.Option(min=1, help="How many revisions, newest first.")] = 100,
    as_csv: AsCsv = False,
) -> int:
    """List a service's task-definition revisions, newest first. What is not known is UNKNOWN.

    Exits 1 if the tag of a commit was moved, or if an image that a rollback needs is gone from ECR or will expire soon.
    """
    found = examined(at, at.cloud.service(service or None), last)
    documents = [asdict(row) for row in found.rows]
    if as_csv:
        at.out.table(FIELDS, documents)
    else:
        _show(at, found.rows)
    if found.left:
        at.out.say(f"{found.left} older revisions are not listed; --last {last + found.left} lists all", "yellow")
    for problem in found.problems:
        at.out.check(problem.code, False, problem.what)
    problems = [asdict(each) for each in found.problems]
    document = {"family": found.family, "revisions": documents, "left_out": found.left, "problems": problems}
    at.out.document(document)
    return Exit.FAILED if found.problems else Exit.LIVE


class Examined(NamedTuple):
    """What an audit found. `left`: how many older revisions it did not look at."""

    family: str
    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]
    left: int


def examined(at: At, service: Service, last: int) -> Examined:
    """Look at the newest revisions of a service, at the images in ECR, and at what the ledger says of both."""
    ecs = at.cloud.ecs(service)
    live = view.primary.task_definition if (view := ecs.service()) and view.primary else ""
    family = _family(at, live, service)
    arns = list(ecs.revisions(family))
    found = list(_described(at, ecs, arns[:last], service))
    images = list(at.cloud.ecr(service).images())
    records = known_records.of(at.cloud, service.name, found, images)
    runs = next((r.digest for r in found if r.arn == live), "")
    rows = revisions.rows(found, records, images, live)
    return Examined(family, rows, revisions.problems(records, images, runs), len(arns) - len(rows))


def _family(at: At, live: str, service: Service) -> str:
    """Return the family of the running revision, else that of the newest release in the ledger. Raises Refused."""
    arn = live or known_records.last_revision(at.cloud.ledger, service.name)
    if not arn:
        what = f"ECS has no service {service.cluster}/{service.service}, and the ledger has no revision of it"
        raise Refused("NO_FAMILY", f"{what}; there is nothing to audit before the first release")
    return arn.rpartition("/")[2].rpartition(":")[0]


def _described(at: At, ecs: Ecs, arns: list[str], service: Service) -> Iterator[Revision]:
    """Describe revisions one by one, since ECS has no batch call. On a terminal it shows the progress."""
    with at.out.console.status("") as status:
        for number, arn in enumerate(arns, 1):
            status.update(f"describing revision {number} of {len(arns)} …")
            yield ecs.revision(arn, service.container)


def _show(at: At, rows: tuple[Row, ...]) -> None:
    for row in rows:
        text = Text(f"{row.revision:<24} {row.status:<8} {row.registered_at[:19]:<19}  ")
        text.append(f"{row.commit[:12]:<12}  {_short(row.digest):<12}  ")
        text.append(f"{row.outcome:<15}", style=colour(row.outcome) if row.outcome != UNKNOWN else "")
        text.append(f"  migration {row.migration}")
        text.append(f"  {brief(row.requested_by)}; registered by {row.registered_by.rpartition(':')[2]}")
        at.out.say(text.append("  ← live" if row.live == "yes" else "", style="bold"))


def _short(digest: str) -> str:
    return digest.removeprefix("sha256:")[:12]
