"""Does a migration that is not backward compatible lie between what runs and a release to go back to?

The order is that of the chain (service_standing.py). A migration of a deployment that failed counts too: it may have
changed the database.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from landfall.chain import Record
from landfall.errors import InvalidRequest
from landfall.ledger import service_standing
from landfall.ledger.service_standing import SEARCHED
from landfall.migration import migration

CODE = "MIGRATION_BETWEEN"


def must_not_cross(newest_first: Iterable[Record], target: Record) -> None:
    """Raise InvalidRequest where a rollback to a proven release would cross such a migration.

    `newest_first` are the service's records, the greatest id first. Ids may be out of order, so the search goes on for
    a while behind the target.
    """
    found = next(crossed(newest_first, target), None)
    if found is None:
        return
    release, name = str(found.get("git_sha"))[:12], found.get("deployment_id")
    what = f"release {release} (deployment {name}) ran a migration that is not backward compatible"
    why = f"{what}, after {str(target.get('git_sha'))[:12]} was proven; the older code may not work with the database"
    way_out = "release a fix forward, or, if you know that it works, repeat with --cross-migration"
    raise InvalidRequest(CODE, f"{why}: {way_out} (input: cross_migration 'true'). The service was not changed")


def crossed(newest_first: Iterable[Record], target: Record) -> Iterator[Record]:
    """Yield the records of migrations between what runs and the target that are not backward compatible."""
    records, behind = iter(newest_first), service_standing.place(target)
    for record in records:
        if record.get("deployment_id") == target.get("deployment_id"):
            break
        if _lies_between(record, behind):
            yield record
    yield from (record for record in islice(records, SEARCHED) if _lies_between(record, behind))


def _lies_between(record: Record, behind: tuple[int, str, str]) -> bool:
    ran = migration.read(record)
    if ran is None or ran.backward_compatible or not ran.may_have_changed_data:
        return False
    return "outcome" not in record or service_standing.place(record) > behind
