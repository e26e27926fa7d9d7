"""The names of executions and projects, and the limits of names. All callers must use the same name for one thing."""

from __future__ import annotations

import re
from datetime import datetime

from landfall.text.lazy_pattern import Later

PIPELINE_STACK = "Landfall-Pipeline"
"""The stack whose outputs say where everything is."""
EXECUTION_LIMIT = 80
"""Characters of an execution's name (Step Functions API reference, StartExecution)."""
TIMED = len("20260102T030405Z-")
"""Characters of the time in front of a deployment's id."""
DEPLOYMENT_LIMIT = TIMED + EXECUTION_LIMIT
"""Characters of a deployment's id: a name without a time in front, such as EventBridge's own, gets one."""
SUBJECT_LIMIT = 99
"""Characters of a subject: less than 100 (SNS API reference, Publish)."""
TIME = "%Y%m%dT%H%M%SZ"
"""The time at the start of a deployment's id, as strftime writes it."""
SECONDS = len("2026-01-01T00:00:00")
"""Characters of an ISO 8601 time up to its seconds."""
FRONT = "landfall-ask-"
_TIMED = Later(r"[0-9]{8}T[0-9]{6}Z-")
_PROJECT = "landfall-build-"


def execution(now: datetime, service: str, git_sha: str, random: str) -> str:
    """Return the name of an execution started by a person. It sorts by time."""
    return f"{now.strftime(TIME)}-{service}-{git_sha[:12]}-{random}"[:EXECUTION_LIMIT]


def drill_back(now: datetime, service: str) -> str:
    """Return the name of the execution that begins a drill. Two calls in one minute start one drill."""
    return f"{now:%Y%m%dT%H%M}00Z-{service}-drill-back"


def drill_forward(back_ended_at: str, service: str) -> str:
    """Return the name of the execution that ends a drill: whoever starts it, it starts once."""
    return f"{stamp(back_ended_at)}-{service}-drill-forward"


def recovery(deployment_id: str, now: datetime) -> str:
    """Return the name of an execution that recovers a deployment. It changes each minute.

    Two sweeps at once start one recovery; the next sweep starts another.
    """
    suffix = f"-recover-{now:%Y%m%dT%H%M}"
    return f"{deployment_id[: EXECUTION_LIMIT - len(suffix)]}{suffix}"


def whole_seconds(time: str) -> str:
    """Return an ISO 8601 time up to its seconds, without fractions and without its offset."""
    return time[:SECONDS]


def stamp(time: str) -> str:
    """Return an ISO 8601 time in UTC in the form at the start of ids: `20260102T030405Z`."""
    return re.sub("[-:]", "", whole_seconds(time)) + "Z"


def deployment(execution_name: str, started_at: str) -> str:
    """Return a deployment's id, which sorts by time: the name of its execution, or, if that does not begin with a time,
    the start time and the name. The state machine's first state makes the same id.
    """
    if _TIMED.match(execution_name):
        return execution_name
    return f"{stamp(started_at)}-{execution_name}"


def execution_of_build(service: str, digest: str) -> str:
    """Return the name under which a built image's deployment is started when its push has started none.

    Step Functions refuses a name twice in 90 days, so it starts once, whoever starts it and however often.
    """
    return f"build-{service}-{digest.removeprefix('sha256:')[:32]}"


def front(service: str) -> str:
    """Return the name of a service's front: people ask it for a release before the image is built."""
    return f"{FRONT}{service}"


def build_project(service: str) -> str:
    """Return the CodeBuild project that builds a service."""
    return f"{_PROJECT}{service}"


def service_of_project(project: str) -> str | None:
    """Return which service a CodeBuild project builds; None if the project is not Landfall's."""
    found = re.fullmatch(rf"{_PROJECT}([a-z][a-z0-9-]{{0,30}})", project)
    return found[1] if found else None
