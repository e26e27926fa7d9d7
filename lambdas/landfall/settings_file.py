"""Reads services.toml into Settings, and says where it is wrong: the line, the key, the way out."""

from __future__ import annotations

import math
import re
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dacite

from landfall.errors import SettingsError
from landfall.settings import LIMIT_KEYS, Build, Service, ServiceStack, Settings, Smoke

STRICT = dacite.Config(strict=True, cast=[tuple])
_NAME = re.compile(r"[a-z][a-z0-9-]{0,30}")
_SOURCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}")
_CONNECTION = re.compile(r"arn:[a-z-]+:(codeconnections|codestar-connections):[a-z0-9-]+:\d{12}:connection/[0-9a-f-]+")
_PLAIN = re.compile(r"[A-Za-z0-9._/-]+")  # these end up in shell commands of a build


def load(path: Path) -> Settings:
    """Read and check `path`. Raises SettingsError."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}; Landfall needs a services.toml there") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: not UTF-8 text: {error}; save it as UTF-8") from error
    return parse(text, path)


def parse(text: str, path: Path) -> Settings:
    """Check the text of a services.toml. Raises SettingsError."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: not valid TOML: {error}") from error
    problem = _Problems(text, path)
    for key in document.keys() - {"defaults", "services"}:
        raise problem.at((key,), "unknown table; there are [defaults] and [services.<name>]")
    tables = document.get("services")
    if not isinstance(tables, dict) or not tables:
        raise SettingsError(f"{path}: no [services.<name>] table; add one for each service to deploy")
    defaults = document.get("defaults", {})
    if not isinstance(defaults, dict):
        raise problem.at(("defaults",), "must be a table: [defaults]")
    _only(defaults, LIMIT_KEYS, ("defaults",), problem)
    _limits(defaults, ("defaults",), problem)
    services = tuple(_service(name, table, defaults, problem) for name, table in tables.items())
    _one_service_per_repository(services, problem)
    return Settings(services=services, directory=path.parent)


def _service(name: str, table: Any, defaults: dict[str, Any], problem: _Problems) -> Service:
    where = ("services", name)
    if not _NAME.fullmatch(name):
        raise problem.at(where, "a service's name is lower-case letters, digits and '-', 31 at most")
    if not isinstance(table, dict):
        raise problem.at(where, "must be a table")
    known = {f.name for f in fields(Service)} - {"name", "limits"}
    _only(table, known | LIMIT_KEYS, where, problem)
    for key, kind in (("smoke", Smoke), ("stack", ServiceStack), ("build", Build)):
        if isinstance(table.get(key), dict):
            _only(table[key], {f.name for f in fields(kind)}, (*where, key), problem)
    own = {k: v for k, v in table.items() if k in LIMIT_KEYS}
    _limits(own, where, problem)
    rest = {k: v for k, v in table.items() if k not in LIMIT_KEYS}
    try:
        service = dacite.from_dict(Service, {"name": name, **rest, "limits": {**defaults, **own}}, STRICT)
    except dacite.DaciteFieldError as error:
        raise problem.at((*where, *(error.field_path or "").split(".")), str(error)) from error
    _check(service, problem)
    return service


def _only(table: dict[str, Any], known: set[str] | frozenset[str], where: tuple[str, ...], problem: _Problems) -> None:
    for key in table.keys() - known:
        raise problem.at((*where, key), f"unknown key; {'.'.join(where)} takes {', '.join(sorted(known))}")


def _limits(table: dict[str, Any], where: tuple[str, ...], problem: _Problems) -> None:
    for key, value in table.items():
        if type(value) is not int or value < 1:
            raise problem.at((*where, key), f"is {value!r}; must be a whole number of at least 1")


def _check(service: Service, problem: _Problems) -> None:
    where = ("services", service.name)
    for key in ("cluster", "service", "container", "repository", "task_role", "execution_role", "ca_bundle"):
        if getattr(service, key) == "":
            raise problem.at((*where, key), "must not be empty")
    if service.base_url is not None:
        if not _is_url(service.base_url):
            raise problem.at((*where, "base_url"), f"{service.base_url!r} is not an http(s)://host[:port][/path] URL")
    elif service.stack and service.stack.certificate_arn:
        raise problem.at((*where, "base_url"), "required with a certificate: the name the certificate is for")
    if service.desired_count is not None:
        _limits({"desired_count": service.desired_count}, where, problem)
    _limits({"identity_requests": service.smoke.identity_requests}, (*where, "smoke"), problem)
    if not 0 < service.smoke.max_response_seconds < math.inf:
        raise problem.at((*where, "smoke", "max_response_seconds"), "must be a number of seconds above 0")
    for key in ("version_path", "live_path", "ready_path"):
        if not getattr(service.smoke, key).startswith("/"):
            raise problem.at((*where, "smoke", key), "must begin with '/'")
    if service.build:
        _build(service.build, (*where, "build"), problem)


def _build(build: Build, where: tuple[str, ...], problem: _Problems) -> None:
    if not _SOURCE.fullmatch(build.source):
        raise problem.at((*where, "source"), f"{build.source!r} is not owner/name, as GitHub has it")
    if build.connection is not None and not _CONNECTION.fullmatch(build.connection):
        raise problem.at((*where, "connection"), f"{build.connection!r} is not the ARN of a CodeConnections connection")
    for key in ("branch", "context", "dockerfile"):
        value = getattr(build, key)
        if not value or value.startswith(("/", "-")) or ".." in value.split("/") or not _PLAIN.fullmatch(value):
            way_out = "letters, digits and . _ / -, relative to the repository's root, and without '..'"
            raise problem.at((*where, key), f"{value!r} will not do; it takes {way_out}")
    if not build.paths or not all(build.paths):
        raise problem.at((*where, "paths"), "needs at least one pattern; leave it out for every path")
    _limits({"deployment_begins_within_seconds": build.deployment_begins_within_seconds}, where, problem)


def _is_url(text: str) -> bool:
    try:
        url = urlsplit(text)
        known = url.scheme in ("http", "https") and url.hostname and url.port != 0
    except ValueError:
        return False
    return bool(known and text.isprintable() and " " not in text and not (url.query or url.fragment or url.username))


def _one_service_per_repository(services: tuple[Service, ...], problem: _Problems) -> None:
    seen: dict[str, str] = {}
    for service in services:
        first = seen.setdefault(service.repository, service.name)
        if first != service.name:
            raise problem.at(
                ("services", service.name, "repository"),
                f"{service.repository!r} already belongs to service {first!r}; a repository serves one service",
            )


class _Problems:
    """Makes a SettingsError that points at the line of a key."""

    def __init__(self, text: str, path: Path) -> None:
        self._lines = text.splitlines()
        self._path = path

    def at(self, keys: tuple[str, ...], why: str) -> SettingsError:
        line = self._line(keys)
        where = f"{self._path}:{line}" if line else str(self._path)
        return SettingsError(f"{where}: {'.'.join(k for k in keys if k)}: {why}")

    def _line(self, keys: tuple[str, ...]) -> int | None:
        """Find the key in its table; failing that the nearest table above it."""
        for depth in range(len(keys), 0, -1):
            header = re.compile(rf"\s*\[\s*{re.escape('.'.join(keys[:depth]))}\s*\]")
            start = next((n for n, text in enumerate(self._lines) if header.match(text)), None)
            if start is None:
                continue
            for number in range(start + 1, len(self._lines)):
                if self._lines[number].lstrip().startswith("["):
                    break
                if depth < len(keys) and re.match(rf"\s*{re.escape(keys[depth])}\b", self._lines[number]):
                    return number + 1
            return start + 1
        return None
