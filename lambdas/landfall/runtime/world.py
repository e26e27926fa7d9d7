"""The composition root of a step: settings, clock and AWS adapters, each made when it is first asked for.

Each is imported at the same moment: most steps need few of them, and a cold start waits for each import.
"""

from __future__ import annotations

import os
import threading
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import botocore.session
from botocore.config import Config

from landfall import secret
from landfall.settings_file import read as settings_file

if TYPE_CHECKING:
    from landfall.aws.codebuild import CodeBuild
    from landfall.aws.ecr import Ecr
    from landfall.aws.ecs import Ecs
    from landfall.aws.elb import Elb
    from landfall.aws.events import Events
    from landfall.aws.executions import Executions
    from landfall.aws.findings import Findings, Turns
    from landfall.aws.freezes import Freezes
    from landfall.aws.ledger import Ledger
    from landfall.aws.locks import Locks
    from landfall.aws.logs import TaskLogs
    from landfall.aws.reports import Reports
    from landfall.aws.requests import Requests
    from landfall.aws.services import Services
    from landfall.aws.signing import Signing
    from landfall.aws.surroundings import Surroundings
    from landfall.aws.topic import Topic
    from landfall.aws.versions import Definitions, Versions
    from landfall.model import Release
    from landfall.proof.observed import ServiceView
    from landfall.secret import Known
    from landfall.settings import Service, Settings
    from landfall.smoke.http_answers import Answers

ENV_MACHINES = "LANDFALL_STATE_MACHINES"
"""All state machines, with a space between two."""
ENV_SETTINGS, ENV_LEDGER, ENV_LOCKS, ENV_FREEZES, ENV_MACHINE, ENV_REPORTS, ENV_TOPIC, ENV_BUS, ENV_SIGNING_KEY = (
    "LANDFALL_SETTINGS",
    "LANDFALL_LEDGER_TABLE",
    "LANDFALL_LOCK_TABLE",
    "LANDFALL_FREEZE_TABLE",
    "LANDFALL_STATE_MACHINE_ARN",
    "LANDFALL_REPORT_BUCKET",
    "LANDFALL_TOPIC_ARN",
    "LANDFALL_EVENT_BUS",
    "LANDFALL_SIGNING_KEY",
)
_TIMES = {"connect_timeout": 3, "read_timeout": 8}
_CONFIG = Config(**_TIMES, retries={"mode": "standard", "total_max_attempts": 3})
_ONCE = Config(**_TIMES, retries={"mode": "standard", "total_max_attempts": 1})
_HURRIED = Config(connect_timeout=3, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 2})


class World:
    """What a step may reach. There is one for the life of a Lambda, so that warm invocations reuse connections."""

    def now(self) -> datetime:
        """Return the time; the decisions take it as an input."""
        return datetime.now(UTC)

    def beside(self) -> World:
        """Return a world for another thread. Call it before that thread begins.

        Clients are safe in many threads once they are made, and are the same; resources such as tables are not, and are
        its own (boto3 guide, Clients and Resources: multithreading).
        """
        from landfall.runtime import worlds

        return worlds.beside(self)

    @cached_property
    def settings(self) -> Settings:
        """Return services.toml, which travels in the Lambda's own asset."""
        beside_the_handlers = Path(__file__).parents[2] / "services.toml"
        return settings_file.load(Path(os.environ.get(ENV_SETTINGS, beside_the_handlers)))

    def service(self, name: str) -> Service:
        """Return a service by name; the release that travels was made from it, so it is there."""
        service = self.settings.named(name)
        if service is None:
            raise LookupError(f"service {name!r} is not in services.toml any more: it was taken out mid-deployment")
        return service

    def ecs(self, service: str) -> Ecs:
        """Return ECS, narrowed to one configured service."""
        from landfall.aws.ecs import Ecs

        at = self.service(service)
        return Ecs(self._client("ecs"), at.cluster, at.service, once=lambda: self._client("ecs", _ONCE))

    def services(self, cluster: str) -> Services:
        """Return ECS, narrowed to the services of one cluster."""
        from landfall.aws.services import Services

        return Services(self._client("ecs"), cluster)

    def ecr(self, repository: str) -> Ecr:
        """Return ECR, narrowed to one repository."""
        from landfall.aws.ecr import Ecr

        return Ecr(self._client("ecr"), repository)

    @cached_property
    def codebuild(self) -> CodeBuild:
        """Return CodeBuild."""
        from landfall.aws.codebuild import CodeBuild

        return CodeBuild(self._client("codebuild"))

    def base_url(self, settings: Service, service: ServiceView) -> str:
        """Return where the service answers: as configured, else its load balancer's own DNS name, over HTTP."""
        if settings.base_url:
            return settings.base_url
        name = self.elb.dns_name(service.target_groups[0])
        if name is None:
            group = service.target_groups[0].arn
            raise LookupError(f"target group {group} has no load balancer; set services.{settings.name}.base_url")
        return f"http://{name}"

    def secrets(self, settings: Service) -> Known:
        """Return what the secrets of a service's own checks are now. Without any, Secrets Manager is not asked."""
        wanted = settings.smoke.secrets
        if not wanted:
            return secret.NONE
        from landfall.aws.secrets import Secrets

        return Secrets(self._client("secretsmanager")).known(wanted)

    def ask(self, settings: Service, base_url: str, known: Known, tasks: int = 1) -> Answers:
        """Make a round of smoke requests to a service of so many tasks. `known` is what `secrets` returned."""
        from landfall import smoke
        from landfall.runtime import http_probe

        wanted = smoke.round_of(settings.smoke, base_url, tasks, settings.limits.smoke_attempts)
        return http_probe.ask(base_url, wanted, self.settings.ca_bundle(settings), known)

    @cached_property
    def elb(self) -> Elb:
        """Return the load balancers."""
        from landfall.aws.elb import Elb

        return Elb(self._client("elbv2"))

    @cached_property
    def surroundings(self) -> Surroundings:
        """Return the reader of what services depend on: roles, secrets, alarms."""
        from landfall.aws.surroundings import Surroundings

        return Surroundings(self._client)

    @cached_property
    def ledger(self) -> Ledger:
        """Return the ledger table."""
        from landfall.aws.ledger import Ledger

        return Ledger(self._ledger_table, lambda: self.signing)

    @cached_property
    def signing(self) -> Signing:
        """Return the key that signs closed records."""
        from landfall.aws.signing import Signing

        former = self.settings.evidence.former_keys
        return Signing(self._client("kms"), os.environ[ENV_SIGNING_KEY], self.reports, former)

    @cached_property
    def findings(self) -> Findings:
        """Return the reconciler's findings, which are kept in the ledger's table."""
        from landfall.aws.findings import Findings

        return Findings(self._ledger_table)

    @cached_property
    def turns(self) -> Turns:
        """Return where the reconciler's next run begins, which is kept in the ledger's table."""
        from landfall.aws.findings import Turns

        return Turns(self._ledger_table)

    @cached_property
    def requests(self) -> Requests:
        """Return the requests that were recorded before their builds, which are kept in the ledger's table."""
        from landfall.aws.requests import Requests

        return Requests(self._ledger_table)

    @cached_property
    def reports(self) -> Reports:
        """Return the report bucket."""
        from landfall.aws.reports import Reports

        return Reports(self._client("s3"), os.environ[ENV_REPORTS])

    @cached_property
    def topic(self) -> Topic:
        """Return the notification topic."""
        from landfall.aws.topic import Topic

        return Topic(self._client("sns"), os.environ[ENV_TOPIC])

    @cached_property
    def events(self) -> Events:
        """Return Landfall's event bus."""
        from landfall.aws.events import Events

        return Events(self._client("events"), os.environ[ENV_BUS])

    @cached_property
    def executions(self) -> Executions:
        """Return Step Functions' executions."""
        from landfall.aws.executions import Executions

        return Executions(self._client("stepfunctions"))

    @cached_property
    def definitions(self) -> Definitions:
        """Return the definitions of state machines and executions."""
        from landfall.aws.versions import Definitions

        return Definitions(self._client("stepfunctions"))

    @cached_property
    def versions(self) -> Versions:
        """Return the versions of functions."""
        from landfall.aws.versions import Versions

        return Versions(self._client("lambda"))

    @cached_property
    def logs(self) -> TaskLogs:
        """Return the reader of the tasks' logs. Its timeouts are short: no deployment may hang because of logs."""
        from landfall.aws.logs import TaskLogs

        return TaskLogs(self._client("logs", _HURRIED))

    @cached_property
    def locks(self) -> Locks:
        """Return the lock table."""
        from landfall.aws.locks import Locks

        return Locks(self._table(ENV_LOCKS))

    @cached_property
    def freezes(self) -> Freezes:
        """Return the freeze table."""
        from landfall.aws.freezes import Freezes

        return Freezes(self._table(ENV_FREEZES))

    def holds_lock(self, release: Release) -> bool:
        """Say whether the release still has the lock it was given. Asked right before every change of the service.

        ECS itself checks no fence: a change sent just before the lock is lost still takes effect
        (docs/decisions/0024-one-deployment-at-a-time.md).
        """
        from landfall.intake import lock

        return lock.is_under(self.locks.read(release.service), release)

    @cached_property
    def _ledger_table(self) -> Any:
        return self._table(ENV_LEDGER)

    def _table(self, variable: str) -> Any:
        """Return the table that an environment variable names. All tables use one client."""
        return self._tables.Table(os.environ[variable])

    @cached_property
    def _tables(self) -> Any:
        import boto3

        return boto3.resource("dynamodb", config=_CONFIG)

    @property
    def machine_arn(self) -> str:
        """Return the state machine; only steps that start executions are told."""
        return os.environ[ENV_MACHINE]

    @property
    def machine_arns(self) -> tuple[str, ...]:
        """Return all state machines; only the step that removes versions is told."""
        return tuple(os.environ[ENV_MACHINES].split())

    def _client(self, name: str, config: Config = _CONFIG) -> Any:
        if (name, config) not in self._clients:
            with self._making:  # a session makes one client at a time
                if (name, config) not in self._clients:
                    self._clients[name, config] = self._session.create_client(name, config=config)
        return self._clients[name, config]

    @cached_property
    def _making(self) -> threading.Lock:
        return threading.Lock()

    @cached_property
    def _session(self) -> Any:
        """Return botocore's session, which makes the clients. boto3 would load more, such as S3's transfers."""
        return botocore.session.get_session()

    @cached_property
    def _clients(self) -> dict[tuple[str, Config], Any]:
        return {}
