"""How much each page of `landfall ui` reads of the ledger, by its length: no more of 100,000 records than of 1,000.

The pages' own code runs on an account in memory (account.py). Each read passes the events by which the pages count what
they read and stop at their share, as botocore's calls do.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from botocore.exceptions import ClientError
from botocore.hooks import BaseEventHooks

from bench.account import Account, account, id_of, only
from bench.figure import Figure
from cli.ui.environments import Environment
from cli.ui.reads import MOST
from cli.ui.site import Site
from tests.ui.asking import ask

LENGTHS = (1_000, 100_000)
LINKED = 260
"""Newest records of a ledger that are in its chain, signed, and of the size of real ones: more than a page reads.

Those before them are small. A page that read them would be over its share all the same.
"""
PAGES = {
    "live": "/",
    "history": "/history?service={service}",
    "history, older": "/history?below={name}",
    "history, of one outcome": "/history?outcome=ROLLBACK_FAILED",
    "history, by commit": "/history?commit=0000001",
    "delivery": "/delivery",
    "evidence": "/evidence",
    "deployment": "/deployment/e/{service}/{name}",
    "difference": "/diff/e/{service}?after={name}",
    "difference of what is live": "/diff/e/{service}",
}
"""Each page, by a service and its newest deployment."""


class _Counted:
    """A table of which each read passes the events of a session."""

    def __init__(self, table: Any, events: BaseEventHooks) -> None:
        self._table, self._events, self.name = table, events, table.name
        client = SimpleNamespace(batch_get_item=self._batch, exceptions=table.meta.client.exceptions)
        self.meta = SimpleNamespace(client=client)

    def get_item(self, **request: Any) -> Any:
        return self._passed("GetItem", self._table.get_item, request)

    def query(self, **request: Any) -> Any:
        return self._passed("Query", self._table.query, request)

    def _batch(self, **request: Any) -> Any:
        return self._passed("BatchGetItem", self._table.meta.client.batch_get_item, request)

    def _passed(self, operation: str, call: Callable[..., Any], request: dict[str, Any]) -> Any:
        model = SimpleNamespace(name=operation)
        told = self._events.emit("provide-client-params.dynamodb", params=request, model=model)
        changed = next((answer for _, answer in reversed(told) if answer is not None), request)
        reply = call(**changed)
        self._events.emit("after-call.dynamodb", parsed=reply, model=model)
        return reply


@dataclass(frozen=True)
class _Seen(Account):
    """The account as the pages see it: nothing is in its bucket, no alarm is firing, and histories are empty."""

    def client(self, name: str) -> Any:
        """Return what stands in for a client."""
        return _Elsewhere() if name in ("s3", "cloudwatch", "stepfunctions", "ecr") else _Ecs(super().client(name))

    def _table(self, output: str) -> Any:
        return _Counted(super()._table(output), self.session.events)


class _Elsewhere:
    """What is read of other services of AWS, of which no page has a limit here."""

    def get_object(self, **_: Any) -> Any:
        raise ClientError({"Error": {"Code": "NoSuchKey", "Message": "no such key"}}, "GetObject")

    def list_objects_v2(self, **_: Any) -> Any:
        return {}

    def describe_alarms(self, **_: Any) -> Any:
        return {}

    def get_execution_history(self, **_: Any) -> Any:
        return {"events": []}

    def batch_get_image(self, **_: Any) -> Any:
        return {"images": []}


class _Ecs:
    """ECS without tasks."""

    def __init__(self, known: Any) -> None:
        self._known = known

    def __getattr__(self, name: str) -> Any:
        return getattr(self._known, name)

    def list_tasks(self, **_: Any) -> Any:
        return {"taskArns": []}


def site(length: int) -> Site:
    """Return the pages of an account with one service of so many records."""
    made = account(1, min(length, LINKED))
    service = only(made).name
    for number in range(length - LINKED):
        item = {"service": service, "deployment_id": f"0{number:09}", "started_at": "2020-01-01T00:00:00+00:00"}
        made.tables["ledger"].put({**item, "outcome": "SUCCEEDED", "git_sha": f"{number:08x}" * 5})
    seen = _Seen(made.session, made.settings, length=made.length, meter=made.meter, tables=made.tables)
    return Site([Environment("e", seen)], "/token", [""])


def read(of: Site, page: str) -> int:
    """Ask for a page, and return how many items it read."""
    seen = of.environments[0].cloud
    assert isinstance(seen, Account)  # noqa: S101
    before = seen.meter.items
    answer = ask(of, PAGES[page].format(service=only(seen).name, name=id_of(seen.length)))
    assert answer.status_code == 200, answer.text  # noqa: S101, PLR2004
    return seen.meter.items - before


def figures(lengths: Sequence[int] = LENGTHS) -> list[Figure]:
    """Ask for each page of ledgers of these lengths."""
    found = []
    for length in lengths:
        of = site(length)
        found += [
            Figure(f"page {name}, {length:,} records: items read", read(of, name), "items", MOST) for name in PAGES
        ]
    return found
