"""The World of a step whose AWS is a scenario: virtual time, real adapters, everything else in memory.

Ledger and locks are the real adapters, on tables in memory (tables.py). A step that reaches for something new in
AWS fails by name until cloud.py has an answer for it.
"""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from landfall import smoke
from landfall.aws.freezes import Freezes
from landfall.aws.ledger import Ledger
from landfall.aws.locks import Locks
from landfall.aws.signing import Signing
from landfall.ledger.execution_history import Event
from landfall.model import Asked
from landfall.runtime.world import World
from landfall.secret import Known
from landfall.settings import Limits, Logs, Service, Settings
from landfall.settings.smoke import Smoke
from landfall.smoke.http_answers import Answer, Answers, Request
from landfall.telling.notice import Notice
from tests.campaigns.torture import migrating, replies, worker_log
from tests.campaigns.torture.asl import Clock
from tests.campaigns.torture.clients import Client
from tests.campaigns.torture.cloud import Cloud
from tests.campaigns.torture.roles import REPOSITORY
from tests.campaigns.torture.scenario import Scenario
from tests.campaigns.torture.tables import Table
from tests.campaigns.torture.web import PATHS, Said, Web
from tests.support.signing import Bucket, signing


class MemoryTopic(list[Notice]):
    """The notification topic."""

    def publish(self, notice: Notice) -> str:
        """Publish."""
        self.append(notice)
        return str(len(self))


class MemoryEvents(list[dict[str, Any]]):
    """The event bus."""

    def put(self, _detail_type: str, detail: dict[str, Any], *_resources: str) -> str:
        """Put an event."""
        self.append(detail)
        return str(len(self))


class NoHistory:
    """Step Functions' own record. The interpreter keeps it; the report's timeline is not what is tested here."""

    def status(self, _execution_arn: str) -> str:
        """Say that whoever is asked about still runs."""
        return "RUNNING"

    def events(self, _execution_arn: str) -> list[Event]:
        """Return nothing."""
        return []


class NoRequests:
    """What fronts recorded: here a push alone starts a deployment."""

    def of_commit(self, _service: str, _commit: str) -> list[Asked]:
        """Return nothing."""
        return []


class ReplayWorld(World):
    """A scenario, as a step reaches it."""

    reports: Bucket = cached_property(lambda _: Bucket())  # type: ignore[assignment]
    topic: MemoryTopic = cached_property(lambda _: MemoryTopic())  # type: ignore[assignment]
    events: MemoryEvents = cached_property(lambda _: MemoryEvents())  # type: ignore[assignment]
    executions: NoHistory = cached_property(lambda _: NoHistory())  # type: ignore[assignment]
    requests: NoRequests = cached_property(lambda _: NoRequests())  # type: ignore[assignment]

    def __init__(self, scenario: Scenario, clock: Clock) -> None:
        super().__init__()
        self._scenario, self._clock = scenario, clock
        self.cloud = Cloud(scenario, clock)
        self.web = Web(self.cloud)

    def now(self) -> datetime:
        """Return the virtual time."""
        return replies.moment(self._clock.now)

    @cached_property
    def ledger(self) -> Ledger:
        """Return a ledger of this scenario's own."""
        return Ledger(Table("ledger", "service", "deployment_id"), lambda: self.signing)

    @cached_property
    def signing(self) -> Signing:
        """Return a key of the test's own."""
        return signing(self.reports)

    @cached_property
    def locks(self) -> Locks:
        """Return locks of this scenario's own."""
        return Locks(Table("locks", "service"))

    @cached_property
    def freezes(self) -> Freezes:
        """Return no freeze: a release that is held up proves nothing of a tool."""
        return Freezes(Table("freezes", "service"))

    @cached_property
    def settings(self) -> Settings:
        """Return one service, with the defaults of Landfall and what the scenario sets."""
        return Settings((service_of(self._scenario),), Path())

    def ask(self, settings: Service, base_url: str, _known: Known, tasks: int = 1) -> Answers:
        """Make a round of smoke requests, the warm-up first."""
        wanted = smoke.round_of(settings.smoke, base_url, tasks, settings.limits.smoke_attempts)
        early, given = (
            {request: tuple(self._answer(request) for _ in range(times)) for request, times in several.items()}
            for several in (wanted.warm_up, wanted.requests)
        )
        return Answers(base_url, given, early, wanted.sampling)

    def _answer(self, request: Request) -> Answer:
        endpoint = next((e for e, at in PATHS.items() if at == request.path), None)
        return _answer(self.web.answer(endpoint) if endpoint else Said(404, "{}"))

    def _client(self, _name: str, _config: Any = None) -> Any:
        return Client(self.cloud)


def service_of(scenario: Scenario) -> Service:
    """Return the service of a scenario, as services.toml would have it."""
    return Service(
        name=replies.SERVICE,
        cluster=replies.CLUSTER,
        service=replies.SERVICE,
        container=replies.CONTAINER,
        repository=REPOSITORY,
        task_role="task",
        execution_role="execution",
        base_url=None if scenario.worker else "http://sample.example",
        desired_count=scenario.first_desired,
        limits=Limits(**scenario.limits),
        smoke=Smoke(),
        logs=Logs(group=worker_log.GROUP if scenario.worker else None),
        migration=migrating.of_settings(scenario.migration) if scenario.migration else None,
        worker=worker_log.of_settings(scenario.worker) if scenario.worker else None,
    )


def _answer(said: Said) -> Answer:
    if said.error:
        return Answer(error=said.error, seconds=said.seconds)
    return Answer(said.status, said.body, said.seconds, headers=said.headers)
