"""Moto stands in for AWS; a server on loopback stands in for the service. Landfall's own code is never patched."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import tomli_w
from moto import mock_aws

from tests.steps import calls
from tests.support.on_moto import _site, aws, live, settings_path, site

__all__ = ["_site", "aws", "live", "settings_path", "site"]  # fixtures


@pytest.fixture(scope="session")
def _two_services(settings_path: Path) -> Path:
    settings = tomllib.loads(settings_path.read_text())
    services = {name: settings["services"][name] for name in ("sample", "fresh")}
    path = settings_path.with_name("two.toml")
    path.write_text(tomli_w.dumps({**settings, "services": services}))
    return path


@pytest.fixture
def two_services(aws: int, _two_services: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Configure `sample` and `fresh` alone, for tests of a step that looks at every service each time."""
    monkeypatch.setenv("LANDFALL_SETTINGS", str(_two_services))


@pytest.fixture
def all_services() -> None:
    """Ask for every service where `two_services` is the rule."""


@pytest.fixture(scope="session")
def _recorded() -> Iterator[dict[calls.Call, str]]:
    """What these tests are known to call; or, in a recording run, what they turn out to call."""
    if calls.INTO not in os.environ:
        yield calls.recorded()
        return
    found: dict[calls.Call, str] = {}
    yield found
    calls.leave(found)


@pytest.fixture(autouse=True)
def _calls(request: pytest.FixtureRequest, _recorded: dict[calls.Call, str]) -> Iterator[None]:
    """A step calls nothing that is not in the recording, which tests/policy compares with the roles' policies."""
    calls.taken()
    yield
    made, test = calls.taken(), request.node.nodeid
    assert calls.refused() == [], "AWS would not take this (tests/contract/constraints.py)"
    if calls.INTO in os.environ:
        _recorded.update({call: min(test, _recorded.get(call, test)) for call in made})
        return
    named = {call for call, known in _recorded.items() if known == test}
    assert made <= _recorded.keys(), f"not in calls.json (make policies): {sorted(made - _recorded.keys())}"
    assert named <= made, f"not called any more (make policies): {sorted(named - made)}"


@pytest.fixture(scope="package", autouse=True)
def _moto() -> Iterator[None]:
    """Moto, started once for all these tests: each begins with what `aws` puts into it."""
    with pytest.MonkeyPatch.context() as environment, mock_aws():
        environment.setenv("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
        yield


@pytest.fixture(autouse=True)
def _on_moto(aws: int) -> None:
    """Every step of these tests runs on moto."""
