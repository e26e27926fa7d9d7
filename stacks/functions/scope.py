"""The shared parts of statements: a service's resources as ARNs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import aws_cdk as cdk

from landfall.settings import Service
from stacks.names import family, service_logs


@dataclass(frozen=True)
class Scope:
    """The resources and conditions of a statement."""

    resources: tuple[str, ...]
    conditions: Mapping[str, Mapping[str, object]] = field(default_factory=dict)


def service_arn(stack: cdk.Stack, service: Service) -> str:
    """Return the ECS service's ARN."""
    return stack.format_arn(service="ecs", resource="service", resource_name=f"{service.cluster}/{service.service}")


def family_of(service: Service) -> str:
    """Return a service's family. A service with our stack has a known family, an existing one may have any."""
    return family(service) if service.stack else "*"


def log_groups(stack: cdk.Stack, services: Iterable[Service]) -> tuple[str, ...]:
    """Return the log groups of tasks and their streams, as far as they are known.

    In policies, the ARN of a group ends in `:*` (CloudWatch Logs User Guide, overview of permissions).
    """
    names = (s.logs.group or (service_logs(s) if s.stack else "") for s in services)
    form = cdk.ArnFormat.COLON_RESOURCE_NAME
    return once(
        stack.format_arn(service="logs", resource="log-group", resource_name=f"{name}:*", arn_format=form)
        for name in names
        if name
    )


def role_arn(stack: cdk.Stack, setting: str) -> str:
    """Return the ARN of a role. Settings give the name of a role in this account, or an ARN."""
    if setting.startswith("arn:"):
        return setting
    return stack.format_arn(service="iam", region="", resource="role", resource_name=setting)


def once(values: Iterable[str]) -> tuple[str, ...]:
    """Return values in their order, each once."""
    return tuple(dict.fromkeys(values))
