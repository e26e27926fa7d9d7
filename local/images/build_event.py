"""Sends the events of a build, in CodeBuild's format.

Shape: CodeBuild user guide, "Build notifications input format reference".
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from local import events

Record = dict[str, Any]


def announce(record: Record) -> None:
    """Send the event for the build's current status."""
    detail = {
        "build-status": record["buildStatus"],
        "project-name": record["projectName"],
        "build-id": record["arn"],
        "additional-information": _more(record),
        "current-phase": record["currentPhase"],
        "current-phase-context": "[]",
        "version": "1",
    }
    events.send("aws.codebuild", "CodeBuild Build State Change", detail, record["arn"])


def _more(record: Record) -> Record:
    environment = record["environment"]
    return {
        "environment": {
            "image": environment.get("image"),
            "privileged-mode": environment.get("privilegedMode", False),
            "compute-type": environment.get("computeType"),
            "type": environment.get("type"),
            "environment-variables": environment["environmentVariables"],
        },
        "timeout-in-minutes": record["timeoutInMinutes"],
        "build-complete": record["buildStatus"] != "IN_PROGRESS",
        "initiator": record["initiator"],
        "build-start-time": _told(record["startTime"]),
        "source": {name: record["source"][name] for name in ("location", "type") if name in record["source"]},
        "source-version": record["sourceVersion"],
        "logs": {"group-name": record["logs"]["groupName"], "stream-name": record["logs"]["streamName"]},
        "phases": [_told_phase(phase) for phase in record["phases"]],
    }


def _told_phase(phase: Record) -> Record:
    told = {"start-time": _told(phase["startTime"]), "phase-type": phase["phaseType"]}
    if "endTime" not in phase:
        return told
    contexts = [f"{c['statusCode']}: {c['message']}" for c in phase.get("contexts", [])]
    return told | {
        "phase-context": contexts,
        "end-time": _told(phase["endTime"]),
        "duration-in-seconds": phase["durationInSeconds"],
        "phase-status": phase["phaseStatus"],
    }


def _told(seconds: float) -> str:
    """Return a time in the format of these events: Sep 1, 2017 4:12:29 PM."""
    at = datetime.fromtimestamp(seconds, UTC)
    return f"{at:%b} {at.day}, {at.year} {at.hour % 12 or 12}:{at:%M:%S %p}"
