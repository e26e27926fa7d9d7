"""The AWS adapters that a step may use, each made at its first use.

Each is also imported at its first use: most steps need few of them, and a cold start waits for each import.
"""

from __future__ import annotations

import os
from functools import cached_property
from typing import TYPE_CHECKING, Any

from landfall.runtime.environment import (
    ENV_BUS,
    ENV_FREEZES,
    ENV_LEDGER,
    ENV_LOCKS,
    ENV_REPORTS,
    ENV_SIGNING_KEY,
    ENV_TOPIC,
    HURRIED,
    ONCE,
    Given,
)

if TYPE_CHECKING:
    from landfall.aws.cloudwatch.alarms import Alarms
    from landfall.aws.cloudwatch.logs import TaskLogs
    from landfall.aws.cloudwatch.metrics import Metrics
    from landfall.aws.cloudwatch.traffic import Traffic
    from landfall.aws.codebuild import CodeBuild
    from landfall.aws.dynamodb.findings import Findings, Turns
    from landfall.aws.dynamodb.freezes import Freezes
    from landfall.aws.dynamodb.ledger import Ledger
    from landfall.aws.dynamodb.locks import Locks
    from landfall.aws.dynamodb.requests import Requests
    from landfall.aws.dynamodb.wakes import Wakes
    from landfall.aws.ecr import Ecr
    from landfall.aws.ecs import Ecs
    from landfall.aws.elb import Elb
    from landfall.aws.events import Events
    from landfall.aws.executions import Executions
    from landfall.aws.functions.after_function import AfterFunction
    from landfall.aws.functions.versions import Definitions, Versions
    from landfall.aws.image_care.registry import Registry
    from landfall.aws.one_off_tasks import OneOffTasks
    from landfall.aws.reports import Reports
    from landfall.aws.service_deployments import ServiceDeployments
    from landfall.aws.services import Services
    from landfall.aws.signing import Signing
    from landfall.aws.surroundings import Surroundings
    from landfall.aws.topic import Topic


class Adapters(Given):
    """AWS, one adapter for each service or table of it."""

    def ecs(self, service: str) -> Ecs:
        """Return ECS, narrowed to one configured service."""
        from landfall.aws.ecs import Ecs

        at = self.service(service)
        return Ecs(self._client("ecs"), at.cluster, at.service, once=lambda: self._client("ecs", ONCE))

    def one_off_tasks(self, service: str) -> OneOffTasks:
        """Return ECS, narrowed to the tasks that no service starts, in the cluster of one configured service."""
        from landfall.aws.one_off_tasks import OneOffTasks

        at = self.service(service)
        return OneOffTasks(self._client("ecs"), at.cluster, at.service)

    def after_function(self, function: str) -> AfterFunction:
        """Return the function of an after-check. A request is sent once: botocore's retries would call it again."""
        from landfall.aws.functions.after_function import AfterFunction

        return AfterFunction(self._client("lambda"), lambda seconds: self._waiting("lambda", seconds), function)

    def service_deployments(self, service: str) -> ServiceDeployments:
        """Return ECS, narrowed to the service deployments of one configured service."""
        from landfall.aws.service_deployments import ServiceDeployments

        at = self.service(service)
        return ServiceDeployments(self._client("ecs"), at.cluster, at.service)

    def services(self, cluster: str) -> Services:
        """Return ECS, narrowed to the services of one cluster."""
        from landfall.aws.services import Services

        return Services(self._client("ecs"), cluster)

    def ecr(self, repository: str) -> Ecr:
        """Return ECR, narrowed to one repository."""
        from landfall.aws.ecr import Ecr

        return Ecr(self._client("ecr"), repository)

    def registry(self, repository: str) -> Registry:
        """Return the reader of how long ECR keeps the images of one repository."""
        from landfall.aws.image_care.registry import Registry

        return Registry(self._client("ecr"), repository)

    @cached_property
    def codebuild(self) -> CodeBuild:
        """Return CodeBuild."""
        from landfall.aws.codebuild import CodeBuild

        return CodeBuild(self._client("codebuild"))

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
        from landfall.aws.dynamodb.ledger import Ledger

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
        from landfall.aws.dynamodb.findings import Findings

        return Findings(self._ledger_table)

    @cached_property
    def turns(self) -> Turns:
        """Return where the reconciler's next run begins, which is kept in the ledger's table."""
        from landfall.aws.dynamodb.findings import Turns

        return Turns(self._ledger_table)

    @cached_property
    def wakes(self) -> Wakes:
        """Return the tokens that wake deployments which wait for a sign-off. They are kept in the ledger's table."""
        from landfall.aws.dynamodb.wakes import Wakes

        return Wakes(self._ledger_table, lambda: self._client("stepfunctions"))

    @cached_property
    def requests(self) -> Requests:
        """Return the requests that were recorded before their builds, which are kept in the ledger's table."""
        from landfall.aws.dynamodb.requests import Requests

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
        from landfall.aws.functions.versions import Definitions

        return Definitions(self._client("stepfunctions"))

    @cached_property
    def versions(self) -> Versions:
        """Return the versions of functions."""
        from landfall.aws.functions.versions import Versions

        return Versions(self._client("lambda"))

    @cached_property
    def logs(self) -> TaskLogs:
        """Return the reader of the tasks' logs. Its timeouts are short: no deployment may hang because of logs."""
        from landfall.aws.cloudwatch.logs import TaskLogs

        return TaskLogs(self._client("logs", HURRIED))

    @cached_property
    def metrics(self) -> Metrics:
        """Return the reader of the metrics that count a worker's work."""
        from landfall.aws.cloudwatch.metrics import Metrics

        return Metrics(self._client("cloudwatch", HURRIED))

    @cached_property
    def traffic(self) -> Traffic:
        """Return the reader of target groups' traffic."""
        from landfall.aws.cloudwatch.traffic import Traffic

        return Traffic(self._client("cloudwatch", HURRIED))

    @cached_property
    def alarms(self) -> Alarms:
        """Return the reader of the alarms that Landfall watches at its gates."""
        from landfall.aws.cloudwatch.alarms import Alarms

        return Alarms(self._client("cloudwatch", HURRIED))

    @cached_property
    def locks(self) -> Locks:
        """Return the lock table."""
        from landfall.aws.dynamodb.locks import Locks

        return Locks(self._table(ENV_LOCKS))

    @cached_property
    def freezes(self) -> Freezes:
        """Return the freeze table."""
        from landfall.aws.dynamodb.freezes import Freezes

        return Freezes(self._table(ENV_FREEZES))

    @cached_property
    def _ledger_table(self) -> Any:
        return self._table(ENV_LEDGER)
