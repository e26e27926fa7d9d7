"""Checks the values of services.toml beyond their types."""

from __future__ import annotations

import math
import re
from urllib.parse import urlsplit

from landfall.addresses import forbidden_host
from landfall.chain.signature import PublicKey
from landfall.redaction import Redaction
from landfall.settings import Evidence, Logs, Service, Vpc
from landfall.settings.paused_looks import LONGEST_PAUSE
from landfall.settings_file import (
    after_checks,
    build_checks,
    drill_checks,
    http_values,
    migration_checks,
    people_checks,
    smoke_checks,
    stack_checks,
    strategy_checks,
    tags,
    worker_checks,
)
from landfall.settings_file.problem import Problems, compiled, limits
from landfall.text.lazy_pattern import Later
from landfall.text.linear_search import Linear, PatternRefused

Where = tuple[str, ...]
LONGEST_DAYS = 36500
"""A hundred years (S3 API reference, DefaultRetention)."""
FEWEST_KEPT = 2
"""Proven releases whose images are kept: with fewer there is no way back."""
_KIND = Later(r"[A-Za-z0-9][A-Za-z0-9 -]{0,39}")
_LOG_GROUP = Later(r"[\w./#-]{1,512}", re.ASCII)  # CloudWatch Logs API reference, CreateLogGroup
_CONTAINER = Later(r"[A-Za-z0-9_-]{1,255}")  # ECS API reference, ContainerDefinition
_OF_A_NETWORK = {"subnets": ("subnet", 16), "security_groups": ("sg", 5)}
"""The prefix of the ids, and how many a function can have (Lambda API reference, VpcConfig)."""


def retention(evidence: Evidence, where: Where, problem: Problems) -> None:
    """Check how long evidence is kept. Raises SettingsError."""
    limits({"days": evidence.days}, where, problem)
    if evidence.days > LONGEST_DAYS:
        raise problem.at((*where, "days"), f"is {evidence.days}; S3 locks an object for at most {LONGEST_DAYS} days")
    for key in evidence.former_keys:
        _public_key(key, (*where, "former_keys"), problem)


def _public_key(key: str, where: Where, problem: Problems) -> None:
    try:
        PublicKey(key).curve()
    except ValueError as error:
        way_out = "give public_key from the bucket's {service}/_chain/key-….json"
        raise problem.at(where, f"holds {key[:40]!r}: {error}; {way_out}") from error


def patterns(redaction: Redaction, where: Where, problem: Problems) -> None:
    """Check the redaction settings. Raises SettingsError."""
    for name in redaction.off:
        from landfall.redaction.standard_kinds import NAMES  # noqa: PLC0415  what it compiles is of use where some are off

        if name not in NAMES:
            known = ", ".join(NAMES)
            raise problem.at((*where, "off"), f"{name!r} is not a kind of redacted data; known are: {known}")
    for name, pattern in redaction.patterns.items():
        if not _KIND.fullmatch(name):
            raise problem.at(
                (*where, "patterns"), f"{name!r} is not allowed as a name; it takes letters, digits and blanks"
            )
        _linear(pattern, (*where, "patterns", name), problem)


def _linear(pattern: str, where: Where, problem: Problems) -> None:
    """Check a pattern that is applied to foreign text at run time. Raises SettingsError."""
    compiled(Linear, PatternRefused, pattern, where, problem)
    if Linear(pattern).found_in(""):
        raise problem.at(
            where, f"{pattern!r} also matches an empty text; give a pattern that matches only what you look for"
        )


def _logs(logs: Logs, where: Where, problem: Problems) -> None:
    limits({"gate_errors": logs.gate_errors, "baseline_minutes": logs.baseline_minutes}, where, problem)
    if logs.error_pattern is not None:
        _linear(logs.error_pattern, (*where, "error_pattern"), problem)
    if not 1 <= logs.gate_times < math.inf:
        raise problem.at((*where, "gate_times"), f"is {logs.gate_times!r}; must be a number of at least 1")
    if logs.group is not None and not _LOG_GROUP.fullmatch(logs.group):
        way_out = "1 to 512 letters, digits and . - _ / #"
        raise problem.at((*where, "group"), f"{logs.group!r} is not a log group's name; it takes {way_out}")


def network(vpc: Vpc, where: Where, problem: Problems) -> None:
    """Check the network of the steps that send requests. Raises SettingsError."""
    for key, (kind, most) in _OF_A_NETWORK.items():
        ids = getattr(vpc, key)
        wrong = [each for each in ids if not re.fullmatch(rf"{kind}-[0-9a-f]{{8,17}}", each)]
        if not 0 < len(ids) <= most or wrong:
            what = f"{wrong[0]!r} is not an id" if wrong else f"there are {len(ids)}"
            raise problem.at((*where, key), f"{what}; it takes 1 to {most} ids such as {kind}-0a1b2c3d4e5f60718")
        twice = next((each for each in ids if ids.count(each) > 1), None)
        if twice:  # CloudFormation refuses it only at the deploy
            raise problem.at((*where, key), f"{twice!r} is there twice; name each once")


def check(service: Service, problem: Problems) -> None:
    """Check the values of a service's table beyond their types. Raises SettingsError."""
    where = ("services", service.name)
    if service.ca_bundle == "":
        raise problem.at((*where, "ca_bundle"), "must not be empty")
    worker_checks.check(service, where, problem)
    migration_checks.check(service, where, problem)
    people_checks.check(service, where, problem)
    drill_checks.check(service, where, problem)
    after_checks.check(service, where, problem)
    strategy_checks.check(service, where, problem)
    stack_checks.check(service, where, problem)
    if service.base_url is not None:
        if not http_values.is_url(service.base_url):
            raise problem.at((*where, "base_url"), f"{service.base_url!r} is not an http(s)://host[:port][/path] URL")
        if forbidden_host(urlsplit(service.base_url).hostname or ""):
            raise problem.at(
                (*where, "base_url"), f"{service.base_url!r} is a link-local or metadata address; no service"
            )
    if service.limits.owner_pause_seconds > LONGEST_PAUSE:
        said = (
            f"is {service.limits.owner_pause_seconds}; ECS itself pauses for at most {LONGEST_PAUSE} seconds (14 days)"
        )
        raise problem.at((*where, "owner_pause_seconds"), said)
    _keep_image(service, (*where, "keep_image"), problem)
    _counts(service, where, problem)
    tags.check(service, where, problem)
    smoke_checks.check(service, (*where, "smoke"), problem)
    _logs(service.logs, (*where, "logs"), problem)
    if service.logs.gate and not (service.logs.group or service.stack):
        raise problem.at((*where, "logs", "gate"), "needs the log group that it reads: set logs.group")
    if service.build:
        build_checks.check(service.build, (*where, "build"), problem)


def _counts(service: Service, where: Where, problem: Problems) -> None:
    if service.desired_count is not None:
        limits({"desired_count": service.desired_count}, where, problem)
    if service.keep_releases < FEWEST_KEPT:
        said = f"is {service.keep_releases}; the release that is live and the one behind it make {FEWEST_KEPT}"
        raise problem.at((*where, "keep_releases"), said)


def _keep_image(service: Service, where: Where, problem: Problems) -> None:
    for name in service.keep_image:
        if not _CONTAINER.fullmatch(name):
            raise problem.at(where, f"{name!r} is not a container's name; it takes letters, digits, - and _")
        if name == service.container:
            raise problem.at(
                where, f"{name!r} is the container that gets the released image; name only other containers"
            )
