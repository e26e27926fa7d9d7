"""Fixtures of AWS with what a deployed Landfall has: moto stands in for it, and a server on loopback for the service.

The conftest.py of a folder imports what its tests ask for.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from moto import mock_aws
from moto.codebuild.models import CodeBuildBackend
from moto.ecs.models import EC2ContainerServiceBackend
from moto.moto_api import state_manager

from tests.steps import calls, standin
from tests.steps.site import Site, serving
from tests.support import builders as b
from tests.support.services_toml import SETTINGS

calls.record()


@pytest.fixture(scope="session")
def _site() -> Iterator[Site]:
    with serving(Site()) as site:
        yield site


@pytest.fixture(scope="session")
def settings_path(_site: Site, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The services.toml of all these tests: a step reads it once, as a warm Lambda does."""
    path = tmp_path_factory.mktemp("settings") / "services.toml"
    path.write_text(SETTINGS.format(url=_site.url))
    return path


@pytest.fixture
def site(_site: Site) -> Site:
    """The service's HTTP side, serving the old release."""
    vars(_site).update(vars(Site(url=_site.url, sha=b.OLD_SHA)))
    return _site


@pytest.fixture
def aws(settings_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """AWS with what a deployed Landfall has, and nothing deployed by it yet. Returns how many calls there were."""
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    monkeypatch.setattr(EC2ContainerServiceBackend, "update_service", standin.update_service)
    monkeypatch.setattr(CodeBuildBackend, "batch_get_builds", standin.batch_get_builds)
    monkeypatch.setenv("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
    # moto lets a task stop by being looked at, unless told otherwise
    state_manager.set_transition("ecs::task", {"progression": "manual", "times": 10**6})
    with mock_aws():
        standin.anew()
        monkeypatch.setenv("LANDFALL_STATE_MACHINE_ARN", standin.MACHINE)
        monkeypatch.setenv("LANDFALL_SETTINGS", str(settings_path))
        monkeypatch.setenv("LANDFALL_LEDGER_TABLE", standin.LEDGER)
        monkeypatch.setenv("LANDFALL_LOCK_TABLE", standin.LOCKS)
        monkeypatch.setenv("LANDFALL_FREEZE_TABLE", standin.FREEZES)
        monkeypatch.setenv("LANDFALL_REPORT_BUCKET", standin.BUCKET)
        monkeypatch.setenv("LANDFALL_TOPIC_ARN", standin.TOPIC_ARN)
        monkeypatch.setenv("LANDFALL_EVENT_BUS", standin.BUS)
        monkeypatch.setenv("LANDFALL_SIGNING_KEY", standin.SIGNING_KEY)
        yield calls.number()
    state_manager.unset_transition("ecs::task")


@pytest.fixture
def live(aws: int) -> str:
    """The service, live with two tasks of an old release. Returns its revision."""
    untouched = calls.number() == aws
    return standin.live_anew() if untouched else standin.make_service()
