"""Where the evidence goes and comes from: the report bucket, the topic, the execution history."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from landfall import history
from landfall.errors import AwsCallFailed, trying
from landfall.history import Event
from landfall.naming import SUBJECT_LIMIT

MOST_EVENTS = 1000
"""Of a call; the default is a tenth of it (Step Functions API reference, GetExecutionHistory, ListExecutions)."""
ENDED_BADLY = ("FAILED", "TIMED_OUT", "ABORTED")


class Reports:
    """The report bucket."""

    def __init__(self, client: Any, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put(self, key: str, body: str, content_type: str) -> str:
        """Store a file that is never written again, and return its S3 URI: one that is there already stays as it is.

        A replay leaves one report, not a second version of it. If-None-Match takes no right but s3:PutObject (S3 User
        Guide, conditional writes). S3 answers 409 where another conditional write of the key is under way: to be tried
        again.
        """
        where = f"s3://{self._bucket}/{key}"
        kind = {"ContentType": content_type, "IfNoneMatch": "*"}
        try:
            with trying(f"writing {where}"):
                self._client.put_object(Bucket=self._bucket, Key=key, Body=body.encode(), **kind)
        except AwsCallFailed as error:
            if error.code != "PreconditionFailed":
                raise
        return where

    def holds(self, uri: str) -> bool:
        """Say whether an object is there, by its S3 URI. One of another bucket is not looked for, and taken as there.

        Asked by listing, which takes no right to read: without s3:ListBucket S3 answers 403 for an object that is
        missing, and with it the list says the same (S3 API reference, HeadObject; lists are strongly consistent).
        """
        own = f"s3://{self._bucket}/"
        return not uri.startswith(own) or self.has(uri.removeprefix(own))

    def has(self, key: str) -> bool:
        """Say whether an object is there: one under a delete marker is not."""
        with trying(f"looking for s3://{self._bucket}/{key}"):
            found = self._client.list_objects_v2(Bucket=self._bucket, Prefix=key, MaxKeys=1)
            return any(each["Key"] == key for each in found.get("Contents", []))

    def ever_had(self, prefix: str) -> bool:
        """Say whether any object whose key begins so was ever written: one under a delete marker counts.

        Only who may delete a version, which the bucket's lock forbids, can make it forget. Anybody else can put delete
        markers before it, as many as they like: a page may hold nothing but them.
        """
        with trying(f"looking for versions of s3://{self._bucket}/{prefix}"):
            pages = self._client.get_paginator("list_object_versions").paginate(Bucket=self._bucket, Prefix=prefix)
            return any(page.get("Versions") for page in pages)


class Topic:
    """The SNS topic that tells people."""

    def __init__(self, client: Any, arn: str) -> None:
        self._client = client
        self._arn = arn

    def publish(self, subject: str, message: str, attributes: dict[str, str]) -> str:
        """Publish and return the message id. Attributes are for subscribers' filter policies."""
        typed = {k: {"DataType": "String", "StringValue": v} for k, v in attributes.items()}
        with trying("publishing the notification"):
            reply = self._client.publish(
                TopicArn=self._arn, Subject=subject[:SUBJECT_LIMIT], Message=message, MessageAttributes=typed
            )
            return str(reply["MessageId"])


@dataclass(frozen=True)
class Execution:
    """An execution as Step Functions describes it. `ended_at` is None while it runs."""

    status: str
    started_at: datetime
    ended_at: datetime | None = None

    @property
    def running(self) -> bool:
        """Say whether it is not over."""
        return self.status == "RUNNING"


@dataclass(frozen=True)
class Begun:
    """An execution as it began: its name, its input, and when."""

    name: str
    document: Any
    started_at: str


class Executions:
    """Step Functions' own record of an execution."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def status(self, execution_arn: str) -> str | None:
        """Return `RUNNING` or how an execution ended; None where Step Functions knows none of that ARN."""
        found = self.execution(execution_arn)
        return found.status if found else None

    def execution(self, execution_arn: str) -> Execution | None:
        """Return an execution; None where Step Functions knows none of that ARN: it forgets them after 90 days."""
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
        """Return the executions of a machine that ended badly since then, by their ARNs, the last to begin first.

        Of each status the newest thousand are looked at: a page of ListExecutions, which comes by the start, the last
        first (Step Functions API reference).
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
        """Start an execution. False where one of that name was started before."""
        with trying(f"starting execution {name}"):
            try:
                self._client.start_execution(stateMachineArn=machine_arn, name=name, input=json.dumps(document))
            except self._client.exceptions.ExecutionAlreadyExists:
                return False
        return True

    def events(self, execution_arn: str) -> list[Event]:
        """Return what happened in it, in order."""
        with trying(f"reading the history of {execution_arn}"):
            pages = self._client.get_paginator("get_execution_history").paginate(
                executionArn=execution_arn, PaginationConfig={"PageSize": MOST_EVENTS}
            )
            return list(history.events(event for page in pages for event in page["events"]))
