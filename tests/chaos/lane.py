"""A service that goes through deployments one after the other, and what is known of it."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from local.stage import Stage, commit
from tests.chaos.schedule import AGAIN, BACK, GOOD, MISSING, Deployment

PATIENCE = 400.0
"""Seconds after which a deployment that has not come to its end hangs."""
SETTLED = 2
"""Looks in a row at which nothing was left to do."""
PAUSE = 1.0
NOWHERE = "0" * 40


@dataclass(frozen=True)
class Execution:
    """An execution about the lane."""

    arn: str
    status: str
    document: Any


@dataclass(frozen=True)
class Live:
    """What was proven last."""

    digest: str
    sha: str


@dataclass
class Lane:
    """One service."""

    stage: Stage
    name: str
    live: Live | None = None
    proven: list[Live] = field(default_factory=list)
    _documents: dict[str, Any] = field(default_factory=dict)

    def begin(self, wanted: Deployment, seed: int) -> None:
        """Ask for a deployment, as its kind says."""
        kind = wanted.kind if self.live or wanted.kind == MISSING else self._first(wanted.kind)
        if kind == AGAIN and self.live:
            self._ask(image_tag=self.live.sha)
        elif kind == BACK and len(self.proven) > 1:
            self._ask(image_digest=self.proven[-2].digest, intent="rollback")
        elif kind == MISSING:
            self._ask(image_tag=NOWHERE)
        else:
            fault = wanted.kind if wanted.bad else ""
            self.stage.push(self.name, self.sha(wanted, seed), fault=fault)

    def _first(self, kind: str) -> str:
        return GOOD if kind in (AGAIN, BACK) else kind

    def sha(self, wanted: Deployment, seed: int) -> str:
        """Return the commit that a deployment releases."""
        return commit(f"{self.name} {seed}/{wanted.number} {self.stage.build_time}")

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

    def settled(self, since: datetime, known: frozenset[str]) -> bool:
        """Wait until nothing runs and nothing is left to do. False where that does not come about."""
        until, quiet = time.monotonic() + PATIENCE, 0
        while time.monotonic() < until:
            executions = self.executions(since)
            over = bool(executions) and all(e.status != "RUNNING" for e in executions)
            over = over and all("unfinished" not in r for r in self.records(known))
            quiet = quiet + 1 if over else 0
            if quiet > SETTLED:
                return True
            time.sleep(PAUSE)
        return False

    @cached_property
    def s3(self) -> Any:
        """Return an S3 client."""
        return self.stage.aws.client("s3")

    def report_versions(self, deployment_id: str) -> dict[str, int]:
        """Return how many versions each file of a deployment's report has."""
        found = self.s3.list_object_versions(
            Bucket=self.stage.pipeline["ReportBucketName"], Prefix=f"{self.name}/{deployment_id}/"
        )
        keys = [version["Key"].rpartition("/")[2] for version in found.get("Versions", [])]
        return {key: keys.count(key) for key in keys}


def now() -> datetime:
    """Return the time, as executions' starts have it."""
    return datetime.now(UTC)
