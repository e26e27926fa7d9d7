"""Finds executions that left no record: an open one that somebody deletes is in no chain, and leaves no other trace."""

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
"""Executions that are looked at, the newest ones. Step Functions forgets them 90 days after their end."""
YOUNG = timedelta(minutes=5)
"""An execution of that age may not have opened its record yet."""
IGNORED = "Ignored"
"""The state in which an execution ends that had nothing to do."""


def findings(cloud: Cloud, deployments: Collection[str]) -> Iterator[Finding]:
    """Yield a finding for each execution of the newest that has no record. `deployments` are the ids of all records."""
    executions, now = Executions(cloud.client("stepfunctions")), datetime.now(UTC)
    for each in islice(_newest(cloud), MOST):
        name, arn = str(each["name"]), str(each["executionArn"])
        if name in deployments or now - each["startDate"] < YOUNG or _is_nothing(cloud, executions, arn):
            continue
        what = f"an execution of that name began {each['startDate'].astimezone(UTC).isoformat()}, and no record says so"
        yield Finding("NO_RECORD", what, name)


def _newest(cloud: Cloud) -> Iterator[dict[str, Any]]:
    with trying("listing the executions"):
        pages = cloud.client("stepfunctions").get_paginator("list_executions")
        for page in pages.paginate(stateMachineArn=cloud.machine, PaginationConfig={"PageSize": MOST_EVENTS}):
            yield from page["executions"]


def _is_nothing(cloud: Cloud, executions: Executions, arn: str) -> bool:
    """Say whether an execution opens no record: a recovery of another, an event of no release, a push come twice."""
    begun = executions.begun(arn)
    try:
        wanted = request.read(begun.document, cloud.settings)
    except InvalidRequest:
        return False
    if isinstance(wanted, request.Ignored | request.Recovery):
        return True
    events = executions.events(arn)
    return bool(events) and events[-1].state == IGNORED
