"""What the reconciler reads, in memory: services of which each is live, proven, and quiet."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from landfall.images.stored import Listed
from landfall.intake.lock import Lock
from landfall.model import Outcome
from landfall.proof.observed import ServiceView
from landfall.reconcile.turns import Cursor
from landfall.settings import Service
from tests.support import builders as b

Record = dict[str, Any]


class OneService:
    """One service and all that Landfall keeps of it. `before_read` is called before each thing that is read."""

    def __init__(self, name: str = "sample") -> None:
        self.name, self.live = name, b.OLD_REVISION
        self.lock: Lock | None = None
        self.records: dict[str, Record] = {}
        self.last_change: Record | None = None
        self.before_read: Callable[[], None] = lambda: None
        self.read: list[str] = []
        self.close(self.open("20260101T000000Z-first"), Outcome.SUCCEEDED, task_definition=self.live)

    def open(self, deployment_id: str) -> str:
        """Open a record."""
        self.records[deployment_id] = {"service": self.name, "deployment_id": deployment_id, "unfinished": "yes"}
        return deployment_id

    def take(self, deployment_id: str) -> None:
        """Take the lock."""
        fence = self.lock.fence if self.lock else 0
        self.lock = Lock(self.name, f"execution of {deployment_id}", deployment_id, fence + 1, 0)

    def close(self, deployment_id: str, outcome: Outcome, **fields: Any) -> None:
        """Close a record, as the newest of the chain."""
        times = {"started_at": "2026-01-01T00:00:00+00:00", "ended_at": "2026-01-01T00:10:00+00:00"}
        record = {**self.records[deployment_id], **times, "outcome": outcome.value, **fields}
        report = f"s3://reports/{self.name}/{deployment_id}/report.md"
        self.records[deployment_id] = {**record, "reported": report, "image_digest": b.OLD_DIGEST}
        if outcome not in (Outcome.REJECTED, Outcome.SKIPPED):
            self.last_change = self.records[deployment_id]

    def give_back(self) -> None:
        """Give the lock back. Its fence stays."""
        assert self.lock
        self.lock = Lock(self.name, "", "", self.lock.fence, 0)

    def now(self, what: str) -> None:
        """Note that something is read now."""
        self.before_read()
        self.read.append(what)

    def view(self) -> ServiceView:
        """Return the service as ECS describes it."""
        self.now("ECS")
        return b.service(b.ecs_deployment(task_definition=self.live))


class Everything:
    """A world of services in memory, as a step is given one."""

    def __init__(self, services: Sequence[Service], now: Callable[[], datetime] = lambda: b.NOW) -> None:
        self.settings = b.settings(*services)
        self.of = {service.name: OneService(service.name) for service in services}
        self.now, self.kept, self.batches = now, Cursor(), list[list[str]]()
        self.hidden = set[str]()
        self.busy: Callable[[str], None] = lambda _: None
        self.ledger = self.locks = self.turns = self.reports = self.executions = self

    def beside(self) -> Any:
        """Return the same for another thread."""
        return copy.copy(self)

    def cursor(self) -> Cursor:
        """Return where the run begins."""
        return self.kept

    def unfinished(self) -> list[Record]:
        """Return what is left to do."""
        return [dict(r) for each in self.of.values() for r in each.records.values() if "unfinished" in r]

    def read(self, service: str) -> Lock | None:
        """Return a lock."""
        self.of[service].now("lock")
        return self.of[service].lock

    def record(self, service: str, deployment_id: str) -> Record | None:
        """Return a record."""
        self.of[service].now("record")
        found = self.of[service].records.get(deployment_id)
        return dict(found) if found else None

    def newest_first(self, service: str, _page: int | None = None) -> Iterator[Record]:
        """Yield the records, the greatest id first."""
        if service in self.of:
            self.of[service].now("newest records")
            yield from [dict(r) for _, r in sorted(self.of[service].records.items(), reverse=True)]

    def last_change(self, service: str) -> Record | None:
        """Return the newest record that changed the service."""
        self.of[service].now("last change")
        return self.of[service].last_change

    def registry(self, _repository: str) -> Any:
        """Return a repository without a lifecycle policy."""
        return SimpleNamespace(lifecycle_policy=lambda: "")

    def any_of_image(self, _service: str, _digest: str) -> Record | None:
        """Return none."""
        return None

    def head(self, _service: str) -> None:
        """Return none: there is no chain here."""

    def holding(self, uris: Iterator[str]) -> frozenset[str]:
        """Return that all reports are there, but for those that are hidden."""
        return frozenset(uris) - self.hidden

    def services(self, _cluster: str) -> Any:
        """Return ECS, of one cluster."""

        def described(names: Sequence[str]) -> dict[str, ServiceView]:
            self.batches.append(list(names))
            return {name: self.of[name].view() for name in names}

        return SimpleNamespace(described=described)

    def ecs(self, service: str) -> Any:
        """Return ECS, of one service."""

        def tasks(*_: Any, **__: Any) -> tuple[()]:
            self.busy(service)
            self.of[service].now("stopped tasks")
            return ()

        def task_definition(_: str) -> tuple[dict[str, Any], dict[str, str]]:
            self.of[service].now("revision")
            return {}, {"landfall:git-sha": b.SHA}

        return SimpleNamespace(tasks=tasks, task_definition=task_definition)

    def ecr(self, _repository: str) -> Any:
        """Return ECR, of one repository."""
        return SimpleNamespace(images=lambda: iter([Listed(b.OLD_DIGEST, (b.OLD_SHA,), "2026-01-01T00:00:00+00:00")]))
