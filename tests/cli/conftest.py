"""An AWS for the command, which is built once for all its tests.

Typer builds every verb anew for each call, 15 ms of CPU time.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import boto3
import pytest
import typer.testing
from typer.main import get_command

from cli.command import At
from cli.output import Output
from landfall.settings import Settings
from tests.cli.world import SERVICE, Somewhere, connected
from tests.steps import standin
from tests.support import fronts
from tests.support.on_moto import _site, aws, settings_path, site

__all__ = ["_site", "aws", "settings_path", "site"]  # fixtures

vars(typer.testing)["_get_command"] = cache(get_command)


@pytest.fixture
def at(aws: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[At]:
    """Return an AWS with a ledger, a state machine and the service's repository, where nothing is waited for long."""
    fronts.work(monkeypatch, SERVICE.name)
    where = Somewhere(boto3.Session(region_name=standin.REGION), Settings((SERVICE,), Path()), late_seconds=0)
    with connected(where):
        yield At(lambda: where, Output(as_json=False))
