"""One local AWS for the end-to-end tests of a worker, with a service for each story: no test needs another's state."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from cli.deployments.running_execution import Ending
from local.settings import AS_WORKER
from local.stage.inbox import Inbox
from local.stage.landfall_stage import Stage, staged
from tests import scheduling
from tests.e2e import laws
from tests.e2e.pushing import pushed
from tests.e2e.shared.limits import AS_DOCUMENTED

SERVICES = (
    "landing",
    "drills",
    "first",
    "tagged",
    "broken",
    "busy",
    "stopped",
    "commanded",
    "built",
    "dropped",
    "shaped",
    "jobs",
    "migrated",
    "asked",
    "checked",
)
OF_LONG_TESTS = (
    "taken",
    "redeployed",
    "hotfix",
    "unhurried",
    "outcomes",
    "paused",
    "altered",
    "kept",
    "lapsing",
    "bare",
)
"""Deployed where tests run that the default run leaves out: no other test asks for them."""
ONLY_FIRST = ("first", "tagged", "stopped", "built", "dropped")
"""What only the first group's tests ask for (tests/scheduling.py); the second gets all others."""
BY_GROUP = {
    scheduling.END_TO_END: ("landing", *ONLY_FIRST),
    scheduling.AND_MORE: tuple(name for name in SERVICES if name not in ONLY_FIRST),
}
_GROUP = pytest.StashKey[str]()
UNHURRIED: dict[str, Any] = {"smoke": {"max_response_seconds": 30}, "stack": {"start_period_seconds": 30}}
"""No service here is slow, but the machine may be."""
APPROVAL: dict[str, Any] = {"approvers": ["role/Approver", "role/Second", "user/local"], "checklist": ["backup taken"]}
OVERRIDES: dict[str, dict[str, Any]] = {
    "bare": {"stack": None},
    "shaped": {"stack": {"load_balancer": "network", "start_period_seconds": 60, "unhealthy_threshold": 10}},
    "jobs": {**AS_WORKER, "stability_timeout_seconds": 60},
    "migrated": {
        "migration": {"command": ["python", "-m", "sample_service.migrate"], "timeout_seconds": 15},
        "lock_attempts": 900,  # a newer release waits as long as a migration can take
    },
    "altered": {
        "migration": {"command": ["python", "-m", "sample_service.migrate"], "backward_compatible": False},
        "lock_attempts": 1600,
    },
    "asked": {"approval": {**APPROVAL, "when": "before", "expires_seconds": 600}},
    "kept": {
        "approval": {**APPROVAL, "when": "after", "four_eyes": True, "expires_seconds": 300},
        "lock_attempts": 900,
    },
    "lapsing": {"approval": {**APPROVAL, "when": "before", "expires_seconds": 60}},
    "checked": {"after": {"function": "checked-after", "seconds": 40}},
    "broken": {"way_back": "warn"},
    "outcomes": {"way_back": "warn"},
    "unhurried": AS_DOCUMENTED,
    # a pause is longer than the whole timeout, and no longer than a test may take
    "paused": {"stability_timeout_seconds": 60, "owner_pause_seconds": 300},
    # long enough for a busy machine, and short enough to wait for
    "built": {"build": {"source": "local/sample", "deployment_begins_within_seconds": 30}},
    "dropped": {
        "build": {
            "source": "local/sample",
            "deployment_begins_within_seconds": 5,
            "target": "runtime",
            "arguments": {"SOURCE": "https://example.com/of the settings"},
            "secrets": {"pip.conf": "ci/pip"},
        }
    },
}


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Note which group a worker runs: its local AWS is made for the first test of it."""
    item.session.stash.setdefault(_GROUP, scheduling.group(item.path))


def services_of(session: pytest.Session) -> Sequence[str]:
    """Return the services that this process's tests ask for: with several workers, each has a group and a local AWS."""
    if any(item.get_closest_marker("long") for item in session.items):
        return SERVICES + OF_LONG_TESTS
    alone = os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1") == "1"  # then it runs both groups
    return SERVICES if alone else BY_GROUP[session.stash[_GROUP]]


@pytest.fixture(scope="package")  # no longer than these tests: its services would go on being probed beside the others
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Return the local AWS with Landfall deployed to it by the real CDK app."""
    state: Path = tmp_path_factory.mktemp("aws")
    services = services_of(request.session)
    overrides = {name: UNHURRIED | OVERRIDES.get(name, {}) for name in services}
    with staged(state, services, overrides=overrides) as stage:
        yield stage


@pytest.fixture(scope="package")
def inbox(stage: Stage) -> Inbox:
    """Return what subscribers of the topic get."""
    return Inbox(stage.aws, stage.pipeline["TopicArn"])


@pytest.fixture(scope="module")
def baseline(stage: Stage) -> Ending:
    """Return the release that is live on the service `stopped` before anything is stopped."""
    ending = pushed(stage, "stopped", "baseline")
    laws.hold(stage, ending, "stopped", "SUCCEEDED")
    return ending
