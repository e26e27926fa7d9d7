"""The migration settings of services.toml: [services.<name>.migration], a one-off task before the update."""

from __future__ import annotations

import math
from dataclasses import dataclass

SHARE = 20
"""The next look at a migration comes after a twentieth of the time that it has run."""
LONGEST_WAIT = 30
"""The most seconds between two looks, so that an unhealthy service is noticed within a minute."""
STOPPING_SECONDS = 600
"""How long a task may take to stop. ECS itself kills a container after `stopTimeout`, at most 120 s on Fargate (ECS API
reference, ContainerDefinition)."""
MOST_COMMAND = 8192
"""Characters of RunTask's overrides with their JSON (ECS API reference, RunTask)."""


@dataclass(frozen=True)
class SchemaVersion:
    """How the schema version is compared: the value of the image's label with the value that readiness serves.

    `label`: the name of the label, or of an annotation, of the image. `value`: a JMESPath into readiness' body.
    """

    label: str
    value: str = "schemaVersion"


@dataclass(frozen=True)
class MigrationSettings:
    """The command that migrates the database, and how long it may take, its start included.

    `container`: the container that runs it, by default the one that gets the released image. `backward_compatible`:
    whether the release before works with the migrated database. If not, a rollback by hand across it is refused.
    `schema_version`: which version of the schema a release must find in the database. `manual`: what people do by hand
    for the migration; it is an item of the sign-off.
    """

    command: tuple[str, ...]
    container: str | None = None
    timeout_seconds: int = 900
    backward_compatible: bool = True
    schema_version: SchemaVersion | None = None
    manual: str | None = None

    @property
    def longest_seconds(self) -> int:
        """Return how long a migration can take, with the time that ECS has to stop its task."""
        return self.timeout_seconds + STOPPING_SECONDS


def looks(seconds: int, poll: int) -> int:
    """Return how many looks at a migration of this many seconds there are; 0 without a migration.

    The wait grows with the time. A stop, and a wait for room in the cluster, need some more looks.
    """
    if not seconds:
        return 0
    run = count = 0
    while run < seconds:
        run += max(poll, min(run // SHARE, LONGEST_WAIT))
        count += 1
    return count + math.ceil(STOPPING_SECONDS / poll) + 1
