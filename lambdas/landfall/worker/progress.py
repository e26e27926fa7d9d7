"""Does the worker do its work? Judged only if the settings name a log line or a metric.

A release fails only if the work stopped: the release before did some in an equally long time, and this one does none.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from landfall.model import Verdict, failed, wait
from landfall.settings.worker import Metric, Progress
from landfall.smoke.case import FAIL, PASS, SKIP, Check

PROGRESS = "progress"
LEAST = 3
"""How much work must be seen before the update, so that its absence afterwards counts. With an average of three, there
is none in one of twenty periods (e^-3)."""
MINUTE = timedelta(seconds=60)
"""The period of a metric. Only minutes that began after the new tasks were alone count: older tasks worked before."""
NOT_SET = "services.{name}.worker.progress is not set"


@dataclass(frozen=True)
class Work:
    """How much work was seen in a period: lines, or the metric's sum. `whole`: everything was read."""

    amount: float = 0
    whole: bool = True


@dataclass(frozen=True)
class Progressed:
    """The check. `proven`: work was seen. `verdict`: WAIT or FAIL; None if the worker's proof may go on."""

    check: Check
    proven: bool = False
    verdict: Verdict | None = None


def not_set(service: str) -> Progressed:
    """Return the check if the settings name no progress."""
    return skipped(NOT_SET.format(name=service))


def skipped(why: str) -> Progressed:
    """Return the check if it was not made."""
    return Progressed(Check(PROGRESS, SKIP, "", why))


def since(progress: Progress, alone: datetime, now: datetime) -> datetime:
    """Return the time from which work counts: the new tasks are alone, and it is within the time for progress."""
    start = max(alone, now - timedelta(seconds=progress.longest_seconds))
    if progress.metric is None:
        return start
    whole = start.replace(second=0, microsecond=0)
    return whole if whole == start else whole + MINUTE


def before(progress: Progress, started: datetime) -> tuple[datetime, datetime]:
    """Return the equally long time before the deployment began."""
    end = started.replace(second=0, microsecond=0) if progress.metric else started
    return end - timedelta(seconds=progress.within_seconds), end


def is_due(progress: Progress, alone: datetime, now: datetime) -> bool:
    """Say whether the absence of work counts by now. A metric arrives late, so its absence counts later."""
    return now - alone >= timedelta(seconds=progress.longest_seconds)


def early(progress: Progress, alone: datetime, now: datetime, poll: int) -> Progressed:
    """Ask for another look: no work was seen yet, and there is time."""
    left = progress.longest_seconds - int((now - alone).total_seconds())
    why = f"no progress yet: {named(progress)}; there are {max(0, left)} s left"
    return Progressed(Check(PROGRESS, "RETRY", wanted(progress), why), verdict=wait("NO_PROGRESS_YET", why, poll))


def moved(progress: Progress, work: Work) -> Progressed:
    """Return the check if work was seen."""
    return Progressed(Check(PROGRESS, PASS, wanted(progress), seen(progress, work)), proven=True)


def compared(progress: Progress, now: Work, ran: Work) -> Progressed:
    """Judge the absence of work by the release before. An incomplete read is not evidence (law 8)."""
    seconds, what = progress.within_seconds, seen(progress, now)
    if not now.whole:
        return skipped(f"{what}, of those that Landfall reads: there are more")
    if ran.amount < LEAST:
        return skipped(f"{what} in {seconds} s, and {ran.amount:g} before the update: too few to compare")
    why = f"{what} in {seconds} s since the new tasks are alone; before the update {ran.amount:g}"
    return Progressed(Check(PROGRESS, FAIL, wanted(progress), why), verdict=failed("NO_PROGRESS", why))


def wanted(progress: Progress) -> str:
    """Say what is expected."""
    return f"{named(progress)} within {progress.within_seconds} s"


def seen(progress: Progress, work: Work) -> str:
    """Say how much work was seen."""
    if progress.metric:
        return f"{metric_name(progress.metric)} adds up to {work.amount:g}"
    return f"{f'{work.amount:g}' if work.amount else 'no'} {named(progress)}"


def named(progress: Progress) -> str:
    """Return the log line or the metric that shows progress."""
    return metric_name(progress.metric) if progress.metric else f"lines that match {progress.log!r}"


def metric_name(metric: Metric) -> str:
    """Return a metric's name with its dimensions."""
    dimensions = ", ".join(f"{name}={value}" for name, value in metric.dimensions.items())
    return f"metric {metric.namespace} {metric.name}{f' ({dimensions})' if dimensions else ''}"
