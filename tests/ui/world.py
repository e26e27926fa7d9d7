"""Two environments of one AWS (moto), with services in every state that the pages know."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import boto3
import botocore.session
import pytest
from moto import mock_aws
from moto.ecs.models import EC2ContainerServiceBackend
from moto.moto_api import state_manager
from moto.stepfunctions.models import StepFunctionBackend

from cli.cloud import Cloud
from cli.ui.environments import Environment
from landfall import chain
from landfall.aws.dynamodb.freezes import Freezes
from landfall.aws.dynamodb.ledger import Ledger
from landfall.aws.dynamodb.ledger_indexes import INDEXES
from landfall.aws.reports import Reports
from landfall.aws.signing import Signing
from landfall.gates import gate_log
from landfall.ledger import deployment_record
from landfall.ledger.deployment_record import Ended
from landfall.model import Outcome
from landfall.partitions import FINDINGS
from landfall.settings import Service, Settings
from landfall.smoke.case import Check
from landfall.telling import report as reports
from landfall.telling.report import Seen
from tests.steps import standin
from tests.support import builders as b

History = dict[str, list[dict[str, Any]]]
"""What Step Functions tells of executions, by their names."""
CHECKS = tuple(
    Check(name, "PASS", expected, seen)
    for name, expected, seen in (
        ("version", "gitSha of this release", "5 of 5 answers"),
        ("liveness", "HTTP 200", "HTTP 200"),
        ("readiness", "HTTP 200, database connected", "HTTP 200, database connected"),
        ("security headers", "13 headers as configured", "all as expected"),
    )
)


class Somewhere(Cloud):
    """A cloud with tables of its own, whose stack need not be asked for its outputs."""

    prefix = ""

    @cached_property
    def outputs(self) -> dict[str, str]:
        """Return what the stack would say."""
        return {
            "StateMachineArn": standin.MACHINE,
            "LedgerTableName": f"{self.prefix}ledger",
            "FreezeTableName": f"{self.prefix}freezes",
            "ReportBucketName": f"{self.prefix}reports",
            "SigningKeyArn": standin.SIGNING_KEY,
        }


@dataclass
class Place:
    """One environment: its tables, its bucket, and what was deployed there."""

    prefix: str
    services: tuple[Service, ...]

    def __post_init__(self) -> None:
        self.session = _session()
        cloud = type("Here", (Somewhere,), {"prefix": self.prefix})
        self.cloud: Cloud = cloud(self.session, Settings(self.services, Path()))
        _tables(self.prefix)
        self.table, self.frozen = (_tables_of().Table(f"{self.prefix}{name}") for name in ("ledger", "freezes"))
        self.reports = Reports(standin.client("s3"), f"{self.prefix}reports")
        self.ledger = Ledger(self.table, lambda: Signing(standin.client("kms"), standin.SIGNING_KEY, self.reports))

    def environment(self, name: str) -> Environment:
        """Return it as the pages have it, with a session of its own that counts what they read."""
        cloud = replace(self.cloud, session=_session())
        return Environment(name, cloud)

    def ended(self, service: str, outcome: Outcome, at: datetime, sha: str, **changes: Any) -> dict[str, Any]:
        """Close a deployment of a service as Landfall closes it, and anchor and report it."""
        subject, took = changes.pop("subject", ""), changes.pop("took", 42)
        committed, gates = changes.pop("committed", ""), changes.pop("gates", ())
        noted = changes.pop("noted", {})
        seen = changes.pop("seen", Seen())
        release = _release(service, at - timedelta(seconds=took), sha)
        known: dict[str, Any] = {"release": release, "checks": CHECKS, "deployment": b.deployment(git_sha=sha)}
        ended = b.ended(outcome, **{**known, **changes})
        said = {"commit_subject": subject} if subject else {}
        said |= {"commit_time": committed} if committed else {}
        said |= {"gates": gate_log.written(gates)} if gates else {}
        closed = self.ledger.close(deployment_record.closed(ended, at) | said | noted) or {}
        self._told(ended, closed, seen)
        return closed

    def _told(self, ended: Ended, closed: dict[str, Any], seen: Seen) -> None:
        service, where = ended.release.service, ended.release.deployment_id
        head = chain.head_of(closed)
        assert head is not None
        signature = json.dumps({"signature": closed["signature"]})
        self.ledger._signing().begin(service)
        self.reports.put(chain.anchor_of(head).key, signature, "text/json")
        document = reports.document(reports.report(ended, closed, seen))
        self.reports.put(f"{service}/{where}/report.json", json.dumps(document), "application/json")
        uri = self.reports.put(f"{service}/{where}/report.md", "#", "text/markdown")
        self.ledger.mark(service, where, reported=uri, notified="x", announced="x")
        self.ledger.finish(service, where)

    def begun(self, service: str, at: datetime, sha: str, subject: str = "") -> dict[str, Any]:
        """Open a deployment that is under way."""
        record = deployment_record.opened(_release(service, at, sha))
        record |= {"commit_subject": subject} if subject else {}
        self.ledger.open(record)
        return record

    def copied(self, other: Place) -> None:
        """Take over the ledger of another place."""
        with self.table.batch_writer() as batch:
            for item in other.table.scan()["Items"]:
                batch.put_item(Item=item)

    def found(self, *findings: Any) -> None:
        """Let the reconciler have found this."""
        with self.table.batch_writer() as batch:
            for each in findings:
                fields = asdict(each) | {
                    "of": each.service,
                    "service": FINDINGS,
                    "deployment_id": each.key,
                    "version": 1,
                }
                batch.put_item(Item=fields)

    def freeze(self, freeze: Any) -> None:
        """Freeze a service."""
        assert Freezes(self.frozen).put(freeze, None)


def _release(service: str, at: datetime, sha: str) -> Any:
    name = f"{at:%Y%m%dT%H%M%SZ}-{service}-{sha[:7]}"
    return b.release(
        service=service,
        deployment_id=name,
        execution_arn=f"{b.EXECUTION.rpartition(':')[0]}:{name}",
        requested_at=at.isoformat(),
        started_at=at.isoformat(),
        git_sha=sha,
        image=f"registry/landfall/sample@{digest(sha)}",
        image_digest=digest(sha),
        requested_by="arn:aws:sts::123456789012:assumed-role/release/ann",
    )


@cache
def _loader() -> Any:
    return botocore.session.get_session().get_component("data_loader")


def _session() -> boto3.Session:
    """Return a session of its own, which does not read AWS's models once more."""
    core = botocore.session.get_session()
    core.register_component("data_loader", _loader())
    return boto3.Session(botocore_session=core, region_name=standin.REGION)


@cache
def _tables_of() -> Any:
    """Return the tables as a test fills them: what reads them for a page has a session of its own."""
    return _session().resource("dynamodb")


def _tables(prefix: str) -> None:
    dynamodb = standin.client("dynamodb")
    keys = ("service", "deployment_id")
    names = sorted({*keys, *(name for index in INDEXES.values() for name in index)})
    dynamodb.create_table(
        TableName=f"{prefix}ledger",
        KeySchema=[{"AttributeName": n, "KeyType": t} for n, t in zip(keys, ("HASH", "RANGE"), strict=True)],
        AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in names],
        GlobalSecondaryIndexes=[standin._index(name, *index) for name, index in INDEXES.items()],
        BillingMode="PAY_PER_REQUEST",
    )
    dynamodb.create_table(
        TableName=f"{prefix}freezes",
        KeySchema=[{"AttributeName": "service", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "service", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    standin.client("s3").create_bucket(Bucket=f"{prefix}reports")


def service(name: str, ecs_name: str = "") -> Service:
    """Return a configured service."""
    return b.settings_of(name=name, service=ecs_name or name)


_listed = EC2ContainerServiceBackend.list_tasks


def _list_tasks(self: Any, *of: Any, **more: Any) -> list[Any]:
    """List the tasks of a service alone: moto lists those of all. The service is the fifth of moto's own arguments."""
    name = more.get("service_name") or next(iter(of[4:5]), None)
    return [task for task in _listed(self, *of, **more) if name in (None, str(task.group).removeprefix("service:"))]


@contextmanager
def aws(history: dict[str, list[dict[str, Any]]] | None = None) -> Iterator[None]:
    """Stand in for AWS while it lasts. `history` is what Step Functions tells of executions, by their names."""
    kept = history if history is not None else {}

    def told(_: Any, arn: str) -> Any:
        return {"events": kept.get(arn.rpartition(":")[2], [])}

    with pytest.MonkeyPatch.context() as patched, mock_aws():
        patched.delenv("AWS_ENDPOINT_URL", raising=False)
        patched.setenv("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
        patched.setattr(StepFunctionBackend, "get_execution_history", told)
        patched.setattr(EC2ContainerServiceBackend, "list_tasks", _list_tasks)
        state_manager.set_transition("ecs::task", {"progression": "manual", "times": 10**6})
        standin.anew()
        yield
        state_manager.unset_transition("ecs::task")


def runs(name: str, desired: int = 2) -> str:
    """Make an ECS service that is steady. Return its revision."""
    revision = standin.make_service(name, desired)
    standin.service_of(name).running_count = desired
    return revision


def digest(sha: str) -> str:
    """Return the digest of a commit's image."""
    return f"sha256:{hashlib.sha256(sha.encode()).hexdigest()}"


def now() -> datetime:
    """Return the time to the second."""
    return datetime.now(UTC).replace(microsecond=0)


__all__ = ["CHECKS", "History", "Place", "Somewhere", "aws", "digest", "now", "runs", "service"]
