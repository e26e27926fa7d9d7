"""One picture of a service that is not so: what it must not decide."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest

from tests.steps import machine, standin
from tests.steps.site import Site
from tests.support import builders as b


def preflight(service: str, attempt: int = 1) -> dict[str, Any]:
    """Invoke Preflight for a release."""
    release = b.release(service=service, repository=f"landfall/{service}")
    return dict(machine.invoke("preflight", {"release": asdict(release), "attempt": attempt}))


@pytest.mark.parametrize("service", ["sample", "fresh"])
def test_a_count_of_0_beside_tasks_that_run_is_no_baseline(site: Site, service: str) -> None:
    """It is looked at again: whoever has no `desired_count` would be refused, and whoever has one come to harm.

    A release that fails would be undone by taking all tasks away, and called NO_BASELINE (law 2).
    """
    standin.make_service(service, desired=1, image=f"registry/{standin.REPOSITORY}@{b.OLD_DIGEST}")
    standin.service_of(service).desired_count = 0
    assert preflight(service)["verdict"]["state"] == "WAIT"
    assert preflight(service, b.release().limits.smoke_attempts)["verdict"]["state"] == "FAIL"


@pytest.mark.parametrize(("service", "code"), [("sample", "NO_DESIRED_COUNT"), ("fresh", "READY")])
def test_a_service_without_tasks_is_what_it_says(site: Site, service: str, code: str) -> None:
    """Where nothing speaks against a count of 0 it is believed."""
    standin.make_service(service, desired=0, image=f"registry/{standin.REPOSITORY}@{b.OLD_DIGEST}")
    assert preflight(service)["verdict"]["code"] == code
