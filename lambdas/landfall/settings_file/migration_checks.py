"""Checks the migration settings of services.toml beyond their types."""

from __future__ import annotations

import json

import jmespath
from jmespath.exceptions import JMESPathError

from landfall.settings import Service
from landfall.settings.approval import asked_for
from landfall.settings.migration import MOST_COMMAND, MigrationSettings
from landfall.settings_file import people_checks
from landfall.settings_file.problem import LONGEST, Problems, compiled, limits
from landfall.text.lazy_pattern import Later

Where = tuple[str, ...]
MOST_SECONDS = 6 * 3600
"""An execution has at most 25,000 events (Step Functions quotas), and a look takes nine."""
_CONTAINER = Later(r"[A-Za-z0-9_-]{1,255}")
"""ECS API reference, ContainerDefinition."""


def check(service: Service, where: Where, problem: Problems) -> None:
    """Check the migration table of a service. Raises SettingsError."""
    migration, here = service.migration, (*where, "migration")
    if migration is None:
        return
    _command(migration, (*here, "command"), problem)
    if migration.container is not None and not _CONTAINER.fullmatch(migration.container):
        why = f"{migration.container!r} is not a container's name; it takes letters, digits, - and _"
        raise problem.at((*here, "container"), why)
    _seconds(service, migration, (*here, "timeout_seconds"), problem)
    _schema_version(service, migration, (*here, "schema_version"), problem)
    _manual(service, migration, (*here, "manual"), problem)


def _manual(service: Service, migration: MigrationSettings, where: Where, problem: Problems) -> None:
    if migration.manual is None:
        return
    asked = asked_for(service.approval, migration)
    if asked is None:
        raise problem.at(where, f"needs people who confirm it: add [{'.'.join(where[:-2])}.approval], or take it out")
    people_checks.items((migration.manual,), where, problem)
    people_checks.items(asked.checklist, where, problem)


def _schema_version(service: Service, migration: MigrationSettings, where: Where, problem: Problems) -> None:
    wanted = migration.schema_version
    if wanted is None:
        return
    if service.worker:
        raise problem.at(where, "a worker has no readiness that could serve the version of the schema; take it out")
    if not 0 < len(wanted.label) <= LONGEST or not wanted.label.isprintable():
        raise problem.at((*where, "label"), f"is {wanted.label!r}; give a label's name, such as 'com.example.schema'")
    compiled(jmespath.compile, JMESPathError, wanted.value, (*where, "value"), problem)


def _command(migration: MigrationSettings, where: Where, problem: Problems) -> None:
    if not migration.command or not all(migration.command):
        example = '["python", "-m", "app.migrate"]'
        raise problem.at(where, f"is {list(migration.command)!r}; give the program and its arguments, as in {example}")
    size = len(json.dumps(migration.command)) + 2 * 255
    if size > MOST_COMMAND:
        raise problem.at(where, f"has {size} characters; ECS takes {MOST_COMMAND}: put it into a script in the image")


def _seconds(service: Service, migration: MigrationSettings, where: Where, problem: Problems) -> None:
    limits({where[-1]: migration.timeout_seconds}, where[:-1], problem)
    if migration.timeout_seconds > MOST_SECONDS:
        raise problem.at(where, f"is {migration.timeout_seconds}; it takes at most {MOST_SECONDS} (6 hours)")
    queue = service.limits.lock_attempts * service.limits.lock_poll_seconds
    if migration.longest_seconds > queue:
        longest = f"is {migration.timeout_seconds}; a migration then holds the lock for {migration.longest_seconds} s"
        way_out = f"and a newer release waits {queue} s at most: raise lock_attempts"
        raise problem.at(where, f"{longest}, {way_out}")
