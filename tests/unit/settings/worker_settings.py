"""Settings of a worker."""

from __future__ import annotations

from pathlib import Path

from landfall.settings import Service
from landfall.settings_file import read as settings_file

SAMPLE = """\
[services.jobs]
cluster = "c"
service = "s"
container = "app"
repository = "landfall/jobs"
task_role = "task"
execution_role = "execution"
logs = { group = "/jobs" }
"""
WORKER = f"{SAMPLE}[services.jobs.worker]\n"


def read(text: str) -> Service:
    """Return the one service of a file."""
    (service,) = settings_file.parse(text, Path("services.toml")).services
    return service
