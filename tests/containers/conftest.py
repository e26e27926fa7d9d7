"""One local AWS whose tasks are real containers. Without an engine every test here is skipped, and says why."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cli.loopback import free_port
from local.engine import real_engine
from local.engine.container_cli import ContainerCli, EngineError
from local.stage.landfall_stage import Stage, staged
from tests.containers.service import SERVICE


@pytest.fixture(scope="session")
def _engine() -> None:
    """Skip where there is nothing that can run a container."""
    try:
        real_engine.try_out(free_port())
    except EngineError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def stage(_engine: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Landfall deployed by the real CDK app to a local AWS with a real engine."""
    with staged(tmp_path_factory.mktemp("aws"), (SERVICE,), engine="docker") as stage:
        yield stage


@pytest.fixture(scope="session")
def cli(stage: Stage) -> ContainerCli:
    """The engine's command line."""
    assert stage.aws.containers is not None
    return stage.aws.containers
