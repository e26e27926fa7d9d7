"""Trait: a service's tasks have their deployment's id in ``startedBy``.

AWS ("API_Task", "API_ListTasks"): ``startedBy`` of a task that a deployment started is the deployment's id. As a filter
of ListTasks it must be the only one (besides the cluster and the desired status). Emulator: it is the service's name,
and filters can be combined. Here: the scheduler starts tasks with the deployment's id, and ListTasks refuses to combine
it. The error's text is ours, since AWS documents only the exception.
"""

from __future__ import annotations

from typing import Any

from ministack.core.responses import error_response_json
from ministack.services import ecs

OTHER_FILTERS = ("containerInstance", "family", "launchType", "serviceName")


def apply() -> None:
    """Check the filters first. (``local.ecs.scheduler`` starts the tasks.)"""
    original = ecs._list_tasks

    def list_tasks(data: dict[str, Any]) -> Any:
        others = [name for name in OTHER_FILTERS if data.get(name)]
        if data.get("startedBy") and others:
            message = f"startedBy can't be combined with {', '.join(others)}."
            return error_response_json("InvalidParameterException", message, 400)
        return original(data)

    ecs._ACTION_MAP["ListTasks"] = ecs._list_tasks = list_tasks
