"""The after table of services.toml: its bounds, and the time that it adds to a deployment."""

from __future__ import annotations

from pathlib import Path

import pytest

from landfall.errors import SettingsError
from landfall.settings import Service
from landfall.settings.after import LONGEST_WAIT, function_and_qualifier, looks, pause
from landfall.settings_file.read import parse

SERVICE = """\
[services.sample]
cluster = "c"
service = "s"
container = "app"
repository = "r"
task_role = "t"
execution_role = "e"
base_url = "http://h"
"""
ARN = "arn:aws:lambda:us-east-1:123456789012:function:check"


def load(text: str = "", *, service: str = SERVICE) -> Service:
    """Return the service of a file with this after table."""
    after = f"[services.sample.after]\n{text}" if text else ""
    return parse(f"{service}{after}", Path("services.toml")).services[0]


def test_its_time_is_part_of_a_deployment() -> None:
    """Of its lease and of its longest time, and the whole proof is repeated after it."""
    without, with_it = load().limits, load('function = "check:live"\nseconds = 600').limits
    assert (without.after_seconds, without.after_attempts) == (0, 0)
    assert with_it.after_seconds == 660
    assert with_it.lease_seconds - without.lease_seconds > 600
    assert with_it.longest_seconds - without.longest_seconds == 2 * (with_it.lease_seconds - without.lease_seconds)


@pytest.mark.parametrize("seconds", [1, 300, 3600, 6 * 3600])
def test_the_looks_fit_into_an_execution(seconds: int) -> None:
    """A look takes nine events of 25,000, and the looks suffice for the whole time."""
    assert looks(seconds, 5) * 9 < 10_000
    lasted = 0
    for _ in range(looks(seconds, 5)):
        lasted += pause(lasted, 5)
    assert lasted >= seconds
    assert pause(10**6, 5) == LONGEST_WAIT


NAMES = {
    "check": ("check", ""),
    "check:live": ("check", "live"),
    ARN: (ARN, ""),
    f"{ARN}:7": (ARN, "7"),
}


@pytest.mark.parametrize(("name", "parts"), NAMES.items(), ids=NAMES)
def test_a_function_is_named_with_its_alias(name: str, parts: tuple[str, str]) -> None:
    """By name or by ARN."""
    assert load(f'function = "{name}"').after
    assert function_and_qualifier(name) == parts


LONG_QUEUE = f"{SERVICE}lock_attempts = 10\n"
REFUSED = {
    "no function": ("seconds = 5", SERVICE, "missing value for field"),
    "an empty one": ('function = ""', SERVICE, "is not a Lambda function; give its name or its ARN"),
    "a URL": ('function = "https://example.com/check"', SERVICE, "is not a Lambda function"),
    "a pattern": ('function = "check*"', SERVICE, "is not a Lambda function"),
    "an ARN of something else": ('function = "arn:aws:sns:us-east-1:1:t"', SERVICE, "is not a Lambda function"),
    "no time": ('function = "check"\nseconds = 0', SERVICE, "must be a whole number of at least 1"),
    "too much": ('function = "check"\nseconds = 21601', SERVICE, "at most 21600 (6 hours)"),
    "more than others wait": ('function = "check"\nseconds = 200', LONG_QUEUE, "raise lock_attempts"),
    "another word": ('function = "check"\nundecided = "ask"', SERVICE, "must be one of rollback, accept"),
    "an unknown key": ('function = "check"\ntimeout = 5', SERVICE, "timeout: unknown key"),
}


@pytest.mark.parametrize(("text", "service", "told"), REFUSED.values(), ids=REFUSED)
def test_what_is_wrong_is_named(text: str, service: str, told: str) -> None:
    """With the key, the value and the way out."""
    with pytest.raises(SettingsError, match=r"services\.sample\.after") as error:
        load(text, service=service)
    assert told in str(error.value)
