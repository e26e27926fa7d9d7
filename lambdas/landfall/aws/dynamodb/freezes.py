"""The freezes: one DynamoDB item per service, and one for all. Steps read it; only people write it.

It is a table of its own, so that a step's role needs only GetItem on it, and a person's role only this table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any

from landfall.aws.dynamodb import table
from landfall.aws.trying import trying
from landfall.intake.freeze import Freeze
from landfall.partitions import EVERY_SERVICE


class Freezes:
    """Partition key `service`."""

    def __init__(self, table: Any) -> None:
        self._table = table

    def of(self, service: str) -> tuple[Freeze, ...]:
        """Return the last freezes that concern a service, in force or not, read consistently."""
        found = (self.last(EVERY_SERVICE), self.last(service))
        return tuple(each for each in found if each is not None)

    def of_all(self, services: Sequence[str]) -> dict[str, tuple[Freeze, ...]]:
        """Return what `of` returns for each of these services, with one read for each hundred."""
        names = [EVERY_SERVICE, *services]
        items = table.get_all(self._table, "reading the freezes", ({"service": name} for name in names))
        with trying("reading the freezes"):
            last = {str(item["service"]): _freeze(str(item["service"]), item) for item in items}
        return {name: tuple(last[each] for each in (EVERY_SERVICE, name) if each in last) for name in services}

    def last(self, service: str) -> Freeze | None:
        """Return the last freeze of one service, or of EVERY_SERVICE alone."""
        with trying(f"reading the freeze of {service}"):
            item = self._table.get_item(Key={"service": service}, ConsistentRead=True).get("Item")
        return _freeze(service, item) if item else None

    def put(self, freeze: Freeze, instead_of: Freeze | None) -> bool:
        """Replace the freeze that was read before. False if somebody else was faster."""
        same = (f"(attribute_not_exists({name}) OR {name} = :{name})" for name in ("since", "lifted_at"))
        condition = " AND ".join(same) if instead_of else "attribute_not_exists(service)"
        was = {":since": instead_of.since, ":lifted_at": instead_of.lifted_at} if instead_of else {}
        with trying(f"writing the freeze of {freeze.service}"):
            try:
                self._table.put_item(
                    Item=asdict(freeze),
                    ConditionExpression=condition,
                    **({"ExpressionAttributeValues": was} if was else {}),
                )
            except self._table.meta.client.exceptions.ConditionalCheckFailedException:
                return False
        return True


def _freeze(service: str, item: dict[str, Any]) -> Freeze:
    """Read an item that a person may have written: a missing field is empty, and each value becomes text."""
    known = {each.name: str(item[each.name]) for each in fields(Freeze) if each.name in item}
    return Freeze(**{"reason": "", "by": "UNKNOWN", "since": "", **known, "service": service})
