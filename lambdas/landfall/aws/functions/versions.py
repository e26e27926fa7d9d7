"""AWS Lambda's versions of functions, and the definitions of Step Functions that name them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from landfall.aws.trying import trying
from landfall.unused_versions import Began, Definition, Version

LATEST = "$LATEST"
_STAMP = "%Y-%m-%dT%H:%M:%S.%f%z"
"""How Lambda writes a time (Lambda API reference, FunctionConfiguration)."""
_UNSUCCESSFUL = ("FAILED", "TIMED_OUT", "ABORTED")
_PAGE = 1000


class Versions:
    """The published versions of functions."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def of(self, function: str) -> list[Version]:
        """Return a function's published versions, without $LATEST."""
        with trying(f"listing versions of {function}"):
            pages = self._client.get_paginator("list_versions_by_function").paginate(FunctionName=function)
            found = [each for page in pages for each in page["Versions"] if each["Version"] != LATEST]
            return [Version(function, int(v["Version"]), datetime.strptime(v["LastModified"], _STAMP)) for v in found]

    def remove(self, version: Version) -> None:
        """Remove a version. A version that is already gone is no error."""
        with trying(f"removing version {version.number} of {version.function}"):
            try:
                self._client.delete_function(FunctionName=version.function, Qualifier=str(version.number))
            except self._client.exceptions.ResourceNotFoundException:
                return


class Definitions:
    """The definitions of state machines and of their executions."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def of(self, machine_arn: str) -> str:
        """Return the definition that a machine's next execution begins with."""
        with trying(f"reading the definition of {machine_arn}"):
            return str(self._client.describe_state_machine(stateMachineArn=machine_arn)["definition"])

    def of_execution(self, execution_arn: str) -> Definition:
        """Return the definition that an execution began with, and would be redriven with."""
        with trying(f"reading the definition of {execution_arn}"):
            found = self._client.describe_state_machine_for_execution(executionArn=execution_arn)
            return Definition(str(found["definition"]), found["updateDate"])

    def executions(self, machine_arn: str, since: datetime) -> list[Began]:
        """Return a machine's running executions, and those that failed since then."""
        running = self._listed(machine_arn, "RUNNING", None)
        return running + [b for status in _UNSUCCESSFUL for b in self._listed(machine_arn, status, since)]

    def _listed(self, machine_arn: str, status: str, since: datetime | None) -> list[Began]:
        """Ended executions are listed by their end, the newest first (Step Functions API reference, ListExecutions)."""
        found: list[Began] = []
        with trying(f"listing {status} executions of {machine_arn}"):
            pages = self._client.get_paginator("list_executions").paginate(
                stateMachineArn=machine_arn, statusFilter=status, PaginationConfig={"PageSize": _PAGE}
            )
            for page in pages:
                kept = [e for e in page["executions"] if since is None or e["stopDate"] >= since]
                found += [Began(e["executionArn"], e["startDate"]) for e in kept]
                if len(kept) < len(page["executions"]):
                    break
        return found
