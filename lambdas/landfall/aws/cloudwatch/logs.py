"""Amazon CloudWatch Logs: what a service's tasks wrote."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from landfall.aws.trying import trying
from landfall.errors import AwsCallFailed
from landfall.logs.task_logs import Line, Place, Written

MOST_LINES = 2000
"""Lines read of one task, and of the time before: a call may return 10,000, too many for a step's memory and time."""
MOST_A_PAGE, MOST_SOUGHT = 10_000, 50_000
"""Lines of a page (CloudWatch Logs API reference, FilterLogEvents), and of several pages when searching."""
MOST_PAGES = 5
"""Pages of one answer: a page may be empty before the end (CloudWatch Logs API reference, FilterLogEvents)."""
_ABSENT = "ResourceNotFoundException"


class TaskLogs:
    """The log groups that tasks write to. A stream appears with the task's first line. Nothing is redacted yet."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def exists(self, group: str) -> bool:
        """Say whether there is such a log group."""
        try:
            self._events(group, limit=1)
        except AwsCallFailed as error:
            if error.code == _ABSENT:
                return False
            raise
        return True

    def of_task(self, place: Place, task: str, most: int = MOST_LINES) -> Written:
        """Return what one task wrote, at least its last lines; nothing if it has written nothing."""
        query: dict[str, Any] = {"logGroupName": place.group, "logStreamName": place.stream(task), "limit": most}
        events: list[Line] = []
        for _ in range(MOST_PAGES):
            page, lines = self._stream(query, task)
            events = [*lines, *events]
            if len(events) >= most:
                break
            # a page may be empty before the end; at the end, the returned token is the one that was sent
            if page.get("nextBackwardToken") in (None, query.get("nextToken")):
                return Written(tuple(events))
            query["nextToken"] = page["nextBackwardToken"]
        return Written(tuple(events), whole=False)

    def before(self, place: Place, moment: datetime, minutes: int) -> Written:
        """Return what all tasks of the service wrote in the time before a moment."""
        return self.between(place, moment - timedelta(minutes=minutes), moment, most=MOST_LINES)

    def between(
        self, place: Place, start: datetime, end: datetime, pattern: str = "", most: int = MOST_SOUGHT
    ) -> Written:
        """Return what all tasks wrote from `start` to `end`, oldest first; with a filter pattern, only matching lines.

        It takes one call, or a few, however many tasks there are: an account has five calls a second in a region
        (AWS knowledge center, "How do I determine throttling in my CloudWatch logs"). Streams are given by their
        prefix, since AWS refuses a stream's name before the task's first line made it.
        """
        query: dict[str, Any] = {"startTime": _millis(start), "endTime": _millis(end) - 1}
        query |= {"logStreamNamePrefix": place.stream(""), "limit": min(most, MOST_A_PAGE)}
        query |= {"filterPattern": pattern} if pattern else {}
        events: list[Line] = []
        for _ in range(MOST_PAGES):
            page, lines = self._events(place.group, **query)
            events += lines
            if len(events) >= most:
                break
            if not page.get("nextToken"):
                return Written(tuple(events))
            query["nextToken"] = page["nextToken"]
        return Written(tuple(events), whole=False)

    def _stream(self, query: dict[str, Any], task: str) -> tuple[Any, list[Line]]:
        with trying(f"reading log stream {query['logStreamName']} of {query['logGroupName']}"):
            try:
                page = self._client.get_log_events(**query, startFromHead=False)
            except self._client.exceptions.ResourceNotFoundException:
                # no line was written yet; were the group gone, `before` would say so
                return {}, []
            return page, [_line(event, task) for event in page["events"]]

    def _events(self, group: str, **query: Any) -> tuple[Any, list[Line]]:
        with trying(f"reading log group {group}"):
            page = self._client.filter_log_events(logGroupName=group, **query)
            return page, [_line(event, _task(event)) for event in page["events"]]


def _task(event: Any) -> str:
    """Return the id of the task that wrote a line: the end of its stream's name."""
    return str(event.get("logStreamName", "")).rpartition("/")[2]


def _line(event: Any, task: str = "") -> Line:
    return Line(datetime.fromtimestamp(event["timestamp"] / 1000, UTC), task, str(event["message"]))


def _millis(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
