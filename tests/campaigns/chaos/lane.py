"""A service that goes through deployments one after the other, and what is known of it."""

from __future__ import annotations

import json
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Protocol

from landfall.change.task_definition import TAG_DEPLOYMENT, TAG_ROLE
from landfall.migration import run_task
from landfall.partitions import UNKNOWN_SERVICE
from local.stage.landfall_stage import Stage, commit
from tests.campaigns.chaos.gates import Has
from tests.campaigns.chaos.schedule import AGAIN, BACK, GOOD, MISSING, RACE, Deployment

PATIENCE = 400.0
"""Seconds after which a deployment that has not come to its end hangs."""
SETTLED = 2
"""Looks in a row at which nothing was left to do."""
PAUSE = 1.0
NOWHERE = "0" * 40
OF_WORKERS = {"crash-on-start": "worker-crash", "unhealthy": "worker-dead", "wrong-sha": "worker-silent"}
"""What a bad release of a worker has instead of the fault of an API (sample_service/worker.py)."""
TOLD = (
    *("sequence", "deployment_id", "outcome", "code", "why", "git_sha", "image_digest", "fence", "recoveries"),
    *("requested_at", "started_at", "ended_at", "task_definition", "baseline_task_definition", "restored_to"),
)
"""Fields of a record that are told where a law was broken."""


@dataclass(frozen=True)
class Execution:
    """An execution about the lane."""

    arn: str
    status: str
    document: Any

    @property
    def recovers(self) -> bool:
        """Say whether it looks after another one: it has no record of its own."""
        return bool(self.document.get("source") == "aws.states" or self.document.get("intent") == "recover")


@dataclass(frozen=True)
class Live:
    """What was proven last."""

    digest: str
    sha: str


@dataclass(frozen=True)
class Revision:
    """A revision that a deployment registered."""

    status: str
    deployment_id: str
    role: str


class Attends(Protocol):
    """Somebody who acts on what a deployment's records say while it is played."""

    def attend(self, records: Sequence[dict[str, Any]]) -> None:
        """Look once."""


@dataclass
class Lane:
    """One service."""

    stage: Stage
    name: str
    live: Live | None = None
    proven: list[Live] = field(default_factory=list)
    worker: bool = False
    pause: float = PAUSE
    patience: float = PATIENCE
    has: Has = field(default_factory=Has)
    _documents: dict[str, Any] = field(default_factory=dict)

    def begin(self, wanted: Deployment, seed: int) -> None:
        """Ask for a deployment, as its kind says."""
        kind = wanted.kind if self.live or wanted.kind == MISSING else self._first(wanted.kind)
        if kind == AGAIN and self.live:
            self._ask(image_tag=self.live.sha)
        elif kind == BACK and (earlier := self._earlier()):
            self._ask(image_digest=earlier.digest, intent="rollback")
        elif kind == MISSING:
            self._ask(image_tag=NOWHERE)
        else:
            fault = self._fault(wanted)
            for sha in self.shas(wanted, seed):
                self.stage.push(self.name, sha, fault=fault)

    def _fault(self, wanted: Deployment) -> str:
        """Return the fault that is baked into a release, or nothing. A worker has faults of its own."""
        if not wanted.bad:
            return wanted.fate.migration if self.has.migration else ""
        return OF_WORKERS.get(wanted.kind, wanted.kind) if self.worker else wanted.kind

    def _earlier(self) -> Live | None:
        """Return what was proven last before what is live."""
        return next((each for each in reversed(self.proven) if each != self.live), None)

    def _first(self, kind: str) -> str:
        return GOOD if kind in (AGAIN, BACK) else kind

    def shas(self, wanted: Deployment, seed: int) -> list[str]:
        """Return the commits that a deployment pushes, oldest first."""
        pushes = 2 if wanted.kind == RACE else 1
        return [commit(f"{self.name} {seed}/{wanted.number} {n} {self.stage.build_time}") for n in range(pushes)]

    def _ask(self, **request: str) -> None:
        self.stage.start({"service": self.name, "requested_by": "chaos", **request})

    def executions(self, since: datetime) -> list[Execution]:
        """Return the executions about the service that were started since, oldest first."""
        found = []
        listed = self.stage.stepfunctions.list_executions(stateMachineArn=self.stage.pipeline["StateMachineArn"])
        for each in listed["executions"]:
            if each["startDate"] >= since:
                document = self._document(each["executionArn"])
                if self.name in json.dumps(document):
                    found.append(Execution(each["executionArn"], each["status"], document))
        return found[::-1]

    def _document(self, arn: str) -> Any:
        if arn not in self._documents:
            described = self.stage.stepfunctions.describe_execution(executionArn=arn)
            self._documents[arn] = json.loads(described["input"])
        return self._documents[arn]

    def records(self, known: frozenset[str]) -> list[dict[str, Any]]:
        """Return the service's records but those that are known."""
        return [r for r in self.stage.records(self.name) if r["deployment_id"] not in known]

    def ledger(self) -> list[dict[str, Any]]:
        """Return what explains a broken law: all records of the service, in the order of their closing."""
        told = [{name: str(r[name]) for name in TOLD if name in r} for r in self.stage.records(self.name)]
        return sorted(told, key=lambda r: int(r.get("sequence", 1 << 32)))

    def unknown(self, executions: Collection[str]) -> list[dict[str, Any]]:
        """Return the records of these executions that never found out which service they are about."""
        return [r for r in self.stage.records(UNKNOWN_SERVICE) if r["execution_arn"] in executions]

    def newest_revision(self) -> int:
        """Return the number of the newest revision of the service's family."""
        return max((int(arn.rpartition(":")[2]) for arn in self._revisions()), default=0)

    def revisions(self, after: int) -> list[Revision]:
        """Return the revisions registered after that one by deployments."""
        new = [arn for arn in self._revisions() if int(arn.rpartition(":")[2]) > after]
        found = [self.stage.ecs.describe_task_definition(taskDefinition=arn, include=["TAGS"]) for arn in new]
        tags = [{t["key"]: t["value"] for t in reply.get("tags", [])} for reply in found]
        return [
            Revision(reply["taskDefinition"]["status"], each.get(TAG_DEPLOYMENT, ""), each.get(TAG_ROLE, ""))
            for reply, each in zip(found, tags, strict=True)
        ]

    def _revisions(self) -> list[str]:
        listed = [
            self.stage.ecs.list_task_definitions(familyPrefix=f"landfall-{self.name}", status=status, sort="DESC")
            for status in ("ACTIVE", "INACTIVE")
        ]
        return [arn for each in listed for arn in each["taskDefinitionArns"]]

    def settled(
        self, since: datetime, known: frozenset[str], longer: float = 0.0, attending: Sequence[Attends] = ()
    ) -> bool:
        """Wait until nothing runs and nothing is left to do. False where that does not come about.

        `longer`: seconds to wait beyond its patience. `attending`: who looks at its records meanwhile, and acts.
        """
        until, quiet = time.monotonic() + self.patience + longer, 0
        while time.monotonic() < until:
            if attending:
                records = self.records(known)
                for each in attending:
                    each.attend(records)
            executions = self.executions(since)
            over = bool(executions) and all(e.status != "RUNNING" for e in executions)
            over = over and self._recorded(executions, self.records(known))
            quiet = quiet + 1 if over else 0
            if quiet > SETTLED:
                return True
            time.sleep(self.pause)
        return False

    def _recorded(self, executions: Sequence[Execution], records: Sequence[dict[str, Any]]) -> bool:
        """Say whether each execution that leaves a record has left it, and nothing is left to do."""
        asked = {execution.arn for execution in executions if not execution.recovers}
        recorded = {record["execution_arn"] for record in [*records, *self.unknown(asked)]}
        return asked <= recorded and all("unfinished" not in record for record in records)

    def migrations(self, deployment_id: str) -> list[dict[str, Any]]:
        """Return every task that a deployment's migration started, from ECS."""
        ecs, cluster, named = self.stage.ecs, f"landfall-{self.name}", run_task.started_by(deployment_id)
        found: list[dict[str, Any]] = []
        for status in ("RUNNING", "STOPPED"):
            arns = ecs.list_tasks(cluster=cluster, startedBy=named, desiredStatus=status)["taskArns"]
            found += ecs.describe_tasks(cluster=cluster, tasks=arns)["tasks"] if arns else []
        return found

    @cached_property
    def s3(self) -> Any:
        """Return an S3 client."""
        return self.stage.aws.client("s3")

    def report_versions(self, service: str, deployment_id: str) -> dict[str, int]:
        """Return how many versions each file of a deployment's report has."""
        found = self.s3.list_object_versions(
            Bucket=self.stage.pipeline["ReportBucketName"], Prefix=f"{service}/{deployment_id}/"
        )
        keys = [version["Key"].rpartition("/")[2] for version in found.get("Versions", [])]
        return {key: keys.count(key) for key in keys}


def now() -> datetime:
    """Return the time, as executions' starts have it."""
    return datetime.now(UTC)
