"""AWS Step Functions: its own record of executions."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from landfall.aws.trying import trying
from landfall.ledger import execution_history
from landfall.ledger.execution_history import Begun, Event, Execution

MOST_EVENTS = 1000
"""The most that one call returns (Step Functions API reference, GetExecutionHistory, ListExecutions)."""
ENDED_BADLY = ("FAILED", "TIMED_OUT", "ABORTED")


class Executions:
    """Step Functions' own record of an execution."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def status(self, execution_arn: str) -> str | None:
        """Return an execution's status, such as `RUNNING`; None if Step Functions knows none of that ARN."""
        found = self.execution(execution_arn)
        return found.status if found else None

    def execution(self, execution_arn: str) -> Execution | None:
        """Return an execution; None if Step Functions knows none of that ARN: it deletes them after 90 days."""
        with trying(f"reading the status of {execution_arn}"):
            try:
                told = self._client.describe_execution(executionArn=execution_arn)
            except self._client.exceptions.ExecutionDoesNotExist:
                return None
            return Execution(str(told["status"]), told["startDate"], told.get("stopDate"))

    def begun(self, execution_arn: str) -> Begun:
        """Return how an execution began."""
        with trying(f"reading the input of {execution_arn}"):
            found = self._client.describe_execution(executionArn=execution_arn)
            return Begun(found["name"], json.loads(found["input"]), found["startDate"].astimezone(UTC).isoformat())

    def failed(self, machine_arn: str, since: datetime) -> list[str]:
        """Return the ARNs of a machine's executions that failed since then, the newest start first.

        Only the newest thousand of each status are read: one page of ListExecutions, which is sorted by the start, the
        newest first (Step Functions API reference).
        """
        found = []
        for status in ENDED_BADLY:
            with trying(f"listing {status} executions"):
                page = self._client.list_executions(
                    stateMachineArn=machine_arn, statusFilter=status, maxResults=MOST_EVENTS
                )
                ended = (each for each in page["executions"] if each["stopDate"] >= since)
                found += [(each["startDate"], str(each["executionArn"])) for each in ended]
        return [arn for _, arn in sorted(found, key=lambda each: each[0], reverse=True)]

    def start(self, machine_arn: str, name: str, document: dict[str, Any]) -> bool:
        """Start an execution. False if one of that name was started before."""
        with trying(f"starting execution {name}"):
            try:
                self._client.start_execution(stateMachineArn=machine_arn, name=name, input=json.dumps(document))
            except self._client.exceptions.ExecutionAlreadyExists:
                return False
        return True

    def stop(self, execution_arn: str, error: str, cause: str) -> bool:
        """Stop an execution. False if it has ended, or if Step Functions no longer knows it."""
        with trying(f"stopping execution {execution_arn}"):
            try:
                self._client.stop_execution(executionArn=execution_arn, error=error, cause=cause)
            except (self._client.exceptions.ExecutionDoesNotExist, self._client.exceptions.ValidationException):
                return False
        return True

    def events(self, execution_arn: str) -> list[Event]:
        """Return an execution's events, in order."""
        with trying(f"reading the history of {execution_arn}"):
            pages = self._client.get_paginator("get_execution_history").paginate(
                executionArn=execution_arn, PaginationConfig={"PageSize": MOST_EVENTS}
            )
            return list(execution_history.events(event for page in pages for event in page["events"]))

    def newest_events(self, execution_arn: str, most: int) -> list[Event]:
        """Return an execution's last events, in order, from `most` entries of its history."""
        with trying(f"reading the newest history of {execution_arn}"):
            page = self._client.get_execution_history(executionArn=execution_arn, maxResults=most, reverseOrder=True)
            return list(execution_history.events(reversed(page["events"])))
