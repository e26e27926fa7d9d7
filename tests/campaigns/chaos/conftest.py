"""One local AWS with faults for all tests that kill and stop, and a service with a first release on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.campaigns.chaos.gates import GATES
from tests.campaigns.chaos.lane import Lane
from tests.campaigns.chaos.run import Theatre, theatre
from tests.campaigns.chaos.schedule import GOOD, Deployment
from tests.campaigns.chaos.services import CHECKED, GATED, SERVICE

BOTH, AFTER = GATES["both"], GATES["checked"]


@pytest.fixture(scope="session")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Theatre]:
    """Return a local AWS with faults."""
    state: Path = tmp_path_factory.mktemp("aws")
    with theatre(0, state, (SERVICE, GATED, CHECKED), having={GATED: BOTH, CHECKED: AFTER}) as there:
        yield there


@pytest.fixture(scope="session")
def lane(there: Theatre) -> Lane:
    """Return the service; its first release landed undisturbed."""
    lane = Lane(there.stage, SERVICE)
    assert there.play(lane, Deployment(0, GOOD, ())).outcomes == ("SUCCEEDED",)
    return lane


@pytest.fixture(scope="session")
def gated(there: Theatre) -> Lane:
    """Return a service that migrates and asks people; its first release landed undisturbed."""
    lane = Lane(there.stage, GATED, has=BOTH)
    assert there.play(lane, Deployment(0, GOOD, ())).outcomes == ("SUCCEEDED",)
    return lane


@pytest.fixture(scope="session")
def checked(there: Theatre) -> Lane:
    """Return a service with an after-check; its first release landed undisturbed."""
    lane = Lane(there.stage, CHECKED, has=AFTER)
    assert there.play(lane, Deployment(0, GOOD, ())).outcomes == ("SUCCEEDED",)
    return lane
