"""One local AWS for all the tests here, with two fronts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from local.emulator.local_aws import LocalAws
from local.load_balancer.front import Front
from tests.local.fronts import FRONTED, OF_NETWORK
from tests.local.world import World


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    """The emulator, started once."""
    with LocalAws(
        tmp_path_factory.mktemp("aws"), fronts=[Front(0, 0, FRONTED, test=0), Front(0, 0, OF_NETWORK, "network")]
    ) as local:
        yield local


@pytest.fixture
def world(aws: LocalAws) -> Iterator[World]:
    """A service's surroundings; the service is deleted afterwards."""
    made = World(aws)
    yield made
    made.remove()


@pytest.fixture
def live(world: World) -> World:
    """A service whose version A is live with two tasks."""
    revision = world.revision(world.image(VERSION="A"))
    world.create(revision, healthCheckGracePeriodSeconds=1)
    world.settled(revision)
    return world
