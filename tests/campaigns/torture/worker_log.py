"""What the tasks of a worker log, and what a metric counts of it, in CloudWatch's own shapes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from tests.campaigns.torture import replies
from tests.campaigns.torture.facts import FOREVER, WorkerFact
from tests.campaigns.torture.picture import Task

GROUP, PREFIX = "/sample", "sample"
LOGS = {"logDriver": "awslogs", "options": {"awslogs-group": GROUP, "awslogs-stream-prefix": PREFIX}}
EVERY = 10.0
"""Seconds between two lines of a task that works."""
METRIC_LATE = 180.0
"""How much later than its time a data point is there (a minute is partial at first: Netflix/atlas#1300)."""
Line = tuple[float, Task, str]


def lines(tasks: Iterable[Task], shas: dict[str, str]) -> Iterator[Line]:
    """Yield every line that tasks will have written: when, which task, and what."""
    for task in tasks:
        if task.running == FOREVER:
            continue
        fact, sha = task.fact, shas[task.fact.of]
        if fact.says_sha != FOREVER and task.running + fact.says_sha < task.stop:
            yield task.running + fact.says_sha, task, f"INFO started, git sha {sha}"
        end = min(task.stop, task.running + fact.idle_from)
        at = task.running + fact.works_from
        # of a task that has run for very long, only what somebody may ask for
        at = max(at, -2000.0 + (at % EVERY)) if at < -2000 else at
        while at < min(end, 20_000.0):  # no scenario is longer
            yield at, task, "INFO processed message"
            at += EVERY


def filtered(found: Iterable[Line], request: dict[str, Any], now: float) -> dict[str, Any]:
    """Answer FilterLogEvents: what was written by now, in the time that is asked for, and matches."""
    pattern = re.compile(str(request.get("filterPattern", "")).strip("%"))
    start, end = request.get("startTime", 0), request.get("endTime", float("inf"))
    events = [
        {"logStreamName": f"{PREFIX}/app/{replies.task_arn(task).rpartition('/')[2]}", "timestamp": ms, "message": text}
        for at, task, text in sorted(found, key=lambda line: line[0])
        if at <= now and start <= (ms := _millis(at)) <= end and pattern.search(text)
    ]
    return {"events": events[: int(request.get("limit", 10_000))]}


def metric(found: Iterable[Line], request: dict[str, Any], now: float) -> dict[str, Any]:
    """Answer GetMetricData: how many messages were processed, by the minute, as far as CloudWatch has it by now."""
    start, end = (_seconds(request[key]) for key in ("StartTime", "EndTime"))
    done = [at for at, _, text in found if "processed" in text and start <= at < end and at <= now - METRIC_LATE]
    return {
        "MetricDataResults": [{"Id": "work", "Values": [float(len(done))] if done else [], "StatusCode": "Complete"}]
    }


def of_settings(fact: WorkerFact) -> Any:
    """Return the worker table of services.toml for a scenario."""
    from landfall.settings.worker import Metric, Progress, Worker  # noqa: PLC0415  the replay itself needs no Landfall

    by_metric = Metric("Jobs", "Processed") if fact.metric else None
    progress = Progress(fact.within, None if fact.metric else "processed message", by_metric)
    return Worker(fact.steady, progress=progress if fact.progress else None)


def _millis(at: float) -> int:
    return int(replies.moment(at).timestamp() * 1000)


def _seconds(moment: datetime) -> float:
    return (moment - replies.EPOCH).total_seconds()
