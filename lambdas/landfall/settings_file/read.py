"""Reads services.toml into Settings. Errors name the line, the key and the way out."""

from __future__ import annotations

import tomllib
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin

import dacite

from landfall.errors import SettingsError
from landfall.redaction import Redaction
from landfall.secret import Secret
from landfall.settings import LIMIT_KEYS, Build, Evidence, Logs, Reconciler, Service, ServiceStack, Settings, Vpc
from landfall.settings.after import AfterCheck
from landfall.settings.approval import ApprovalSettings
from landfall.settings.drill import DrillSettings
from landfall.settings.migration import MigrationSettings, SchemaVersion
from landfall.settings.smoke import OwnCheck, Smoke
from landfall.settings.strategy import Strategy
from landfall.settings.traffic import Traffic
from landfall.settings.worker import Metric, Progress, Worker
from landfall.settings_file import aws_names, build_checks, lists, strategy_checks
from landfall.settings_file.checks import check, network, patterns, retention
from landfall.settings_file.problem import Problems, limits
from landfall.text.lazy_pattern import Later

_T = TypeVar("_T", bound=Service | Evidence | Redaction | Reconciler | OwnCheck | Secret | Vpc)
STRICT = dacite.Config(strict=True, cast=[tuple])
_NAME = Later(r"[a-z][a-z0-9-]{0,30}")


def load(path: Path) -> Settings:
    """Read and check the file at `path`. Raises SettingsError."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}; Landfall needs a services.toml file there") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: not UTF-8 text: {error}; save it as UTF-8") from error
    return parse(text, path)


def parse(text: str, path: Path) -> Settings:
    """Check the text of a services.toml. Raises SettingsError."""
    text = text.removeprefix("\ufeff")  # the byte order mark that editors on Windows write says nothing
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: not valid TOML: {error}") from error
    problem = Problems(text, path)
    for key in document.keys() - {"defaults", "evidence", "redaction", "reconciler", "services", "vpc"}:
        tables = "[defaults], [evidence], [redaction], [reconciler], [vpc] and [services.<name>]"
        raise problem.at((key,), f"unknown table; known are {tables}")
    named = document.get("services")
    if not isinstance(named, dict) or not named:
        raise SettingsError(f"{path}: no [services.<name>] table; add one for each service to deploy")
    defaults = document.get("defaults", {})
    if not isinstance(defaults, dict):
        raise problem.at(("defaults",), "must be a table: [defaults]")
    _only(defaults, LIMIT_KEYS, ("defaults",), problem)
    limits(defaults, ("defaults",), problem)
    services = tuple(_service(name, table, defaults, problem) for name, table in named.items())
    aws_names.once(services, problem)
    evidence = _table(Evidence, document, "evidence", problem)
    retention(evidence, ("evidence",), problem)
    redaction = _table(Redaction, document, "redaction", problem)
    patterns(redaction, ("redaction",), problem)
    vpc = _table(Vpc, document, "vpc", problem) if "vpc" in document else None
    if vpc:
        network(vpc, ("vpc",), problem)
    reconciler = _table(Reconciler, document, "reconciler", problem)
    limits(asdict(reconciler), ("reconciler",), problem)
    return Settings(services, path.parent, evidence, redaction, vpc, reconciler)


def _table(kind: type[_T], document: dict[str, Any], name: str, problem: Problems) -> _T:
    """Read a table outside [services]."""
    table = document.get(name, {})
    if not isinstance(table, dict):
        raise problem.at((name,), f"must be a table: [{name}]")
    _only(table, {f.name for f in fields(kind)}, (name,), problem)
    return _made(kind, table, (name,), problem)


def _made(kind: type[_T], table: dict[str, Any], where: tuple[str, ...], problem: Problems) -> _T:
    lists.check(kind, table, where, problem)
    try:
        return dacite.from_dict(kind, table, STRICT)
    except dacite.DaciteFieldError as error:
        raise problem.at((*where, *(error.field_path or "").split(".")), _wrong(error)) from error


def _wrong(error: dacite.DaciteFieldError) -> str:
    if isinstance(error, dacite.WrongTypeError) and get_origin(error.field_type) is Literal:
        return f"is {error.value!r}; must be one of {', '.join(get_args(error.field_type))}"
    return str(error)


def _service(name: str, table: Any, defaults: dict[str, Any], problem: Problems) -> Service:
    where = ("services", name)
    if not _NAME.fullmatch(name):
        raise problem.at(where, "a service's name has at most 31 lower-case letters, digits and '-'")
    if not isinstance(table, dict):
        raise problem.at(where, "must be a table")
    known = {f.name for f in fields(Service)} - {"name", "limits"}
    _only(table, known | LIMIT_KEYS, where, problem)
    for key, kind in (
        ("smoke", Smoke),
        ("logs", Logs),
        ("stack", ServiceStack),
        ("build", Build),
        ("migration", MigrationSettings),
        ("approval", ApprovalSettings),
        ("drill", DrillSettings),
        ("after", AfterCheck),
    ):
        if isinstance(table.get(key), dict):
            _only(table[key], {f.name for f in fields(kind)}, (*where, key), problem)
    _worker(table.get("worker"), (*where, "worker"), problem)
    _schema_version(table.get("migration"), (*where, "migration"), problem)
    _strategy(table.get("strategy"), (*where, "strategy"), problem)
    build_checks.texts(table.get("build"), (*where, "build"), problem)
    if isinstance(table.get("smoke"), dict):
        _own_checks(table["smoke"].get("checks", []), (*where, "smoke"), problem)
    own = {k: v for k, v in table.items() if k in LIMIT_KEYS}
    limits(own, where, problem)
    rest = {k: v for k, v in table.items() if k not in LIMIT_KEYS}
    service = _made(Service, {"name": name, **rest, "limits": {**defaults, **own}}, where, problem)
    aws_names.check(service, problem)
    check(service, problem)
    return service


def _schema_version(table: Any, where: tuple[str, ...], problem: Problems) -> None:
    """Refuse unknown keys in the table inside a migration table."""
    inner = table.get("schema_version") if isinstance(table, dict) else None
    if isinstance(inner, dict):
        _only(inner, {f.name for f in fields(SchemaVersion)}, (*where, "schema_version"), problem)


def _worker(table: Any, where: tuple[str, ...], problem: Problems) -> None:
    """Refuse unknown keys in a worker table and in the tables inside it."""
    for key, kind in (("progress", Worker), ("metric", Progress), ("", Metric)):
        if not isinstance(table, dict):
            return
        _only(table, {f.name for f in fields(kind)}, where, problem)
        table, where = table.get(key), (*where, key)


def _strategy(table: Any, where: tuple[str, ...], problem: Problems) -> None:
    """Refuse unknown keys in a strategy table and in its traffic table."""
    strategy_checks.named(table, where, problem)
    for kind in (Strategy, Traffic):
        if not isinstance(table, dict):
            return
        _only(table, {f.name for f in fields(kind)}, where, problem)
        table, where = table.get("traffic"), (*where, "traffic")


def _own_checks(tables: Any, where: tuple[str, ...], problem: Problems) -> None:
    """Read each check separately first, so that an error names the check."""
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise problem.at((*where, "checks"), f"must be tables: [[{'.'.join(where)}.checks]]")
    for number, table in enumerate(tables, 1):
        here = (*where, f"checks[{number}]")
        _only(table, {f.name for f in fields(OwnCheck)}, here, problem)
        sent = table.get("send", {})
        for name, value in sent.items() if isinstance(sent, dict) else ():
            if isinstance(value, dict):
                _only(value, {f.name for f in fields(Secret)}, (*here, "send", name), problem)
                _made(Secret, value, (*here, "send", name), problem)
            elif not isinstance(value, str):
                raise problem.at((*here, "send", name), f'is {value!r}; a header is text, or {{secret = "name"}}')
        _made(OwnCheck, table, here, problem)


def _only(table: dict[str, Any], known: set[str] | frozenset[str], where: tuple[str, ...], problem: Problems) -> None:
    for key in table.keys() - known:
        raise problem.at((*where, key), f"unknown key; {'.'.join(where)} takes {', '.join(sorted(known))}")
