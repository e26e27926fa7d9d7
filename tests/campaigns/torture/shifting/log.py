"""What the tasks of both revisions log, as CloudWatch Logs has it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tests.campaigns.torture.picture import Task
from tests.campaigns.torture.shifting.traffic import MINUTE, Traffic
from tests.campaigns.torture.worker_log import Line


def lines(traffic: Traffic, tasks: Sequence[Task], start: float, end: float) -> Iterator[Line]:
    """Yield the lines between two seconds: of each role in turn by its tasks, evenly over the minute."""
    for minute in (MINUTE * n for n in range(int(start // MINUTE), int(end // MINUTE) + 1)):
        for role, mine in _by_role(tasks, minute).items():
            count, errors = traffic.lines(role, minute)
            for n in range(count):
                text = "ERROR no answer" if n * errors // count < (n + 1) * errors // count else "INFO served"
                yield minute + MINUTE * n / count, mine[n % len(mine)], text


def _by_role(tasks: Sequence[Task], minute: float) -> Mapping[str, list[Task]]:
    found: dict[str, list[Task]] = {}
    for task in tasks:
        if task.running <= minute < task.stop:
            found.setdefault(task.fact.of, []).append(task)
    return found
