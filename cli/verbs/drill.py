"""`landfall drill`: practises a rollback to the release proven before, and the way forward again; proves both."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from itertools import islice
from typing import Annotated, Any

import typer

from cli import drill_records
from cli.command import At, OneService, verb
from cli.deployments import begin, follow
from cli.exits import Exit, Refused
from cli.verbs import freeze
from cli.verbs.release import finished
from landfall import naming
from landfall.aws.dynamodb.ledger_chain import WALKED
from landfall.chain import Record
from landfall.intake import document
from landfall.ledger import drills
from landfall.ledger.drills import BACK, FORWARD
from landfall.reconcile import under_way
from landfall.settings import Service

NEWEST = 10


class Overtaken(Refused):
    """The way back was proven, and then somebody else's deployment began."""

    exit = Exit.SUPERSEDED


@verb
def drill(
    at: At,
    service: OneService = "",
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")] = False,
) -> int:
    """Practise the way back: go back to the release that was proven before, and forward again, both proven.

    These are two deployments like any other, with the same proof and the same exit codes. The service needs a drill
    table in services.toml. If this command is interrupted, the schedule starts the way forward.
    """
    chosen = at.cloud.service(service or None)
    target = _target(at, chosen)
    at.out.check("back to", True, f"{target['git_sha']}, proven {target['ended_at']}")
    if not yes and not sys.stdin.isatty():
        raise Refused("UNCONFIRMED", "this is not a terminal, so nobody can confirm; add --yes")
    if not yes and not typer.confirm("Go back, and forward again?"):
        raise Refused("DECLINED", "nothing was touched")
    name = naming.drill_back(datetime.now(UTC), chosen.name)
    told = _made(at, chosen, name, target, BACK)
    if told["exit_code"] != Exit.LIVE:
        return finished(at, told)
    last = at.cloud.ledger.last_change(chosen.name)
    forward = drills.way_forward(last, list(islice(at.cloud.ledger.proven(chosen.name), 2)))
    if last is None or forward is None:
        raise Overtaken("OVERTAKEN", "another deployment came after the way back, so there is no way forward to make")
    told = _made(at, chosen, naming.drill_forward(str(last["ended_at"]), chosen.name), forward, FORWARD)
    if practice := drill_records.last(at.cloud, chosen):
        at.out.say(practice.told(datetime.now(UTC)), "bold")
    return finished(at, told)


def _made(at: At, service: Service, name: str, target: Record, way: str) -> dict[str, Any]:
    """Start one of the two deployments, and wait for its end."""
    asked = document.of_rollback(
        service.name,
        str(target["image_digest"]),
        str(target["deployment_id"]),
        requested_by=document.asker(at.cloud.identity),
        reason=f"drill: the way {way}",
        drill=way,
    )
    return follow.to_the_end(at, begin.started(at, name, asked), service.name)


def _target(at: At, service: Service) -> Record:
    """Return the release to go back to. Raises Refused if no drill may begin now."""
    ledger, now = at.cloud.ledger, datetime.now(UTC)
    proven = list(islice(ledger.proven(service.name), WALKED))
    frozen = [str(each) for each in freeze.of(at.cloud, service)]
    if refusal := drills.refusal(service.drill, ledger.last_change(service.name), proven, frozen, now):
        raise Refused(refusal.code, refusal.why)
    view = at.cloud.ecs(service).service()
    if view and (refusal := drills.by_hand(ledger.last_change(service.name), view.task_definition)):
        raise Refused(refusal.code, refusal.why)
    newest = islice(ledger.newest_first(service.name, NEWEST), NEWEST)
    if under_way.any_open((*ledger.unfinished(service.name), *newest)):
        raise Refused("UNDER_WAY", f"a deployment of {service.name} is under way; wait until it ends")
    target = drills.way_back(proven)
    if target is None:
        raise Refused("NOTHING_BEFORE", f"the ledger has no proven release of {service.name} before the one that runs")
    return target
