"""`landfall rollback`: deploys a release that was proven before, with the same proof."""

from __future__ import annotations

import secrets
import sys
from datetime import UTC, datetime
from itertools import islice
from typing import Annotated

import typer

from cli import records
from cli.command import At, ServiceName, verb
from cli.deployments import begin, follow
from cli.exits import Refused
from cli.live_release import look
from cli.verbs.release import finished
from landfall import naming
from landfall.aws.dynamodb.ledger_chain import WALKED
from landfall.chain import Record
from landfall.intake import document
from landfall.ledger import drills
from landfall.settings import Service


@verb
def rollback(
    at: At,
    *,
    service: ServiceName = None,
    to: Annotated[
        str,
        typer.Option(
            help="A commit, a digest or a deployment id. [default: the release that was proven before this one]"
        ),
    ] = "",
    reason: Annotated[str, typer.Option(help="Why. Kept in the ledger. At most 200 characters.")] = "",
    cross_migration: Annotated[
        bool,
        typer.Option("--cross-migration", help="Go back even across a migration that is not backward compatible."),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")] = False,
) -> int:
    """Go back to a release that was proven live before.

    This is a deployment like any other, with the same proof and the same exit codes.
    """
    chosen = at.cloud.service(service)
    target = _target(at, chosen, to)
    at.out.check("back to", True, f"{target['git_sha']}, proven {target['ended_at']}, {target['task_definition']}")
    if not yes and not sys.stdin.isatty():
        raise Refused("UNCONFIRMED", "this is not a terminal, so nobody can confirm; add --yes")
    if not yes and not typer.confirm("Roll back?"):
        raise Refused("DECLINED", "nothing was touched")
    name = naming.execution(datetime.now(UTC), chosen.name, str(target["git_sha"]), secrets.token_hex(3))
    digest, proven_by, by = str(target["image_digest"]), str(target["deployment_id"]), document.asker(at.cloud.identity)
    asked = document.of_rollback(
        chosen.name, digest, proven_by, requested_by=by, reason=reason, crosses=cross_migration
    )
    return finished(at, follow.to_the_end(at, begin.started(at, name, asked), chosen.name))


def _target(at: At, service: Service, to: str) -> Record:
    """Return the proven release to go back to: the named one, else the one proven before the running release.

    If the running revision is not proven, return the last proven release.
    """
    if to:
        return _named(at, service, to)
    candidates = list(islice(at.cloud.ledger.proven(service.name), WALKED))
    live = look(at.cloud, service)
    is_live = (lambda r: r["image_digest"] in live.image) if live.record else (lambda _: False)
    found = drills.behind(candidates, is_live)
    if found is None:
        raise Refused("NOTHING_BEFORE", f"the ledger has no proven release of {service.name} before the one that runs")
    return found


def _named(at: At, service: Service, to: str) -> Record:
    """Return the newest proven release that `to` names, however old it is.

    The indexes may lack a release that was proven this moment, so this reads the last proven releases too.
    """
    ledger, seen = at.cloud.ledger, dict[str, None]()
    exact = records.exactly(at.cloud, to, service.name)
    if found := ledger.proven_of([exact] if exact else records.of_name(at.cloud, service.name, to)):
        return found
    for record in islice(ledger.proven(service.name), WALKED):
        if records.is_named(record, to):
            return record
        seen[str(record["git_sha"])[:12]] = None
    known = ", ".join(list(seen)[:10]) or "none yet"
    raise Refused("NOT_PROVEN", f"--to {to!r} is not a proven release of {service.name}; proven are {known}")
