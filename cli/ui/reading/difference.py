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
    """Two deployments and what differs. `why` says what there is to do where they can't be compared.

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
    """Compare two deployments by their ids. Without `after` it is the live release, without `before` the one proven
    before `after`. Raises Refused where the service or a deployment is not there.
    """
    with environment.page(MOST) as cloud:
        configured = cloud.service(service)
        offered = list(islice(cloud.ledger.newest_first(service, OFFERED), OFFERED))
        found: list[Record] = []
        try:
            new = _record(cloud, service, after) if after else compared.live(cloud, configured)
            found.append(new)
            old = _record(cloud, service, before) if before else compared.proven_before(cloud, new)
            found.insert(0, old)
            told = difference_of(*compared.read(cloud, configured, old, new))
        except Refused as error:
            if error.code == NO_DEPLOYMENT:
                raise
            return _result(environment, service, found, offered, None, str(error))
        except FAILURES as error:
            return _result(environment, service, found, offered, None, f"they could not be read: {error}")
    return _result(environment, service, found, offered, told, "")


NO_DEPLOYMENT = "NO_DEPLOYMENT"


def _result(
    environment: Environment,
    service: str,
    found: list[Record],
    offered: list[Record],
    told: Difference | None,
    why: str,
) -> Compared:
    names = [str(record["deployment_id"]) for record in found]
    both = {str(record["deployment_id"]): record for record in (*found, *offered)}
    in_order = tuple(both[name] for name in sorted(both, reverse=True))
    before, after = (names[0] if len(names) == 2 else ""), (names[-1] if names else "")  # noqa: PLR2004 - two sides
    return Compared(environment.name, service, before, after, told, in_order, why)


def _record(cloud: Cloud, service: str, name: str) -> Record:
    record = cloud.ledger.record(service, name)
    if record is None:
        raise Refused(NO_DEPLOYMENT, f"the ledger has no deployment {name!r} of {service!r}; see the history")
    return record
