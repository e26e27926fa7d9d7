"""For all tests: how hard Hypothesis tries, in what order, and no way to reach a real AWS."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests import scheduling
from tests.support import service_models
from tests.support.nowhere import NOWHERE

service_models.read_once()

for _name in [n for n in os.environ if n.startswith("AWS_")]:
    del os.environ[_name]
os.environ.update(
    AWS_ACCESS_KEY_ID="testing",
    AWS_SECRET_ACCESS_KEY="testing",  # noqa: S106
    AWS_SESSION_TOKEN="testing",  # noqa: S106
    AWS_DEFAULT_REGION="us-east-1",
    AWS_REGION="us-east-1",
    AWS_EC2_METADATA_DISABLED="true",
    AWS_CONFIG_FILE=os.devnull,
    AWS_SHARED_CREDENTIALS_FILE=os.devnull,
    AWS_ENDPOINT_URL=NOWHERE,
    POWERTOOLS_TRACE_DISABLED="true",
)

# Examples differ from run to run, so many short runs see what one long run would; `make properties` is the long one.
# Of tests/unit, 60 examples instead of 25 take 14 s of CPU more.
settings.register_profile(
    "quick", max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
# for a second run of the same tests, on another Python: a language's difference shows at the first example
settings.register_profile("few", parent=settings.get_profile("quick"), max_examples=10)
settings.register_profile("long", parent=settings.get_profile("quick"), max_examples=10_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """End-to-end tests first."""
    scheduling.in_order(items)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[Any]:
    """What is made while the tests are collected stays to the end: no collection of garbage need look through it."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> scheduling.EndToEndFirst:
    """Say which tests stay together."""
    return scheduling.EndToEndFirst(config, log)
