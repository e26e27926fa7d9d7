"""Finds executions without a record.

An open record is not in the chain yet. If somebody deletes it, its execution is the only trace.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from cli.cloud import Cloud
from landfall.aws.executions import MOST_EVENTS, Executions
from landfall.aws.trying import trying
from landfall.chain.check import Finding
from landfall.errors import InvalidRequest
from landfall.intake import request

MOST = 1000
"""How many executions are checked, newest first. Step Functions deletes them 90 days after their end."""
YOUNG = timedelta(minutes=5)
"""A younger execution may not have opened its record yet."""
IGNORED = "Ignored"
"""The last state of an execution that had nothing to do."""


def findings(cloud: Cloud, deployments: Collection[str]) -> Iterator[Finding]:
    """Yield a finding for each recent execution without a record. `deployments` are the ids of all records."""
    executions, now = Executions(cloud.client("stepfunctions")), datetime.now(UTC)
    for each in islice(_newest(cloud), MOST):
        name, arn = str(each["name"]), str(each["executionArn"])
        if name in deployments or now - each["startDate"] < YOUNG or _is_nothing(cloud, executions, arn):
            continue
        what = f"an execution of that name began at {each['startDate'].astimezone(UTC).isoformat()}, but has no record"
        yield Finding("NO_RECORD", what, name)


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
