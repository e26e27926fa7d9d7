"""Looks at everything that steps look at, with their own adapters, so that what AWS answers them is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from cli.cloud import Cloud
from landfall.aws.cloudwatch.logs import TaskLogs
from landfall.aws.elb import Elb
from landfall.aws.executions import Executions
from landfall.aws.surroundings import Surroundings
from landfall.errors import LandfallError
from landfall.settings import Service

MOST_EXECUTIONS = 2


def look(cloud: Cloud, service: Service) -> list[str]:
    """Look once, and return what could not be looked at. What is not there yet is no reason to stop."""
    failed = []
    for each in _looks(cloud, service):
        try:
            each()
        except (LandfallError, LookupError) as error:
            failed.append(str(error))
    return failed


def _looks(cloud: Cloud, service: Service) -> Iterator[Callable[[], object]]:
    ecs, ecr, elb = cloud.ecs(service), cloud.ecr(service), Elb(cloud.client("elbv2"))
    yield lambda: ecs.tasks("RUNNING", "STOPPED")
    yield lambda: _service(cloud, service, elb)
    yield lambda: [ecr.scan(each.digest) for each in list(ecr.images())[-2:]]
    yield lambda: [ecr.image({"imageDigest": each.digest}) for each in list(ecr.images())[-1:]]
    yield lambda: _executions(cloud)
    if service.logs.group:
        yield lambda: TaskLogs(cloud.client("logs")).exists(str(service.logs.group))
    yield lambda: Surroundings(cloud.client).firing(["landfall-nothing"])


def _service(cloud: Cloud, service: Service, elb: Elb) -> None:
    view = cloud.ecs(service).service()
    if view is None:
        return
    cloud.ecs(service).task_definition(view.task_definition)
    elb.targets(view.target_groups)
    if view.target_groups:
        elb.fronts(elb.groups(view.target_groups))


def _executions(cloud: Cloud) -> None:
    executions, client = Executions(cloud.client("stepfunctions")), cloud.client("stepfunctions")
    newest = client.list_executions(stateMachineArn=cloud.machine, maxResults=MOST_EXECUTIONS)["executions"]
    for each in newest:
        executions.execution(each["executionArn"])
        executions.events(each["executionArn"])


def running(cloud: Cloud) -> bool:
    """Say whether a deployment is under way."""
    found = cloud.client("stepfunctions").list_executions(stateMachineArn=cloud.machine, statusFilter="RUNNING")
    return bool(found["executions"])


def last_failed(cloud: Cloud) -> str:
    """Return the execution that failed last; empty where none did."""
    found = cloud.client("stepfunctions").list_executions(stateMachineArn=cloud.machine, statusFilter="FAILED")
    return str(found["executions"][0]["executionArn"]) if found["executions"] else ""


def evidence(cloud: Cloud, service: Service) -> None:
    """Read the chain, newest first, and the key that it is signed by."""
    list(cloud.ledger.newest_first(service.name))
    cloud.ledger.newest(service.name)
    cloud.signing.begun(service.name)
