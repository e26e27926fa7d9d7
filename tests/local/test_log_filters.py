"""The local CloudWatch Logs filters as AWS does: by a stream's prefix, and by a regular expression between two `%`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from landfall.aws.cloudwatch.logs import TaskLogs
from landfall.logs.task_logs import Place
from local.emulator.local_aws import LocalAws

GROUP = "/local/filtered"


@pytest.fixture
def logs(aws: LocalAws) -> Iterator[Any]:
    """A log group that two services write to."""
    client = aws.client("logs")
    client.create_log_group(logGroupName=GROUP)
    at = int(datetime.now(UTC).timestamp() * 1000)
    for stream in ("jobs/app/1", "jobs/app/2", "other/app/3"):
        client.create_log_stream(logGroupName=GROUP, logStreamName=stream)
        events = [{"timestamp": at, "message": f"up, sha {commit}"} for commit in ("AB12CD34", "1234567")]
        client.put_log_events(logGroupName=GROUP, logStreamName=stream, logEvents=events)
    yield client
    client.delete_log_group(logGroupName=GROUP)


def test_lines_of_a_prefix_that_match(logs: Any) -> None:
    """Only the streams of this service are read, and of them only the lines that the expression finds."""
    now = datetime.now(UTC)
    found = TaskLogs(logs).between(
        Place(GROUP, "jobs", "app"), now - timedelta(minutes=1), now + timedelta(minutes=1), "%[aA][bB]12[cC][dD]3%"
    )
    assert [(line.task, line.text) for line in found.lines] == [("1", "up, sha AB12CD34"), ("2", "up, sha AB12CD34")]
    nobody = Place(GROUP, "nobody", "app")
    assert TaskLogs(logs).between(nobody, now - timedelta(minutes=1), now, "").lines == ()
