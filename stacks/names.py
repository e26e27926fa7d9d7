"""Names that more than one stack, policy or test must agree on."""

from __future__ import annotations

import hashlib

from landfall.settings import Service

MACHINE = "landfall"
"""The state machine. A fixed name, so that a policy can name its executions before it exists."""

BUILD_WATCH = "landfall-build-watch"
"""The state machine that watches builds."""

BUS = "landfall"
"""The event bus. A fixed name, so that rules elsewhere can be written before it exists."""

DASHBOARD = "landfall"
"""The dashboard."""

ALARM_PREFIX = "landfall-"
"""Alarms' names begin with it: key and topic let in alarms of such a name, and those alone."""

LOGS = "/landfall"
"""Above all log groups of ours but the machines': key policies let them in by it."""

STEP_LOGS = f"{LOGS}/steps"
"""Above the log groups of the steps."""

MACHINE_LOGS = "/aws/vendedlogs/states"
"""Above the log groups of the machines. AWS's advice: such groups don't fill up the account's log resource policy."""

BUILD_LOGS = f"{LOGS}/builds"
"""Above the log groups of the builds."""

BOOTSTRAP_TAG = "bootstrap"
"""The image tag of a service's first revision. No such image need exist: the service starts with no tasks."""

_BALANCER_NAME_LIMIT = 32


def family(service: Service) -> str:
    """Return the task-definition family of a service with a stack of its own."""
    return f"landfall-{service.name}"


def service_logs(service: Service) -> str:
    """Return the log group of a service with a stack of its own."""
    return f"{LOGS}/{service.name}"


def balancer(service: Service) -> str:
    """Return the name of a service's load balancer and target group: 32 characters at most, and still its own."""
    name = f"landfall-{service.name}"
    if len(name) <= _BALANCER_NAME_LIMIT:
        return name
    mark = hashlib.sha256(name.encode()).hexdigest()[:6]
    return f"{name[: _BALANCER_NAME_LIMIT - 7].rstrip('-')}-{mark}"
