"""The World of a step whose AWS is a scenario: virtual time, real adapters, everything else in memory.

Ledger and locks are the real adapters, on tables in memory (tables.py). A step that reaches for something new in
AWS fails by name until cloud.py has an answer for it.
"""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from landfall.aws.dynamodb.freezes import Freezes
from landfall.aws.dynamodb.ledger import Ledger
from landfall.aws.dynamodb.locks import Locks
from landfall.aws.signing import Signing
from landfall.ledger.execution_history import Event
from landfall.model import Asked
from landfall.runtime.world import World
from landfall.secret import NONE, Known
from landfall.settings import Limits, Logs, Service, Settings
from landfall.settings.smoke import Smoke
from landfall.settings.strategy import Strategy
from landfall.settings.traffic import Traffic
from landfall.smoke.extra_headers import Headers
from landfall.smoke.http_answers import Answer, Answers, Request, Round
from landfall.telling.notice import Notice
from tests.campaigns.torture import asking_after, migrating, people, replies, worker_log
from tests.campaigns.torture.asl import Clock
from tests.campaigns.torture.clients import Client
from tests.campaigns.torture.roles import REPOSITORY
from tests.campaigns.torture.scenario import Scenario
from tests.campaigns.torture.shifting.cloud import StrategyCloud, cloud_of
from tests.campaigns.torture.shifting.facts import StrategyFact
from tests.campaigns.torture.shifting.web import ShiftedWeb
from tests.campaigns.torture.tables import Table
from tests.campaigns.torture.web import PATHS, Said, Web
from tests.support.signing import Bucket, signing

BASE_URL, TEST_URL = "http://sample.example", "http://sample.example:8081"


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

    def __init__(self) -> None:
        self.stopped = set[str]()

    def status(self, execution_arn: str) -> str:
        """Say that whoever is asked about still runs, or that it was stopped."""
        return "ABORTED" if execution_arn in self.stopped else "RUNNING"

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
    wakes: people.MemoryWakes = cached_property(lambda _: people.MemoryWakes())  # type: ignore[assignment]

    def __init__(self, scenario: Scenario, clock: Clock) -> None:
        super().__init__()
        self._scenario, self._clock = scenario, clock
        self.cloud = cloud_of(scenario, clock)
        self.web = ShiftedWeb(self.cloud) if isinstance(self.cloud, StrategyCloud) else Web(self.cloud)

    @cached_property
    def people(self) -> people.People:
        """Return those who answer a sign-off."""
        return people.People(self._scenario.approval, self)

    def people_clock(self, at: float) -> None:
        """Let it be the moment at which somebody answers."""
        self._clock.now = at

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

    def ask_for(
        self,
        settings: Service,  # noqa: ARG002
        base_url: str,
        wanted: Round,
        known: Known = NONE,  # noqa: ARG002
        headers: Headers = (),  # noqa: ARG002
    ) -> Answers:
        """Make a round of requests, the warm-up first."""
        early, given = (
            {
                request: tuple(self._answer(request, base_url) for _ in range(times))
                for request, times in several.items()
            }
            for several in (wanted.warm_up, wanted.requests)
        )
        return Answers(base_url, given, early, wanted.sampling)

    def _answer(self, request: Request, base_url: str) -> Answer:
        endpoint = next((e for e, at in PATHS.items() if at == request.path), None)
        if endpoint is None:
            return _answer(Said(404, "{}"))
        return _answer(self.web.answer(endpoint, test=base_url.rstrip("/") == TEST_URL))

    def _waiting(self, _name: str, seconds: int) -> Any:
        return self.cloud.after.waiting(self._clock, seconds)

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
        base_url=None if scenario.worker else BASE_URL,
        desired_count=scenario.first_desired,
        limits=Limits(**scenario.limits),
        smoke=Smoke(),
        logs=Logs(group=worker_log.GROUP if scenario.logs else None),
        after=asking_after.of_settings(scenario.after) if scenario.after else None,
        migration=migrating.of_settings(scenario.migration) if scenario.migration else None,
        approval=people.of_settings(scenario.approval) if scenario.approval else None,
        worker=worker_log.of_settings(scenario.worker) if scenario.worker else None,
        strategy=strategy_of(scenario.strategy) if scenario.strategy else None,
    )


def strategy_of(told: StrategyFact) -> Strategy:
    """Return the strategy table of services.toml for a scenario."""
    given = dict(told.settings)
    traffic = Traffic(**given.pop("traffic", {}))
    alarms = tuple(dict.fromkeys(alarm.name for alarm in told.alarms))
    lists = {key: tuple(value) if isinstance(value, list) else value for key, value in given.items()}
    test = {"test_url": TEST_URL} if told.test else {}
    return Strategy(gates=told.gates, alarms=alarms, traffic=traffic, **test, **lists)  # type: ignore[arg-type]


def _answer(said: Said) -> Answer:
    if said.error:
        return Answer(error=said.error, seconds=said.seconds)
    return Answer(said.status, said.body, said.seconds, headers=said.headers)
