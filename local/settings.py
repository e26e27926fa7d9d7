"""The settings of the local AWS: local/services.toml, but for where things are and how long they take."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomli_w

from local.emulator.front import Front

TEMPLATE = Path(__file__).resolve().parent / "services.toml"
"""The local AWS's own: a user's services.toml need not name the sample service, nor have a stack to be deployed."""

QUICK = {
    "stability_timeout_seconds": 90,
    "stability_poll_seconds": 1,
    "target_health_attempts": 20,
    "target_health_interval_seconds": 1,
    "smoke_attempts": 5,
    "smoke_interval_seconds": 1,
    "bake_seconds": 0,  # the demo is to be short: on AWS a release is proven again after a minute
    "lock_poll_seconds": 1,
    "recovery_wait_seconds": 5,
}
QUICK_SMOKE = {
    # 100 requests to each of three endpoints are what the promise takes on AWS (docs/smoke-tests.md): with TLS, on a
    # laptop that runs the containers too, rounds of 300 would be most of what the demo does
    "identity_requests": 5,
    "requests_per_second": 150,
}
QUICK_STACK = {
    "health_check_interval_seconds": 5,  # the shortest AWS takes
    "health_check_timeout_seconds": 4,  # a busy laptop is no fault of a release
    "unhealthy_threshold": 2,
    "start_period_seconds": 10,
    "deregistration_delay_seconds": 2,
}
REAL_ENGINE = {"stability_timeout_seconds": 180}
REAL_ENGINE_STACK = {
    # A health check is a command that the engine starts in the container: while an image is built on the same machine
    # that can take seconds, and tasks that are well would be stopped.
    "health_check_interval_seconds": 6,
    "health_check_timeout_seconds": 5,
    "unhealthy_threshold": 3,
    "start_period_seconds": 20,
}


def write(
    path: Path,
    fronts: Mapping[str, Front],
    certificate_arn: str,
    *,
    real_engine: bool = False,
    overrides: Mapping[str, Mapping[str, Any]] | None = None,
    tables: Mapping[str, Mapping[str, Any]] | None = None,
) -> None:
    """Write the settings for one service per front: copies of the sample service, each with names of its own.

    `overrides` changes keys of a service's own table, and of the tables in it, for tests that want other bounds;
    `tables` are further ones.
    """
    template = tomllib.loads(TEMPLATE.read_text(encoding="utf-8"))
    quick = QUICK | (REAL_ENGINE if real_engine else {})
    stack = QUICK_STACK | (REAL_ENGINE_STACK if real_engine else {})
    services = {
        name: _changed(
            _service(template["services"]["sample"], name, front, certificate_arn, stack),
            (overrides or {}).get(name, {}),
        )
        for name, front in fronts.items()
    }
    # an override of None takes a key out
    services = {name: {k: v for k, v in table.items() if v is not None} for name, table in services.items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        tomli_w.dumps({"defaults": {**template["defaults"], **quick}, **(tables or {}), "services": services})
    )


def _changed(table: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return a table with these changes; those of a table inside it leave its other keys alone."""
    inside = {k: {**table[k], **v} for k, v in changes.items() if isinstance(v, Mapping) and k in table}
    return {**table, **changes, **inside}


def _service(
    sample: Mapping[str, Any], name: str, front: Front, certificate_arn: str, stack: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        **sample,
        "cluster": f"landfall-{name}",
        "service": name,
        "repository": f"landfall/{name}",
        "task_role": f"landfall-{name}-task",
        "execution_role": f"landfall-{name}-execution",
        "base_url": front.url,
        "ca_bundle": "ca.pem",
        "smoke": {**sample["smoke"], **QUICK_SMOKE, "plain_port": front.http},
        "stack": {**sample["stack"], **stack, "certificate_arn": certificate_arn},
    }
