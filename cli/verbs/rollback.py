"""`landfall rollback`: back to a release that was proven, with the same proof."""

from __future__ import annotations

import secrets
import sys
from datetime import UTC, datetime
from itertools import islice
from typing import Annotated

import typer

from cli import records
from cli.deployments import begin, follow
from cli.exits import Refused
from cli.live import look
from cli.verb import At, ServiceName, verb
from cli.verbs.release import finished
from landfall import naming
from landfall.aws.chained import WALKED
from landfall.chain import Record
from landfall.intake import document
from landfall.settings import Service


@verb
def rollback(
    at: At,
    *,
    service: ServiceName = None,
    to: Annotated[
        str, typer.Option(help="A commit, a digest or a deployment id. [default: the one proven before]")
    ] = "",
    reason: Annotated[str, typer.Option(help="Why; kept in the ledger, 200 characters at most.")] = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")] = False,
) -> int:
    """Go back to a release that was proven live before.

    It is a deployment like any other: the same proof, the same exit codes.
    """
    chosen = at.cloud.service(service)
    target = _target(at, chosen, to)
    at.out.check("back to", True, f"{target['git_sha']}, proven {target['ended_at']}, {target['task_definition']}")
    if not yes and not sys.stdin.isatty():
        raise Refused("UNCONFIRMED", "nobody is here to ask; add --yes")
    if not yes and not typer.confirm("Roll back?"):
        raise Refused("DECLINED", "nothing was touched")
    name = naming.execution(datetime.now(UTC), chosen.name, str(target["git_sha"]), secrets.token_hex(3))
    digest, proven_by, by = str(target["image_digest"]), str(target["deployment_id"]), document.asker(at.cloud.identity)
    asked = document.of_rollback(chosen.name, digest, proven_by, requested_by=by, reason=reason)
    return finished(at, follow.to_the_end(at, begin.started(at, name, asked), chosen.name))


def _target(at: At, service: Service, to: str) -> Record:
    """Return the proven release to go back to: the named one, else the one proven before what runs.

    Where what runs is not proven, that is the last proven one.
    """
    if to:
        return _named(at, service, to)
    candidates = list(islice(at.cloud.ledger.proven(service.name), WALKED))
    live = look(at.cloud, service)
    # behind the oldest proof of what runs: the newest other one may be what was gone back from
    same = [i for i, r in enumerate(candidates) if r["image_digest"] in live.image]
    behind = candidates[max(same) + 1 :] if live.record and same else candidates
    found = next((r for r in behind if not live.record or r["image_digest"] not in live.image), None)
    if found is None:
        raise Refused("NOTHING_BEFORE", f"the ledger knows no proven release of {service.name} before what runs")
    return found


def _named(at: At, service: Service, to: str) -> Record:
    """Return the release of that name that was proven last, however long ago."""
    seen: dict[str, None] = {}
    for record in at.cloud.ledger.proven(service.name):
        if records.is_named(record, to):
            return record
        seen[str(record["git_sha"])[:12]] = None
    known = ", ".join(list(seen)[:10]) or "none yet"
    raise Refused("NOT_PROVEN", f"--to {to!r} is no proven release of {service.name}; there are {known}")
