"""Reads two deployments of a service and what AWS still has of them, to compare them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from cli import compared
from cli.cloud import Cloud
from cli.exits import Refused
from cli.ui.environments import FAILURES, Environment
from cli.ui.reads import MOST
from landfall.chain import Record
from landfall.ledger.deployment_difference import Difference, difference_of

OFFERED = 30
"""Newest deployments of the service that a reader can choose from."""


@dataclass(frozen=True)
class Compared:
    """Two deployments and what differs. If they can't be compared, `why` says what to do.

    `offered` are the newest deployments of the service, and the two.
    """

    environment: str
    service: str
    before: str = ""
    after: str = ""
    told: Difference | None = None
    offered: tuple[Record, ...] = ()
    why: str = ""


def difference(environment: Environment, service: str, before: str, after: str) -> Compared:
    """Compare two deployments by their ids. `after` defaults to the live release, `before` to the release proven before
    `after`. Raises Refused if the service or a deployment does not exist.
    """
    with environment.page(MOST) as cloud:
        configured = cloud.service(service)
        offered = list(islice(cloud.ledger.newest_first(service, OFFERED), OFFERED))
        new = _record(cloud, service, after) if after else None
        old = _record(cloud, service, before) if before else None
        told, why = None, ""
        try:
            new = new or compared.live(cloud, configured)
            old = old or compared.proven_before(cloud, new)
            told = difference_of(*compared.read(cloud, configured, old, new))
        except Refused as error:
            why = str(error)
        except FAILURES as error:
            why = f"they could not be read: {error}"
    both = {_id(record): record for record in (*filter(None, (old, new)), *offered)}
    in_order = tuple(both[name] for name in sorted(both, reverse=True))
    return Compared(environment.name, service, _id(old), _id(new), told, in_order, why)


def _id(record: Record | None) -> str:
    return str(record["deployment_id"]) if record else ""


def _record(cloud: Cloud, service: str, name: str) -> Record:
    record = cloud.ledger.record(service, name)
    if record is None:
        what = f"the ledger has no deployment {name!r} of {service!r}"
        raise Refused("NO_DEPLOYMENT", f"{what}; see the history")
    return record
