"""Finds executions without a record.

An open record is not in the chain yet. If somebody deletes it, its execution is the only trace. The check lists the
executions before it reads the records, and crosses an execution off when it reads its record. So it needs no list of
all ids, and an execution that begins meanwhile is no finding.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import islice, takewhile
from typing import Any

from cli.cloud import Cloud
from landfall import naming
from landfall.aws.executions import MOST_EVENTS, Executions
from landfall.aws.trying import trying
from landfall.chain import Record
from landfall.chain.check.chain_evidence import Finding
from landfall.errors import InvalidRequest
from landfall.intake import request

MOST = 1000
"""How many executions are checked, newest first. Step Functions deletes them 90 days after their end."""
YOUNG = timedelta(minutes=5)
"""A younger execution may not have opened its record yet."""
IGNORED = "Ignored"
"""The last state of an execution that had nothing to do."""


class Recent:
    """The recent executions whose records were not seen yet. `until`: the next check compares younger executions."""

    def __init__(self, cloud: Cloud, since: datetime | None = None) -> None:
        self._cloud, self.until = cloud, datetime.now(UTC) - YOUNG
        newest = takewhile(lambda each: since is None or each["startDate"] >= since, _newest(cloud))
        young = self.until
        self._left = {_id(each): each for each in islice(newest, MOST) if each["startDate"] <= young}

    def seen(self, record: Record) -> None:
        """Cross an execution off: its record is there."""
        self._left.pop(str(record.get("deployment_id")), None)

    def findings(self) -> Iterator[Finding]:
        """Yield a finding for each execution that has no record. It looks up each record that was not read just now."""
        executions = Executions(self._cloud.client("stepfunctions"))
        for deployment_id, each in self._left.items():
            arn = str(each["executionArn"])
            if self._is_recorded(arn, deployment_id) or _is_nothing(self._cloud, executions, arn):
                continue
            began = each["startDate"].astimezone(UTC).isoformat()
            what = f"an execution of that name began at {began}, but has no record"
            yield Finding("NO_RECORD", what, str(each["name"]))

    def _is_recorded(self, arn: str, deployment_id: str) -> bool:
        found = self._cloud.ledger.of_execution(arn)
        return found is not None and found.get("deployment_id") == deployment_id


def _id(execution: Mapping[str, Any]) -> str:
    return naming.deployment(str(execution["name"]), execution["startDate"].astimezone(UTC).isoformat())


def _newest(cloud: Cloud) -> Iterator[dict[str, Any]]:
    with trying("listing the executions"):
        pages = cloud.client("stepfunctions").get_paginator("list_executions")
        for page in pages.paginate(stateMachineArn=cloud.machine, PaginationConfig={"PageSize": MOST_EVENTS}):
            yield from page["executions"]


def _is_nothing(cloud: Cloud, executions: Executions, arn: str) -> bool:
    """Say whether an execution opens no record: a recovery, an ignored event, or a repeated push."""
    begun = executions.begun(arn)
    try:
        wanted = request.read(begun.document, cloud.settings)
    except InvalidRequest:
        return False
    if isinstance(wanted, request.Ignored | request.Recovery):
        return True
    events = executions.events(arn)
    return bool(events) and events[-1].state == IGNORED
