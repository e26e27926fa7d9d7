"""The code asset: lambdas/, the services.toml in use and its CA bundles, in the places that handlers expect."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from landfall.errors import SettingsError
from landfall.settings import Settings
from stacks import LAMBDAS
from stacks.assets import bytecode

SETTINGS_NAME = "services.toml"
"""The name that landfall.runtime.world expects next to the handlers. The file may have another name here."""

AT = "/var/task"
"""Where Lambda puts the code (Lambda developer guide, environment variables: LAMBDA_TASK_ROOT)."""


@contextmanager
def staged(settings_path: Path, settings: Settings) -> Iterator[Path]:
    """Stage the asset in a directory that exists until the end of the block. CDK has made its own copy by then."""
    with TemporaryDirectory(prefix="landfall-code-") as directory:
        target = Path(directory) / "code"
        # Byte-code from local runs differs from run to run, and would change the asset's hash.
        shutil.copytree(LAMBDAS, target, ignore=shutil.ignore_patterns("__pycache__", "*.pyc", ".*"))
        bytecode.compile_tree(target, AT)
        shutil.copyfile(settings_path, target / SETTINGS_NAME)
        # services may share a bundle
        bundles = {s.ca_bundle: s.name for s in settings.services if s.ca_bundle}
        for bundle, name in bundles.items():
            _copy_bundle(settings.directory, bundle, target, f"{settings_path}: {name}")
        yield target


def _copy_bundle(directory: Path, bundle: str, target: Path, where: str) -> None:
    source, copy = directory / bundle, target / bundle
    if target.resolve() not in copy.resolve().parents:
        raise SettingsError(f"{where}.ca_bundle: {bundle!r} is outside the directory of services.toml; move it there")
    if not source.is_file():
        raise SettingsError(f"{where}.ca_bundle: there is no file {source}; put the CA's PEM there, or leave it out")
    if copy.exists():
        raise SettingsError(f"{where}.ca_bundle: {bundle!r} is also the name of one of Landfall's files; rename it")
    copy.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, copy)
