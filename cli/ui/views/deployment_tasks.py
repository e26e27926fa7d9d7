"""The tasks of a deployment on its page, with a mark for each proven fact: digest, target, served commit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from cli.ui.reading.deployment import Deployment
from cli.ui.views import page_words
from cli.ui.views.json_shapes import listed, mapping
from landfall.ledger.task_times import TaskTimes
from landfall.model import UNKNOWN
from landfall.smoke.case import PASS
from landfall.worker.commit_lines import COMMIT


def rows(found: Deployment) -> tuple[dict[str, Any], ...]:
    """Return the tasks with their marks; while the deployment is open, return the tasks as ECS describes them now."""
    if not found.report:
        return tuple(asdict(task) for task in found.tasks)
    told = mapping(found.report.get("provenance"))
    times = {task.arn: task for task in found.tasks}
    wanted = str(told.get("image_digest", ""))
    said = {
        str(line.get("task")): line.get("text", "") for line in listed(mapping(found.report.get("logs")).get("last"))
    }
    targets = {
        str(t.get("address")).rpartition(":")[0]: t.get("state") for t in listed(found.report.get("target_health"))
    }
    serves = _serves(found)
    return tuple(_task(each, wanted, times, said, targets) | serves for each in listed(told.get("tasks")))


def _serves(found: Deployment) -> dict[str, Any]:
    """Return the commit that the tasks serve or log, if its check passed, and what that check saw.

    The check asks through the load balancer, so its result is about all tasks behind the load balancer together. Its
    sample is large enough to find a single task with another commit (docs/smoke-tests.md).
    """
    made = listed(found.report.get("checks"))
    check = next((c for c in made if c.get("name") in ("version", COMMIT) and c.get("state") == PASS), None)
    if check is None:
        return {"serves": "", "serves_seen": ""}
    return {"serves": page_words.short(found.record.get("git_sha", UNKNOWN)), "serves_seen": str(check.get("seen", ""))}


def _task(
    told: dict[str, Any],
    wanted: str,
    times: Mapping[str, TaskTimes],
    said: Mapping[str, Any],
    targets: Mapping[str, Any],
) -> dict[str, Any]:
    arn, digests = str(told.get("arn")), [str(value) for value in mapping(told.get("digests")).values()]
    addresses = told.get("addresses")
    states = [targets[a] for a in addresses if a in targets] if isinstance(addresses, list) else []
    return {
        **told,
        "digest": next(iter(digests), UNKNOWN),
        "ours": wanted in digests,
        "exits": ", ".join(f"{name} {code}" for name, code in mapping(told.get("exit_codes")).items()),
        "target": str(next(iter(states), "")),
        "ran": _ran(times[arn]) if arn in times else "",
        "last_line": said.get(arn, ""),
    }


def _ran(task: TaskTimes) -> str:
    return (
        page_words.seconds((task.stopped_at - task.started_at).total_seconds())
        if task.started_at and task.stopped_at
        else ""
    )
