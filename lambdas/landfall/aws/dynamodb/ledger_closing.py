"""Closes a ledger record: once, signed, and as the newest of its service's chain, in one transaction with HEAD.

Both are items of one table, so a step that may update records needs no other right: a transaction needs the rights of
its operations (DynamoDB Developer Guide, Using IAM with transactions). HEADs have a partition of their own, so that no
list of a service's records contains one.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain as chained
from typing import Any

from landfall import chain
from landfall.aws.dynamodb.ledger_chain import LAST, Chained
from landfall.aws.dynamodb.ledger_indexes import key
from landfall.aws.trying import trying
from landfall.chain import HASH, SEQUENCE, Record
from landfall.errors import AwsCallFailed
from landfall.ledger import service_standing
from landfall.ledger.service_standing import LINKS
from landfall.partitions import CHAINS

WHILE_OPEN = ("fence", "progress", "migration", "gates", "after_check", "approval", "abort")
"""The fields that other steps write to an open record."""
TRIES = 10
"""A try fails if another deployment of the service closes first. After the last try, the step is retried."""
_RACE_LOST = frozenset({"ConditionalCheckFailed", "TransactionConflict"})


class Closing(Chained):
    """Partition key `service`, sort key `deployment_id`."""

    def close(self, record: Record) -> Record | None:
        """Write a record with its outcome, and return the sealed record.

        None if it has an outcome already, or if a deployment with a newer lock took it over. A record that can't be
        signed stays open.
        """
        service, deployment_id = record["service"], record["deployment_id"]
        for _ in range(TRIES):
            before = self.record(service, deployment_id) or {}
            if "outcome" in before or (chain.integer(before.get("fence")) or 0) > record["fence"]:
                return None
            head = self.head_as_kept(service)
            signed = self._signed({**chain.holdable(before), **record}, self._newest(service, head, None))
            if self._put_on_top({**record, **signed}, before, head):
                return signed
        raise AwsCallFailed("HeadMoved", f"closing ledger record {deployment_id}: HEAD moved {TRIES} times meanwhile")

    def _signed(self, record: Record, newest: Record | None) -> Record:
        """Return the record sealed as the next after the newest one, with its links, and signed."""
        known = service_standing.links(newest) if newest else {}
        fields = service_standing.as_fields(known)
        if known.keys() != LINKS.keys():
            fields = self._adopted(record["service"], newest)
        signing = self._signing()
        head = chain.head_of(newest) if newest else None
        return signing.sign(chain.sealed({**record, **fields}, head, signing.public_key.fingerprint))

    def _adopted(self, service: str, newest: Record | None) -> dict[str, str]:
        """Look through all records once, if no signed record notes what came before, so that this record notes it.

        Only records that the newest one's chain leads to count. Records from before there were chains are in no chain:
        this record keeps their number and their hash, so that an added or removed one is found.
        """
        links = {}
        for link, fits in LINKS.items():
            before = self._looked_through(service, newest, None) if newest else iter(())
            own = [newest] if newest else []
            links[link] = service_standing.link_to(next(filter(fits, chained(own, before)), None))
        old = filter(chain.is_unchained, self.newest_first(service))
        return {**service_standing.as_fields(links), chain.UNCHAINED: chain.digest_of_unchained(old)}

    def _put_on_top(self, sealed: Record, before: Record, head: Record | None) -> bool:
        """Write record and HEAD. Write nothing, and return False, if either changed since it was read."""
        client, (service, deployment_id) = self._table.meta.client, (sealed["service"], sealed["deployment_id"])
        newest = {SEQUENCE: sealed[SEQUENCE], HASH: sealed[HASH], LAST: deployment_id}
        writes = (
            self._write(key(service, deployment_id), sealed, before, ("deployment_id", "outcome", *WHILE_OPEN)),
            self._write(key(CHAINS, service), newest, head or {}, (SEQUENCE, HASH, LAST)),
        )
        with trying(f"closing ledger record {deployment_id}"):
            try:
                client.transact_write_items(TransactItems=[{"Update": write} for write in writes])
            except client.exceptions.TransactionCanceledException as error:
                reasons = {reason.get("Code") for reason in error.response.get("CancellationReasons", [])}
                if not reasons & _RACE_LOST:
                    raise
                return False
        return True

    def _write(
        self, at: Mapping[str, str], fields: Mapping[str, Any], before: Record, same: tuple[str, ...]
    ) -> dict[str, Any]:
        """Set the fields of an item that differ, on the condition that the fields in `same` did not change.

        A field whose name an expression can't contain was written by somebody else: it stays unchanged.
        """
        changes = {n: value for n, value in fields.items() if n not in at and (n not in before or before[n] != value)}
        conditions = [f"#{n} = :was_{n}" if n in before else f"attribute_not_exists(#{n})" for n in same]
        return {
            "TableName": self._table.name,
            "Key": dict(at),
            "UpdateExpression": "SET " + ", ".join(f"#{name} = :{name}" for name in changes),
            "ConditionExpression": " AND ".join(conditions),
            "ExpressionAttributeNames": {f"#{name}": name for name in (*changes, *same)},
            "ExpressionAttributeValues": {
                **{f":{name}": value for name, value in changes.items()},
                **{f":was_{name}": before[name] for name in same if name in before},
            },
        }
