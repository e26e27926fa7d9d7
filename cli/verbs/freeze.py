"""`landfall freeze` and `landfall unfreeze`: stop new releases for a time, for one service or for all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Annotated

import typer

from cli.cloud import Cloud
from cli.command import At, verb
from cli.exits import Refused
from landfall.intake import document
from landfall.intake import freeze as freezes
from landfall.intake.freeze import Freeze
from landfall.intake.request import moment
from landfall.partitions import EVERY_SERVICE
from landfall.settings import Service

Frozen = Annotated[str | None, typer.Argument(metavar="[SERVICE]", help="One service. [default: all of them]")]


@verb
def freeze(
    at: At,
    service: Frozen = None,
    *,
    reason: Annotated[
        str, typer.Option(help="Why. Shown to everybody whose release is rejected. At most 200 characters.")
    ],
    until: Annotated[
        str, typer.Option(help="When it ends, such as 2026-12-27T08:00:00Z. [default: when you unfreeze]")
    ] = "",
    span: Annotated[str, typer.Option("--for", help="How long it lasts, such as 90m, 2h or 3d.")] = "",
) -> int:
    """Reject releases of one service or of all, until the freeze ends or you lift it.

    Rollbacks and recoveries are still allowed. A running deployment goes on.
    """
    name, now = _name(at.cloud, service), datetime.now(UTC)
    wanted = Freeze(
        name,
        freezes.checked_reason(reason),
        document.asker(at.cloud.identity),
        moment(now),
        freezes.end(now, until, span),
    )
    _put(at.cloud, wanted)
    at.out.check("frozen", True, str(wanted))
    under_way = [r for r in at.cloud.ledger.unfinished() if name in (EVERY_SERVICE, r["service"])]
    for record in under_way:
        at.out.say(f"deployment {record['deployment_id']} of {record['service']} is under way and goes on", "yellow")
    at.out.document({"frozen": asdict(wanted), "under_way": [str(r["deployment_id"]) for r in under_way]})
    return 0


@verb
def unfreeze(at: At, service: Frozen = None) -> int:
    """Lift the freeze of one service, or the freeze of all services. Each is lifted separately."""
    name, now = _name(at.cloud, service), datetime.now(UTC)
    found = at.cloud.freezes.last(name)
    if found is None or not found.holds(now):
        others = ", ".join(str(f) for f in _holding(at.cloud, now)) or "nothing is"
        last = f" (last by {found.by}; {found.ended()})" if found else ""
        raise Refused("NOT_FROZEN", f"{_called(name)} not frozen{last}; {others}")
    lifted = replace(found, lifted_at=moment(now), lifted_by=document.asker(at.cloud.identity))
    _put(at.cloud, lifted, found)
    at.out.check("lifted", True, str(found))
    left = [f for f in _holding(at.cloud, now) if name in (EVERY_SERVICE, f.service) or f.service == EVERY_SERVICE]
    for each in left:
        at.out.say(f"still frozen: {each}", "yellow")
    at.out.document({"lifted": asdict(lifted), "still_frozen": [asdict(each) for each in left]})
    return 0


def of(cloud: Cloud, service: Service) -> tuple[Freeze, ...]:
    """Return the freezes that block releases of a service now."""
    return freezes.holding(cloud.freezes.of(service.name), datetime.now(UTC))


def of_each(cloud: Cloud, services: Sequence[Service]) -> dict[str, tuple[Freeze, ...]]:
    """Return the freezes that block each of many services, by their names."""
    now, last = datetime.now(UTC), cloud.freezes.of_all([each.name for each in services])
    return {name: freezes.holding(found, now) for name, found in last.items()}


def _put(cloud: Cloud, wanted: Freeze, instead_of: Freeze | None = None) -> None:
    before = instead_of or cloud.freezes.last(wanted.service)
    if not cloud.freezes.put(wanted, before):
        way_out = "see `landfall status`, then try again"
        raise Refused("CHANGED_MEANWHILE", f"somebody changed the freeze of {wanted.service} just now: {way_out}")


def _holding(cloud: Cloud, now: datetime) -> tuple[Freeze, ...]:
    names = (EVERY_SERVICE, *(s.name for s in cloud.settings.services))
    return freezes.holding((f for name in names if (f := cloud.freezes.last(name))), now)


def _name(cloud: Cloud, service: str | None) -> str:
    return EVERY_SERVICE if service is None else cloud.service(service).name


def _called(name: str) -> str:
    return "the services are" if name == EVERY_SERVICE else f"{name} is"
