"""Checks the strategy of a service's own stack beyond its types."""

from __future__ import annotations

from urllib.parse import urlsplit

from landfall.settings import Service
from landfall.settings_file import aws_names
from landfall.settings_file.problem import Problems

Where = tuple[str, ...]
MOST_MINUTES = 1440
"""ECS API reference: canaryBakeTimeInMinutes and stepBakeTimeInMinutes."""
LEAST_CANARY, LEAST_STEP, ALL = 0.1, 3.0, 100.0
"""ECS API reference: canaryPercent and stepPercent."""
MOST_PAUSE_MINUTES = 20160
"""ECS API reference: timeoutInMinutes."""
HEALTH = (
    ("health_check_interval_seconds", 5, 300),
    ("health_check_timeout_seconds", 2, 60),
    ("healthy_threshold", 2, 10),
    ("unhealthy_threshold", 2, 10),
    ("start_period_seconds", 0, 300),
    ("deregistration_delay_seconds", 0, 3600),
)
"""What both the target group (Elastic Load Balancing API reference, CreateTargetGroup) and the container's health check
(ECS API reference, HealthCheck) take."""


def check(service: Service, where: Where, problem: Problems) -> None:
    """Check how a service's own stack brings releases to users. Raises SettingsError."""
    stack, table = service.stack, service.strategy
    if stack is None:
        return
    here = (*where, "stack")
    _numbers(service, here, problem)
    _certificate(service, where, problem)
    if stack.strategy == "rolling":
        if table is not None:
            way_out = f"set strategy in [{'.'.join(here)}], or remove [{'.'.join(where)}.strategy]"
            raise problem.at((*where, "strategy"), f"a rolling service has no gates: {way_out}")
        return
    said = f"is {stack.strategy!r}"
    if service.worker is not None:
        raise problem.at((*here, "strategy"), f"{said}; a worker has no traffic to shift: leave it out")
    if stack.load_balancer == "network":
        why = 'the stack offers it only behind an Application Load Balancer: set load_balancer = "application"'
        raise problem.at((*here, "strategy"), f"{said}; {why}")
    if table is None or not table.test_headers:
        why = "its test rule matches headers: set test_headers"
        raise problem.at((*here, "strategy"), f"{said}; {why} in [{'.'.join(where)}.strategy]")
    longest = max(map(table.longest, table.gates), default=0)
    if stack.pause_minutes * 60 <= longest:
        why = f"is {stack.pause_minutes}; a gate may take {longest} seconds, and ECS would roll back before it ends"
        raise problem.at((*here, "pause_minutes"), f"{why}: give more")


def _certificate(service: Service, where: Where, problem: Problems) -> None:
    arn = service.stack.certificate_arn if service.stack else None
    if arn is None:
        return
    if service.base_url is None:
        raise problem.at((*where, "base_url"), "required with a certificate: give the name that the certificate is for")
    if urlsplit(service.base_url).scheme == "http":
        why = "with a certificate plain HTTP only redirects: give it with https"
        raise problem.at((*where, "base_url"), f"is {service.base_url!r}; {why}")
    if not aws_names.is_certificate(arn):
        why = "it takes the ARN of a certificate, arn:aws:acm:<region>:<account>:certificate/<id>"
        raise problem.at((*where, "stack", "certificate_arn"), f"{arn!r} is not a certificate; {why}")


def _numbers(service: Service, where: Where, problem: Problems) -> None:
    stack = service.stack
    assert stack is not None  # noqa: S101  the caller looked
    for key, least, most in (
        ("canary_percent", LEAST_CANARY, ALL),
        ("step_percent", LEAST_STEP, ALL),
        ("canary_bake_minutes", 0, MOST_MINUTES),
        ("step_bake_minutes", 0, MOST_MINUTES),
        ("pause_minutes", 1, MOST_PAUSE_MINUTES),
        *HEALTH,
    ):
        value = getattr(stack, key)
        if not least <= value <= most:
            raise problem.at((*where, key), f"is {value}; it takes {least:g} to {most:g}")
    interval, timeout = stack.health_check_interval_seconds, stack.health_check_timeout_seconds
    if timeout >= interval:
        why = f"is {timeout}; a check must end before the next one begins, after {interval} seconds: give less"
        raise problem.at((*where, "health_check_timeout_seconds"), why)
