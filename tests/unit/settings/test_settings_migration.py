"""The migration table of services.toml, and what it adds to the time of a deployment."""

from __future__ import annotations

from pathlib import Path

import pytest

from landfall.errors import SettingsError
from landfall.settings import Limits, Service
from landfall.settings.approval import asked_for
from landfall.settings.migration import STOPPING_SECONDS, SchemaVersion
from landfall.settings_file import read as settings_file

SERVICE = """
[services.api]
cluster = "c"
service = "api"
container = "app"
repository = "api"
task_role = "task"
execution_role = "execution"
"""
TABLE = f'{SERVICE}[services.api.migration]\ncommand = ["migrate", "--all"]\n'


def read(text: str) -> Service:
    """Return the one service of a settings file."""
    (service,) = settings_file.parse(text, Path("services.toml")).services
    return service


def test_the_defaults() -> None:
    """Fifteen minutes, the released container, and compatible with the release before."""
    migration = read(TABLE).migration
    assert migration
    assert (migration.command, migration.container) == (("migrate", "--all"), None)
    assert (migration.timeout_seconds, migration.backward_compatible) == (900, True)


def test_its_time_is_part_of_the_deployments() -> None:
    """Of the longest time and of the lock's lease: a newer release must not take over from a migration that runs."""
    without, with_it = read(SERVICE).limits, read(TABLE).limits
    assert (without.migration_seconds, without.migration_attempts) == (0, 0)
    assert with_it.migration_seconds == 900 + STOPPING_SECONDS
    assert with_it.lease_seconds - without.lease_seconds == with_it.migration_seconds
    assert with_it.longest_seconds - without.longest_seconds == 2 * with_it.migration_seconds
    assert Limits().migration_attempts == 0


ITEM = '["backup taken"]'
TWENTY = str([f"item {n}" for n in range(20)])
APPROVAL = f'[services.api.approval]\nwhen = "before"\napprovers = ["role/A"]\nchecklist = {ITEM}\n'


def test_what_people_do_by_hand_is_an_item_of_the_sign_off() -> None:
    """The last one, after the checklist. The approval table itself stays as it was written."""
    service, without = read(f'{TABLE}manual = "index built"\n{APPROVAL}'), read(f"{TABLE}{APPROVAL}")
    asked = asked_for(service.approval, service.migration)
    assert asked
    assert asked.checklist == ("backup taken", "index built")
    assert service.approval
    assert service.approval.checklist == ("backup taken",)
    assert asked_for(without.approval, without.migration) == without.approval == service.approval
    assert asked_for(None, service.migration) is None


LABEL = '[services.api.migration.schema_version]\nlabel = "com.example.schema"\n'


def test_a_schema_version_is_read() -> None:
    """The image's label, and where readiness serves the version."""
    migration = read(f"{TABLE}{LABEL}").migration
    assert migration
    assert migration.schema_version == SchemaVersion("com.example.schema", "schemaVersion")


WRONG = {
    "no command": (f"{SERVICE}[services.api.migration]\n", "services.api.migration"),
    "an empty command": (TABLE.replace('["migrate", "--all"]', "[]"), "give the program and its arguments"),
    "an empty argument": (TABLE.replace("--all", ""), "give the program and its arguments"),
    "a command that is a text": (TABLE.replace('["migrate", "--all"]', "7"), "services.api"),
    "a command too long": (TABLE.replace("--all", "x" * 9000), "put it into a script in the image"),
    "a container that is none": (f'{TABLE}container = "a b"\n', "'a b' is not a container's name"),
    "no time": (f"{TABLE}timeout_seconds = 0\n", "timeout_seconds"),
    "a day": (f"{TABLE}timeout_seconds = 86400\n", "at most 21600 (6 hours)"),
    "longer than the queue": (f"{TABLE}timeout_seconds = 7000\n", "raise lock_attempts"),
    "a schema version of a worker": (
        f'{SERVICE}logs = {{ group = "/api" }}\n[services.api.worker]\n{TABLE.removeprefix(SERVICE)}{LABEL}',
        "schema_version: a worker has no readiness that could serve the version of the schema; take it out",
    ),
    "a label without a name": (
        f"{TABLE}{LABEL.replace('com.example.schema', '')}",
        "label: is ''; give a label's name",
    ),
    "a label of two lines": (f"{TABLE}{LABEL.replace('example', chr(92) + 'n')}", "give a label's name, such as"),
    "a label too long": (f"{TABLE}{LABEL.replace('example', 'x' * 1000)}", "give a label's name, such as"),
    "a path that is none": (f'{TABLE}{LABEL}value = "a["\n', "schema_version.value: "),
    "an unknown key": (f"{TABLE}by_hand = true\n", "services.api.migration.by_hand: unknown key"),
    "a step that nobody confirms": (f'{TABLE}manual = "index built"\n', "add [services.api.approval], or take it out"),
    "an empty step": (f'{TABLE}manual = ""\n{APPROVAL}', "services.api.migration.manual: '' is no item"),
    "a step of two lines": (f'{TABLE}manual = "a\\nb"\n{APPROVAL}', "is no item"),
    "a step that is an item": (f'{TABLE}manual = "backup taken"\n{APPROVAL}', "has 'backup taken' twice"),
    "a step too many": (f'{TABLE}manual = "z"\n{APPROVAL.replace(ITEM, TWENTY)}', "has 21 items"),
    "the time as a limit": (f"{SERVICE}migration_seconds = 5\n", "migration_seconds: unknown key"),
}


@pytest.mark.parametrize(("text", "why"), WRONG.values(), ids=WRONG)
def test_what_can_not_be_run_so_is_refused(text: str, why: str) -> None:
    """Each error names the key and the way out, at synth."""
    with pytest.raises(SettingsError) as refused:
        read(text)
    assert why in str(refused.value)
