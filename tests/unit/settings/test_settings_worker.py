"""services.toml: the worker table is as good as it reads, or refused at synth with the line and the way out."""

from __future__ import annotations

import pytest

from landfall.errors import SettingsError
from landfall.settings.worker import Metric, Progress, Worker
from tests.unit.settings.worker_settings import SAMPLE, WORKER, read

PROGRESS = f"{WORKER}[services.jobs.worker.progress]\n"
METRIC = f'{PROGRESS}metric = {{ namespace = "AWS/SQS", name = "NumberOfMessagesDeleted" }}\n'


def dimensions(count: int) -> str:
    """Return a table of so many dimensions."""
    return "{ " + ", ".join(f'D{n} = "x"' for n in range(count)) + " }"


def test_a_worker_is_read() -> None:
    """Its defaults, and that a service without the table is none."""
    assert read(WORKER).worker == Worker(60, "{sha}", None)
    assert read(SAMPLE).worker is None


def test_progress_is_read() -> None:
    """A line, or a metric with its dimensions and its statistic."""
    log = read(f"{PROGRESS}log = 'processed [0-9]+'\nwithin_seconds = 90\n").worker
    assert log == Worker(progress=Progress(90, log="processed [0-9]+"))
    own = 'namespace = "AWS/SQS", name = "Deleted", statistic = "SampleCount", dimensions = { QueueName = "jobs" }'
    metric = read(f"{PROGRESS}metric = {{ {own} }}\n").worker
    assert metric is not None
    assert metric.progress == Progress(metric=Metric("AWS/SQS", "Deleted", {"QueueName": "jobs"}, "SampleCount"))
    most = read(METRIC.replace('Deleted" }', f'Deleted", dimensions = {dimensions(30)} }}')).worker
    assert most is not None
    assert most.progress is not None
    assert most.progress.metric is not None
    assert len(most.progress.metric.dimensions) == 30


@pytest.mark.parametrize(("text", "seconds"), [(SAMPLE, 0), (WORKER, 60), (f"{PROGRESS}log = 'x'", 360), (METRIC, 660)])
def test_the_proof_is_part_of_the_limits(text: str, seconds: int) -> None:
    """The looks, the lock's lease and the longest time of a deployment hold the whole proof, there and back."""
    limits = read(text).limits
    assert limits.worker_seconds == seconds
    assert (limits.worker_attempts - 1) * limits.smoke_interval_seconds >= (seconds + 300 if seconds else -10)
    longest = limits.worker_attempts * limits.smoke_interval_seconds
    assert limits.lease_seconds >= 2 * limits.confirm_attempts * longest + 3600
    assert limits.longest_seconds > limits.lease_seconds - 3600


WRONG = {
    "a commit filter without a commit": (
        f"{WORKER}commit_filter = 'started'\n",
        "commit_filter: is 'started'; it needs {sha}",
    ),
    "a commit filter that RE2 refuses": (
        f"{WORKER}commit_filter = '(?=x){{sha}}'\n",
        "commit_filter: '(?=x){sha}' can't be read",
    ),
    "a commit filter that matches anything": (f"{WORKER}commit_filter = '({{sha}})?'\n", "also matches an empty line"),
    "no time": (f"{WORKER}steady_seconds = 0\n", "steady_seconds: is 0; must be a whole number of at least 1"),
    "hours": (f"{WORKER}steady_seconds = 4000\n", "steady_seconds: is 4000; it takes at most 3600 seconds"),
    "no log group": (
        WORKER.replace('logs = { group = "/jobs" }\n', ""),
        "worker: each task must log the commit: set logs.group",
    ),
    "an address": (
        WORKER.replace("[services.jobs.worker]", 'base_url = "https://x.example"\n[services.jobs.worker]'),
        "base_url: is 'https://x.example'; a worker has no address to ask: remove it, or remove [services.jobs.worker]",
    ),
    "smoke paths": (
        f'{WORKER}[services.jobs.smoke]\nversion_path = "/v"\n',
        "smoke: there is a smoke table; a worker has no address to ask",
    ),
    "a certificate": (
        f'{WORKER}[services.jobs.stack]\ncertificate_arn = "arn:aws:acm:x"\n',
        "certificate_arn: is 'arn:aws:acm:x'; a worker has no load balancer",
    ),
    "progress of nothing": (PROGRESS, "progress: give 'log', an expression for a line, or 'metric': one of them"),
    "progress of both": (
        f"{METRIC}log = 'x'\n",
        "progress: give 'log', an expression for a line, or 'metric': one of them",
    ),
    "a line that is any line": (f"{PROGRESS}log = 'x*'\n", "log: 'x*' also matches an empty line"),
    "less than a data point": (
        f"{METRIC}within_seconds = 30\n",
        "within_seconds: is 30; a metric has one data point a minute",
    ),
    "an average": (
        METRIC.replace('Deleted" }', 'Deleted", statistic = "Average" }'),
        "statistic: is 'Average'; must be one of Sum, SampleCount",
    ),
    "a metric without a name": (
        METRIC.replace("NumberOfMessagesDeleted", ""),
        "name: is ''; it takes 1 to 255 characters",
    ),
    "a metric of too many dimensions": (
        METRIC.replace('Deleted" }', f'Deleted", dimensions = {dimensions(31)} }}'),
        "metric.dimensions: there are 31; CloudWatch takes at most 30",
    ),
    "an unknown key": (
        f"{WORKER}steady = 5\n",
        "services.jobs.worker.steady: unknown key; services.jobs.worker takes commit_filter, progress, steady_seconds",
    ),
    "an unknown key of progress": (f"{PROGRESS}line = 'x'\n", "services.jobs.worker.progress.line: unknown key"),
    "an unknown key of the metric": (
        METRIC.replace('Deleted" }', 'Deleted", unit = "x" }'),
        "services.jobs.worker.progress.metric.unit: unknown key",
    ),
    "the time as a limit": (f"{SAMPLE}worker_seconds = 5\n", "worker_seconds: unknown key"),
}


@pytest.mark.parametrize(("text", "why"), WRONG.values(), ids=WRONG.keys())
def test_what_can_not_be_proven_so_is_refused(text: str, why: str) -> None:
    """Each error names the key, its value and the way out."""
    with pytest.raises(SettingsError) as refused:
        read(text)
    assert why in str(refused.value)
