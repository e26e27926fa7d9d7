"""Checks the smoke settings of services.toml beyond their types."""

from __future__ import annotations

import math
import re

import jmespath
from jmespath.exceptions import JMESPathError

from landfall import smoke
from landfall.addresses import keeps_secrets
from landfall.settings import Service
from landfall.settings.smoke import ASKING_SECONDS, MOST_CHECKS, MOST_PER_SECOND, OwnCheck, Smoke
from landfall.settings_file import http_values
from landfall.settings_file.problem import Problems, compiled, limits
from landfall.smoke import header_rules
from landfall.text.lazy_pattern import Later

Where = tuple[str, ...]
MOST_PORT = 65535
LEAST_RATE, MOST_RATE = 0.001, 0.5
_NAME = Later(r"[a-z0-9][a-z0-9 _.-]{0,39}")
_HEADER = Later(r"!?[!#$%&'*+.^_`|~0-9A-Za-z-]+|[!#$%&'*+.^_`|~0-9A-Za-z-]+: ?[ -~]+")


def check(service: Service, where: Where, problem: Problems) -> None:
    """Check the smoke table of a service. Raises SettingsError."""
    table = service.smoke
    _paths(table, where, problem)
    _values(table, where, problem)
    _sample(table, where, problem)
    _seconds(table.max_response_seconds, (*where, "max_response_seconds"), problem)
    _status(table.protected_status, (*where, "protected_status"), problem)
    if table.plain_port is not None and not 0 < table.plain_port <= MOST_PORT:
        raise problem.at((*where, "plain_port"), f"is {table.plain_port}; a port is a number from 1 to {MOST_PORT}")
    if table.cors_origin is not None and not http_values.is_origin(table.cors_origin):
        way_out = (
            "an origin is scheme://host[:port] in lower case, without the usual port, such as https://app.example.com"
        )
        raise problem.at((*where, "cors_origin"), f"is {table.cors_origin!r}; {way_out}")
    if table.cors_credentials and table.cors_origin is None:
        raise problem.at((*where, "cors_credentials"), "needs cors_origin; set cors_origin too")
    for rule in header_rules.expanded(table.security_headers):
        _header(rule, (*where, "security_headers"), problem)
    for name in table.skip:
        if name not in smoke.NAMES:
            known = ", ".join(smoke.NAMES)
            raise problem.at((*where, "skip"), f"{name!r} can't be switched off; these can: {known}")
    _own_checks(table.checks, where, problem)
    if table.secrets and not keeps_secrets(service.base_url or ""):
        way_out = f"give services.{service.name}.base_url with https, since plain HTTP would show the secret"
        raise problem.at((*where, "checks"), f"a check sends {table.secrets[0]}; {way_out}")
    _few_enough(service, where, problem)


def _paths(table: Smoke, where: Where, problem: Problems) -> None:
    for key in ("version_path", "live_path", "ready_path", "error_path", "cors_path", "base_path"):
        http_values.path(getattr(table, key), (*where, key), problem)
    for path in table.protected_paths:
        http_values.path(path, (*where, "protected_paths"), problem)


def _values(table: Smoke, where: Where, problem: Problems) -> None:
    """Check the places of commit and readiness in the answers."""
    for key in ("version_value", "ready_value"):
        if key == "version_value" or table.ready_value:
            compiled(jmespath.compile, JMESPathError, getattr(table, key), (*where, key), problem)
    if table.version_header is None:
        return
    if not http_values.TOKEN.fullmatch(table.version_header):
        way_out = "a name such as X-Git-Sha: letters, digits and dashes"
        raise problem.at(
            (*where, "version_header"), f"{table.version_header!r} is not a header's name; it takes {way_out}"
        )
    if table.version_value != Smoke.version_value:
        way_out = "give 'version_value' for the body or 'version_header' for a header"
        raise problem.at((*where, "version_header"), f"the commit can't be in two places: {way_out}")


def _sample(table: Smoke, where: Where, problem: Problems) -> None:
    """Check the number and rate of requests."""
    if table.identity_requests is not None:
        limits({"identity_requests": table.identity_requests}, where, problem)
    limits({"requests_per_second": table.requests_per_second}, where, problem)
    if table.requests_per_second > MOST_PER_SECOND:
        why = f"a function with one CPU can make at most {MOST_PER_SECOND} over TLS"
        raise problem.at((*where, "requests_per_second"), f"is {table.requests_per_second}; {why}")
    if not LEAST_RATE <= table.error_rate <= MOST_RATE:
        way_out = f"a fraction of the requests from {LEAST_RATE} to {MOST_RATE}, such as 0.05 for 5 %"
        raise problem.at((*where, "error_rate"), f"is {table.error_rate!r}; it takes {way_out}")


def _own_checks(checks: tuple[OwnCheck, ...], where: Where, problem: Problems) -> None:
    if len(checks) > MOST_CHECKS:
        raise problem.at((*where, "checks"), f"there are {len(checks)}; at most {MOST_CHECKS} are allowed")
    taken = {smoke.VERSION, *smoke.NAMES}
    for number, own in enumerate(checks, 1):
        here = (*where, f"checks[{number}]")
        if not _NAME.fullmatch(own.name):
            way_out = "at most 40 lower-case letters, digits, blanks and . _ -"
            raise problem.at((*here, "name"), f"{own.name!r} is not allowed; it takes {way_out}")
        if own.name in taken:
            raise problem.at(
                (*here, "name"), f"another check has the name {own.name!r}; give each check a different name"
            )
        taken.add(own.name)
        _own(own, here, problem)


def _own(own: OwnCheck, here: Where, problem: Problems) -> None:
    http_values.path(own.path, (*here, "path"), problem)
    _status(own.status, (*here, "status"), problem)
    limits({"requests": own.requests}, here, problem)
    if not 1 <= own.percentile <= 100:  # noqa: PLR2004  it is a percentile
        raise problem.at((*here, "percentile"), f"is {own.percentile}; must be from 1 to 100")
    if own.max_seconds is None and own.percentile != OwnCheck.percentile:
        raise problem.at((*here, "percentile"), "says which answer max_seconds is for: give max_seconds too")
    if own.max_seconds is not None:
        _seconds(own.max_seconds, (*here, "max_seconds"), problem)
    for name, sent in own.send.items():
        http_values.sent(name, sent, (*here, "send", name), problem)
    if own.header is not None:
        _header(own.header, (*here, "header"), problem)
    if (own.json is None) != (own.equals is None):
        raise problem.at(
            (*here, "json"), "'json' is the place in the body and 'equals' the value there; give both or neither"
        )
    if own.method == "HEAD" and (own.json is not None or own.body_must_not_match is not None):
        raise problem.at((*here, "method"), "an answer to HEAD has no body to check; use GET")
    if own.json is not None:
        compiled(jmespath.compile, JMESPathError, own.json, (*here, "json"), problem)
    if own.body_must_not_match is not None:
        compiled(re.compile, re.error, own.body_must_not_match, (*here, "body_must_not_match"), problem)


def _few_enough(service: Service, where: Where, problem: Problems) -> None:
    table = service.smoke
    count = sum(smoke.requests(table, service.base_url or "", rounds=service.limits.smoke_attempts).values())
    if count > table.most_requests:
        key = "requests_per_second" if table.identity_requests is None else "identity_requests"
        enough = math.ceil(count / ASKING_SECONDS)
        raise problem.at(
            (*where, key),
            f"a round has {count} requests; {table.most_requests} fit into {ASKING_SECONDS} s: set requests_per_second"
            f" to {enough}, or lower identity_requests or the requests of your own checks",
        )


def _status(status: int, where: Where, problem: Problems) -> None:
    if not 200 <= status <= 599:  # noqa: PLR2004  the final statuses of HTTP
        raise problem.at(where, f"is {status}; an answer's status is from 200 to 599")


def _header(rule: str, where: Where, problem: Problems) -> None:
    if not _HEADER.fullmatch(rule):
        way_out = "'Name', 'Name: value', or '!Name' for a header that must be absent"
        raise problem.at(where, f"{rule!r} is not a rule for a header; it takes {way_out}")


def _seconds(value: float, where: Where, problem: Problems) -> None:
    if not 0 < value < math.inf:
        raise problem.at(where, f"is {value!r}; must be a number of seconds above 0")
