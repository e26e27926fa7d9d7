"""Checks the strategy settings of services.toml beyond their types."""

from __future__ import annotations

from typing import Any, get_args
from urllib.parse import urlsplit

from landfall.addresses import forbidden_host, keeps_secrets
from landfall.settings import Service
from landfall.settings.strategy import BAKE, BEFORE_TRAFFIC, SHIFT, STAGES, Compared, Strategy
from landfall.settings_file import http_values, traffic_checks
from landfall.settings_file.problem import Problems, limits

Where = tuple[str, ...]
MOST_SECONDS = 14 * 24 * 3600
"""Seconds that a pause hook of ECS can wait at most (ECS API reference, timeoutInMinutes)."""
CREDENTIALS = frozenset({"authorization", "proxy-authorization", "cookie"})
"""Headers that log somebody in. A test header is in this file, in the template and in a listener's rule."""
MOST_PATHS, MOST_ALARMS, MOST_HEADERS = 10, 10, 10


def check(service: Service, where: Where, problem: Problems) -> None:
    """Check the strategy table of a service. Raises SettingsError."""
    table = service.strategy
    if table is None:
        return
    here = (*where, "strategy")
    _gates(table, service, here, problem)
    _address(table, service, here, problem)
    for key in ("gate_seconds", "bake_seconds", "deployment_seconds"):
        _seconds(getattr(table, key), (*here, key), problem)
    longest = table.bake_seconds + table.gate_seconds
    if table.deployment_seconds < longest:
        why = f"is {table.deployment_seconds}; bake_seconds and gate_seconds alone make {longest}"
        raise problem.at((*here, "deployment_seconds"), f"{why}: give more")
    _few(table.compare or (), MOST_PATHS, (*here, "compare"), problem)
    for path in table.compare or ():
        http_values.path(path, (*here, "compare"), problem)
    _few(table.alarms, MOST_ALARMS, (*here, "alarms"), problem)
    for name in table.alarms:
        if not 0 < len(name) <= 255 or not name.isprintable():  # noqa: PLR2004  CloudWatch API reference, MetricAlarm
            raise problem.at((*here, "alarms"), f"{name!r} is not an alarm's name; it takes 1 to 255 characters")


def _gates(table: Strategy, service: Service, where: Where, problem: Problems) -> None:
    if not table.gates:
        way_out = f"name at least one, or remove [{'.'.join(where)}]"
        raise problem.at((*where, "gates"), f"there are none: {way_out}")
    if len(set(table.gates)) != len(table.gates):
        raise problem.at((*where, "gates"), f"is {list(table.gates)!r}; name each gate once")
    if service.worker is not None:
        why = "a worker has no load balancer whose traffic could shift: remove one of the two tables"
        raise problem.at(where, f"there is a worker table too; {why}")
    if BEFORE_TRAFFIC in table.gates and table.test_url is None and service.stack is None:
        way_out = f"give the address behind the test listener, or leave {BEFORE_TRAFFIC!r} out of gates"
        raise problem.at((*where, "test_url"), f"required with gate {BEFORE_TRAFFIC!r}: {way_out}")
    judging = [gate for gate in table.gates if gate in (SHIFT, BAKE)]
    if judging and not (table.traffic.judges or table.alarms or service.logs.gate):
        way_out = "switch one of errors, refusals, latency and log_errors on in its traffic table, or name alarms"
        raise problem.at((*where, "gates"), f"gate {judging[0]!r} has no check that can fail: {way_out}")
    if judging and table.traffic.judges:
        traffic_checks.check(table.traffic, (*where, "traffic"), problem)


def named(table: Any, where: Where, problem: Problems) -> None:
    """Refuse unknown names in the lists of a strategy table by their name. Raises SettingsError."""
    lists: tuple[tuple[str, tuple[str, ...]], ...] = (("gates", tuple(STAGES)), ("compare_fails", get_args(Compared)))
    for key, known in lists:
        found = table.get(key, []) if isinstance(table, dict) else []
        unknown = [each for each in found if each not in known] if isinstance(found, list) else []
        if unknown:
            raise problem.at((*where, key), f"{unknown[0]!r} is unknown; known are {', '.join(known)}")


def _address(table: Strategy, service: Service, where: Where, problem: Problems) -> None:
    if table.test_url is not None:
        if not http_values.is_url(table.test_url):
            raise problem.at((*where, "test_url"), f"{table.test_url!r} is not an http(s)://host[:port][/path] URL")
        if forbidden_host(urlsplit(table.test_url).hostname or ""):
            why = f"{table.test_url!r} is a link-local or metadata address; no service"
            raise problem.at((*where, "test_url"), why)
        if service.smoke.secrets and not keeps_secrets(table.test_url):
            why = f"a smoke check sends {service.smoke.secrets[0]}; give a test_url with https"
            raise problem.at((*where, "test_url"), why)
    if len(table.test_headers) > MOST_HEADERS:
        raise problem.at((*where, "test_headers"), f"there are {len(table.test_headers)}; at most {MOST_HEADERS}")
    for name, value in table.test_headers.items():
        http_values.sent(name, value, (*where, "test_headers", name), problem)
        if name.lower() in CREDENTIALS:
            why = "logs somebody in, and these headers are no secret: take a name of your own, such as X-Landfall-Test"
            raise problem.at((*where, "test_headers", name), why)


def _seconds(value: int, where: Where, problem: Problems) -> None:
    limits({where[-1]: value}, where[:-1], problem)
    if value > MOST_SECONDS:
        raise problem.at(where, f"is {value}; a pause hook of ECS waits at most {MOST_SECONDS} seconds (14 days)")


def _few(found: tuple[str, ...], most: int, where: Where, problem: Problems) -> None:
    if len(found) > most:
        raise problem.at(where, f"there are {len(found)}; it takes at most {most}")
