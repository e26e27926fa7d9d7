"""Trait: a service's tasks are started by its deployment.

AWS ("API_Task", "API_ListTasks"): ``startedBy`` of a task that a deployment started is the deployment's id.
As a filter of ListTasks it must be the only one (beside the cluster and the desired status).
Emulator: the service's name, and any mixture of filters.
Here: the scheduler starts tasks with the deployment's id; ListTasks refuses to combine it. The refusal's
words are ours, AWS documents only the exception.
"""

from __future__ import annotations

from typing import Any

from ministack.core.responses import error_response_json
from ministack.services import ecs

OTHER_FILTERS = ("containerInstance", "family", "launchType", "serviceName")


def apply() -> None:
    """Check the filters first. (What starts the tasks is ``local.ecs.scheduler``.)"""
    original = ecs._list_tasks

    def list_tasks(data: dict[str, Any]) -> Any:
        others = [name for name in OTHER_FILTERS if data.get(name)]
        if data.get("startedBy") and others:
            message = f"startedBy can't be combined with {', '.join(others)}."
            return error_response_json("InvalidParameterException", message, 400)
        return original(data)

    ecs._ACTION_MAP["ListTasks"] = ecs._list_tasks = list_tasks
