"""Preflight: what is a worker, and what says so without being one. Each refusal names the setting and the way out."""

from __future__ import annotations

from typing import Any

import pytest

from landfall.logs.task_logs import Place
from landfall.preflight_checks import provable, supported_service
from landfall.proof.observed import ServiceView
from landfall.settings import Logs, Service
from landfall.settings.worker import Worker
from tests.support import builders as b

WORKER = b.settings_of(worker=Worker(), logs=Logs(group="/sample"))
ALONE: dict[str, Any] = {"target_groups": (), "awsvpc": False}


@pytest.mark.parametrize("changes", [{}, {"awsvpc": True}], ids=["bridge or host, on EC2 or EXTERNAL", "awsvpc"])
def test_a_worker_is_taken_in_any_network_mode(changes: dict[str, Any]) -> None:
    """No address of a worker's tasks is matched, so none is needed."""
    assert supported_service.refusal(b.service(**{**ALONE, **changes}), WORKER, b.NOW) is None


REFUSED: dict[str, tuple[ServiceView, Service, str]] = {
    "a target group after all": (
        b.service(),
        WORKER,
        f"has a load balancer ({b.GROUP}), and services.sample.worker says that it has none;"
        " remove [services.sample.worker], or the load balancer from the service",
    ),
    "a Classic Load Balancer after all": (
        b.service(**ALONE, classic_load_balancer=True),
        WORKER,
        "has a load balancer (a Classic Load Balancer)",
    ),
    "no target group, and no worker": (
        b.service(target_groups=()),
        b.settings_of(),
        "has no target group, so Landfall can't know whether its tasks are healthy; attach a target group;"
        " if it has no address, add [services.sample.worker]",
    ),
    "a worker as a daemon": (b.service(**ALONE, scheduling="DAEMON"), WORKER, "scheduling strategy 'DAEMON'"),
    "a worker with a strategy": (b.service(**ALONE, strategy="CANARY"), WORKER, "deployment strategy 'CANARY'"),
}


@pytest.mark.parametrize(("service", "settings", "why"), REFUSED.values(), ids=REFUSED.keys())
def test_refusals(service: ServiceView, settings: Service, why: str) -> None:
    """A service that could not be proven as the settings say is not touched."""
    verdict = supported_service.refusal(service, settings, b.NOW)
    assert verdict is not None
    assert (verdict.code, why in verdict.reason) == ("UNSUPPORTED_SERVICE", True), verdict.reason


@pytest.mark.parametrize(
    ("place", "why"), [(None, "awslogs-stream-prefix"), (Place("/x", "x", "app"), "'/x' does not")]
)
def test_a_worker_without_readable_logs_is_refused(place: Place | None, why: str) -> None:
    """What proves a worker is what its tasks log."""
    reason = supported_service.unreadable_logs(WORKER, place).reason
    assert why in reason
    assert "fix its log configuration; a worker is proven by what its tasks log" in reason


def test_tasks_of_one_host_may_share_its_address() -> None:
    """In network mode host, the tasks of a worker have their instance's address."""
    tasks = (b.task(1), b.task(2, ip=b.task(1).ip))
    assert provable.problem(b.look(service=b.service(**ALONE), tasks=tasks, targets=())) is None
