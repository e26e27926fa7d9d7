"""services.toml: how a stack of Landfall's own brings releases to users, or the line and the way out."""

from __future__ import annotations

import pytest

from landfall.errors import SettingsError
from landfall.settings import ServiceStack
from tests.unit.settings.worker_settings import SAMPLE, WORKER, read

TABLE = """
[services.jobs.strategy]
test_url = "http://test.example"
test_headers = { X-Test = "1" }
gate_seconds = 600
"""
STACK = f"{SAMPLE}[services.jobs.stack]\n"


@pytest.mark.parametrize(
    ("keys", "stack"),
    [
        ('strategy = "blue_green"', ServiceStack(strategy="blue_green")),
        ('strategy = "canary"\ncanary_percent = 20', ServiceStack(strategy="canary", canary_percent=20)),
        ('strategy = "linear"\nstep_percent = 3.0', ServiceStack(strategy="linear", step_percent=3.0)),
        ('strategy = "linear"\npause_minutes = 16', ServiceStack(strategy="linear", pause_minutes=16)),
    ],
)
def test_a_strategy_is_read(keys: str, stack: ServiceStack) -> None:
    """Percentages as whole numbers too."""
    assert read(f"{STACK}{keys}\n{TABLE}").stack == stack


def test_a_stack_is_rolling_unless_it_says_more() -> None:
    """A stack of before stays as it was."""
    assert read(STACK).stack == ServiceStack()


CERTIFICATE = "arn:aws:acm:eu-west-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"


def test_a_certificate_of_the_address_is_taken() -> None:
    """HTTPS needs no more than the certificate's ARN and the name that it is for."""
    text = f'{SAMPLE}base_url = "https://x.example"\n[services.jobs.stack]\ncertificate_arn = "{CERTIFICATE}"\n'
    stack = read(text).stack
    assert stack is not None
    assert stack.certificate_arn == CERTIFICATE


WRONG = {
    "an unknown one": (f'{STACK}strategy = "shadow"\n{TABLE}', "must be one of rolling, blue_green, canary, linear"),
    "gates of a rolling stack": (f"{STACK}{TABLE}", "a rolling service has no gates: set strategy in"),
    "no table": (f'{STACK}strategy = "canary"\n', "its test rule matches headers: set test_headers in"),
    "no headers": (
        f'{STACK}strategy = "canary"\n{TABLE}'.replace('X-Test = "1"', ""),
        "its test rule matches headers: set test_headers in [services.jobs.strategy]",
    ),
    "a Network Load Balancer": (
        f'{STACK}strategy = "canary"\nload_balancer = "network"\n{TABLE}',
        'set load_balancer = "application"',
    ),
    "a check more often than every 5 s": (f"{STACK}health_check_interval_seconds = 4\n", "is 4; it takes 5 to 300"),
    "a check that outlasts the interval": (
        f"{STACK}health_check_interval_seconds = 10\nhealth_check_timeout_seconds = 10\n",
        "health_check_timeout_seconds: is 10; a check must end before the next one begins, after 10 seconds",
    ),
    "a check of a second": (f"{STACK}health_check_timeout_seconds = 1\n", "is 1; it takes 2 to 60"),
    "healthy at once": (f"{STACK}healthy_threshold = 1\n", "healthy_threshold: is 1; it takes 2 to 10"),
    "unhealthy never": (f"{STACK}unhealthy_threshold = 11\n", "unhealthy_threshold: is 11; it takes 2 to 10"),
    "six minutes to start": (f"{STACK}start_period_seconds = 360\n", "is 360; it takes 0 to 300"),
    "no time to drain": (f"{STACK}deregistration_delay_seconds = -1\n", "is -1; it takes 0 to 3600"),
    "a role for a certificate": (
        f'{SAMPLE}base_url = "https://x.example"\n[services.jobs.stack]\n'
        'certificate_arn = "arn:aws:iam::123456789012:role/x"\n',
        "stack.certificate_arn: 'arn:aws:iam::123456789012:role/x' is not a certificate",
    ),
    "a certificate of no name": (
        f'{STACK}certificate_arn = "{CERTIFICATE}"\n',
        "base_url: required with a certificate",
    ),
    "an address that only redirects": (
        f'{SAMPLE}base_url = "http://x.example"\n[services.jobs.stack]\ncertificate_arn = "{CERTIFICATE}"\n',
        "base_url: is 'http://x.example'; with a certificate plain HTTP only redirects",
    ),
    "a worker behind a load balancer": (
        f'{WORKER}[services.jobs.stack]\nload_balancer = "network"\n',
        "load_balancer: is 'network'; a worker has no address to ask",
    ),
    "a worker": (f'{WORKER}[services.jobs.stack]\nstrategy = "canary"\n', "a worker has no traffic to shift"),
    "a pause that ends before the gate": (
        f'{STACK}strategy = "canary"\npause_minutes = 10\n{TABLE}',
        "is 10; a gate may take 900 seconds, and ECS would roll back before it ends: give more",
    ),
    **{
        f"{key} = {value}": (f'{STACK}strategy = "linear"\n{key} = {value}\n{TABLE}', f"is {value}; it takes {span}")
        for key, value, span in (
            ("canary_percent", 0.01, "0.1 to 100"),
            ("step_percent", 2.9, "3 to 100"),
            ("step_percent", 101, "3 to 100"),
            ("canary_bake_minutes", 1441, "0 to 1440"),
            ("step_bake_minutes", -1, "0 to 1440"),
            ("pause_minutes", 20161, "1 to 20160"),
        )
    },
}


def test_the_test_url_may_be_left_out() -> None:
    """Before the first deploy nobody knows the load balancer's name. Its one address has both rules."""
    left_out = TABLE.replace('test_url = "http://test.example"\n', "")
    assert left_out != TABLE
    found = read(f'{STACK}strategy = "canary"\n{left_out}')
    assert found.strategy is not None
    assert found.strategy.test_url is None


@pytest.mark.parametrize(("text", "why"), WRONG.values(), ids=WRONG.keys())
def test_what_can_not_be_is_refused_at_synth(text: str, why: str) -> None:
    """With the line, and the way out."""
    with pytest.raises(SettingsError, match=r"services\.toml:\d+") as refused:
        read(text)
    assert why in str(refused.value)
