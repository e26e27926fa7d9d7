"""Reads a worker's log lines and its work from CloudWatch. It decides nothing."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from landfall.logs.task_logs import Place, Written
from landfall.proof.observed import TaskView
from landfall.runtime.world import World
from landfall.settings.worker import Progress
from landfall.text.linear_search import Linear
from landfall.worker import commit_lines
from landfall.worker.commit_lines import Expression
from landfall.worker.progress import Work


@dataclass(frozen=True)
class Reading:
    """Reads the streams of one revision's tasks, and the metric that counts their work."""

    world: World
    place: Place

    def naming(self, expression: Expression, tasks: Collection[TaskView]) -> Written:
        """Return the lines since the first start that may name a commit; of too many, the first and the newest."""
        now = self.world.now()
        end, pattern = now + timedelta(seconds=1), expression.at_aws
        first = self.world.logs.between(self.place, commit_lines.window(tasks, now), end, pattern)
        if first.whole:
            return first
        return first + self.world.logs.between(self.place, now - commit_lines.NEWEST, end, pattern)

    def work(self, asked: Progress, start: datetime, end: datetime, tasks: Collection[TaskView] | None = None) -> Work:
        """Return the work of these tasks, or of all tasks: a metric does not say whose work it was."""
        if asked.metric:
            return Work(self.world.metrics.total(asked.metric, start, end))
        written, found = self.world.logs.between(self.place, start, end), Linear(asked.log or "").found_in
        ids = None if tasks is None else {task.arn.rpartition("/")[2] for task in tasks}
        lines = [line for line in written.lines if ids is None or line.task in ids]
        return Work(sum(found(line.text) for line in lines), written.whole)
