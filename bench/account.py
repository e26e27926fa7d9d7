"""An account in memory: services whose ledgers are as long as wanted, and what ECS and ECR say of them.

The ledger's adapters and the command's own code run on it. Every call that they make is counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3

from bench.dynamo import Meter, Table
from cli.cloud import Cloud
from landfall import chain
from landfall.aws.dynamodb.ledger_chain import LAST
from landfall.aws.dynamodb.ledger_indexes import INDEXES
from landfall.aws.services import DESCRIBE_SERVICES_LIMIT
from landfall.aws.signing import Signing
from landfall.chain import HASH, SEQUENCE, Record
from landfall.change.task_definition import ROLE_RELEASE, TAG_DEPLOYMENT, TAG_ROLE, TAG_SHA
from landfall.ledger import deployment_record, service_standing
from landfall.model import Outcome
from landfall.partitions import CHAINS
from landfall.settings import Service, Settings
from tests.support import builders as b
from tests.support.signing import KMS, signed, signing

RECORD_BYTES = 7_000
"""What a record has: 70 MB of 10,000, measured before there were indexes."""
RARE = {2: Outcome.REJECTED, 3: Outcome.ROLLED_BACK}
"""How the few deployments ended that did not land. They are the oldest."""
LISTED = 5
"""Revisions that ECS lists, and images in ECR: the newest."""
_FAMILY = "arn:aws:ecs:us-east-1:123456789012:task-definition/"


@dataclass(frozen=True)
class Account(Cloud):
    """The command's view of the account. `length`: records of each service."""

    length: int = 0
    meter: Meter = field(default_factory=Meter)
    tables: Mapping[str, Table] = field(default_factory=dict)

    def client(self, name: str) -> Any:
        """Return what stands in for a client."""
        return {"ecs": EcsClient, "ecr": EcrClient}[name](self.length, self.meter)

    @cached_property
    def outputs(self) -> dict[str, str]:
        """Return what the stack would say."""
        self.meter.read("DescribeStacks")
        machine = "arn:aws:states:us-east-1:123456789012:stateMachine:landfall"
        return {"StateMachineArn": machine, "LedgerTableName": "ledger", "FreezeTableName": "freezes"}

    @cached_property
    def signing(self) -> Signing:
        """Return the public key."""
        self.meter.read("GetPublicKey")
        return signing()

    def _table(self, output: str) -> Any:
        return self.tables[self._output(output)]


def account(services: int, length: int) -> Account:
    """Return an account with so many services, each with so many records."""
    meter = Meter()
    ledger = Table("ledger", ("service", "deployment_id"), INDEXES, meter)
    named = [b.settings_of(name=f"s{n:03}", service=f"s{n:03}", repository=f"r/s{n:03}") for n in range(services)]
    for service in named:
        fill(ledger, service.name, length)
    tables = {"ledger": ledger, "freezes": Table("freezes", ("service",), {}, meter)}
    session = boto3.Session(region_name="us-east-1")
    return Account(session, Settings(tuple(named), Path()), length=length, meter=meter, tables=tables)


def fill(ledger: Table, service: str, length: int) -> None:
    """Put a service's chain into the ledger, with its HEAD."""
    newest: Record = {}
    for number in range(1, length + 1):
        newest = closed(service, number, newest)
        ledger.put(newest)
    if newest:
        head = {"service": CHAINS, "deployment_id": service, LAST: newest["deployment_id"]}
        ledger.put(head | {name: newest[name] for name in (SEQUENCE, HASH)})


def closed(service: str, number: int, before: Record) -> Record:
    """Return the n-th record of a service as Report closes it, on top of the one before it."""
    outcome, at, digest = RARE.get(number, Outcome.SUCCEEDED), moment(number), digest_of(number)
    release = b.release(
        service=service,
        deployment_id=id_of(number),
        execution_arn=f"arn:aws:states:us-east-1:123456789012:execution:landfall:{service}-{number}",
        git_sha=commit_of(number),
        image=f"registry/r/{service}@{digest}",
        image_digest=digest,
        requested_at=at.isoformat(),
        started_at=at.isoformat(),
    )
    made = b.deployment(task_definition=revision(service, number), digests={"app": (digest,)})
    undone = b.way_back(task_definition=revision(service, number - 1), undoes=revision(service, number))
    rejected, back = outcome == Outcome.REJECTED, outcome == Outcome.ROLLED_BACK
    ended = b.ended(outcome, release=release, deployment=None if rejected else undone if back else made)
    record = deployment_record.closed(ended, at + timedelta(minutes=5))
    record["commit_history"] = "x" * (RECORD_BYTES - len(str(record)))
    links = service_standing.links(before) if before else dict.fromkeys(service_standing.LINKS, NOTHING)
    head = chain.head_of(before) if before else None
    return signed(chain.sealed(record | service_standing.as_fields(links), head, KMS.public.fingerprint))


NOTHING = service_standing.link_to(None)


def moment(number: int) -> datetime:
    """Return when the n-th deployment began."""
    return b.NOW + timedelta(minutes=10 * number)


def id_of(number: int) -> str:
    """Return the n-th deployment's id."""
    return f"{moment(number):%Y%m%dT%H%M%SZ}-{number}"


def commit_of(number: int) -> str:
    """Return the n-th deployment's commit."""
    return f"{number:08x}" * 5


def digest_of(number: int) -> str:
    """Return the n-th deployment's image."""
    return f"sha256:{number:064x}"


def revision(service: str, number: int) -> str:
    """Return the n-th deployment's revision."""
    return f"{_FAMILY}{service}:{number}"


class EcsClient:
    """ECS: each service runs what the newest record proved."""

    def __init__(self, length: int, meter: Meter) -> None:
        self._length, self._meter = length, meter
        self.exceptions = SimpleNamespace(ClusterNotFoundException=type("ClusterNotFoundException", (Exception,), {}))

    def describe_services(self, cluster: str, services: list[str]) -> Any:
        """Describe services as many as the API takes."""
        self._meter.read("DescribeServices")
        assert (cluster, len(services) <= DESCRIBE_SERVICES_LIMIT) == ("c", True)  # noqa: S101
        return {"services": [self._service(name) for name in services], "failures": []}

    def _service(self, name: str) -> dict[str, Any]:
        runs = {
            "status": "ACTIVE",
            "taskDefinition": revision(name, self._length),
            "desiredCount": 2,
            "runningCount": 2,
        }
        primary = {**runs, "id": "ecs-svc/1", "status": "PRIMARY", "rolloutState": "COMPLETED"}
        return {
            **runs,
            "serviceName": name,
            "serviceArn": f"arn:aws:ecs:us-east-1:1:service/c/{name}",
            "deployments": [primary],
        }

    def describe_task_definition(self, taskDefinition: str, **_: Any) -> Any:  # noqa: N803
        """Describe a revision that a deployment made."""
        self._meter.read("DescribeTaskDefinition")
        service, number = taskDefinition.rpartition("/")[2].split(":")
        tags = {TAG_SHA: commit_of(int(number)), TAG_DEPLOYMENT: id_of(int(number)), TAG_ROLE: ROLE_RELEASE}
        containers = [{"name": "app", "image": f"registry/r/{service}@{digest_of(int(number))}"}]
        return {
            "taskDefinition": {"status": "ACTIVE", "containerDefinitions": containers},
            "tags": [{"key": key, "value": value} for key, value in tags.items()],
        }

    def get_paginator(self, _operation: str) -> Any:
        """Return pages of revisions."""
        return SimpleNamespace(paginate=self._revisions)

    def _revisions(self, familyPrefix: str, status: str, **_: Any) -> Iterator[Any]:  # noqa: N803
        self._meter.read("ListTaskDefinitions")
        newest = range(max(1, self._length - LISTED + 1), self._length + 1)
        yield {"taskDefinitionArns": [revision(familyPrefix, n) for n in newest] if status == "ACTIVE" else []}


class EcrClient:
    """ECR: the newest images, tagged by their commits."""

    def __init__(self, length: int, meter: Meter) -> None:
        self._length, self._meter = length, meter

    def get_paginator(self, _operation: str) -> Any:
        """Return pages of images."""
        return SimpleNamespace(paginate=self._images)

    def _images(self, **_: Any) -> Iterator[Any]:
        self._meter.read("DescribeImages")
        newest = range(max(1, self._length - LISTED + 1), self._length + 1)
        yield {
            "imageDetails": [
                {"imageDigest": digest_of(n), "imageTags": [commit_of(n)], "imagePushedAt": moment(n)} for n in newest
            ]
        }


def only(account_: Account) -> Service:
    """Return the first service of an account."""
    return account_.settings.services[0]
