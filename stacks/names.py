"""Names that more than one stack, policy or test must agree on."""

from __future__ import annotations

import hashlib

from landfall.settings import Service

MACHINE = "landfall"
"""The state machine. The name is fixed, so that a policy can name its executions before it exists."""

BUILD_WATCH = "landfall-build-watch"
"""The state machine that watches builds."""

BUS = "landfall"
"""The event bus. The name is fixed, so that rules elsewhere can be written before it exists."""

DASHBOARD = "landfall"
"""The dashboard."""

ALARM_PREFIX = "landfall-"
"""The prefix of alarm names. Key and topic allow only alarms with this prefix."""

LOGS = "/landfall"
"""The prefix of Landfall's log groups, except the machines'. Key policies allow groups with this prefix."""

STEP_LOGS = f"{LOGS}/steps"
"""The prefix of the steps' log groups."""

MACHINE_LOGS = "/aws/vendedlogs/states"
"""The prefix of the machines' log groups. AWS advises it: such groups don't fill the account's log resource policy."""

BUILD_LOGS = f"{LOGS}/builds"
"""The prefix of the builds' log groups."""

BOOTSTRAP_TAG = "bootstrap"
"""The image tag of a service's first revision. The image need not exist, since the service starts with no tasks."""

_BALANCER_NAME_LIMIT = 32


def family(service: Service) -> str:
    """Return the task-definition family of a service with a stack of its own."""
    return f"landfall-{service.name}"


def service_logs(service: Service) -> str:
    """Return the log group of a service with a stack of its own."""
    return f"{LOGS}/{service.name}"


def balancer(service: Service) -> str:
    """Return the unique name of a service's load balancer and first target group, with at most 32 characters."""
    return _short(f"landfall-{service.name}")


def alternate(service: Service) -> str:
    """Return the unique name of a service's second target group, with at most 32 characters."""
    return _short(f"landfall-{service.name}-2")


def shifting_role(service: Service) -> str:
    """Return the name of the role with which ECS shifts the traffic of a service with a stack of its own."""
    return f"landfall-{service.name}-shifting"


def _short(name: str) -> str:
    if len(name) <= _BALANCER_NAME_LIMIT:
        return name
    mark = hashlib.sha256(name.encode()).hexdigest()[:6]
    return f"{name[: _BALANCER_NAME_LIMIT - 7].rstrip('-')}-{mark}"
