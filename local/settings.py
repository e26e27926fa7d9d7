"""The settings of the local AWS: local/services.toml, with other addresses and shorter times."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomli_w

from local.load_balancer.front import Front

TEMPLATE = Path(__file__).resolve().parent / "services.toml"
"""The local AWS's own settings, since a user's services.toml may have no sample service and no stack to deploy."""

QUICK = {
    "stability_timeout_seconds": 90,
    "stability_poll_seconds": 1,
    "target_health_attempts": 20,
    "target_health_interval_seconds": 1,
    "smoke_attempts": 5,
    "smoke_interval_seconds": 1,
    "bake_seconds": 0,  # to keep the demo short; on AWS a release is proven again after a minute
    "lock_poll_seconds": 1,
    "recovery_wait_seconds": 5,
}
QUICK_SMOKE = {
    # On AWS the promise needs 100 requests to each of three endpoints (docs/smoke-tests.md). With TLS, on a laptop that
    # also runs the containers, rounds of 300 requests would take most of the demo's time.
    "identity_requests": 5,
    "requests_per_second": 150,
}
AS_WORKER: dict[str, Any] = {
    **dict.fromkeys(("base_url", "ca_bundle", "smoke")),
    "stack": {"certificate_arn": None},
    "worker": {"steady_seconds": 10, "progress": {"log": "processed message [0-9]+", "within_seconds": 5}},
}
"""A copy of the sample service as a worker. A message takes half a second. The steady time is longer, so
that a crash is seen on a slow laptop too, where a container takes seconds to start."""
QUICK_STACK = {
    "health_check_interval_seconds": 5,  # the shortest that AWS allows
    "health_check_timeout_seconds": 4,  # a slow laptop must not fail a release
    "unhealthy_threshold": 2,
    "start_period_seconds": 10,
    "deregistration_delay_seconds": 2,
}
REAL_ENGINE = {"stability_timeout_seconds": 180}
REAL_ENGINE_STACK = {
    # The engine starts a health check's command in the container. While an image is built on the same machine this can
    # take seconds, and healthy tasks would be stopped.
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
    """Write the settings for one service per front: copies of the sample service with different names.

    `overrides` changes keys of a service's table and its sub-tables, for tests that need other limits. `tables` are
    additional tables.
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
    for name, front in fronts.items():
        if services[name].get("strategy") is not None:
            services[name]["strategy"] = {"test_url": front.test_url, **services[name]["strategy"]}
    services = {name: _without_none(table) for name, table in services.items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        tomli_w.dumps({"defaults": {**template["defaults"], **quick}, **(tables or {}), "services": services})
    )


def _without_none(table: Mapping[str, Any]) -> dict[str, Any]:
    """Remove what an override sets to None, in sub-tables too."""
    kept = {key: value for key, value in table.items() if value is not None}
    return {key: _without_none(value) if isinstance(value, Mapping) else value for key, value in kept.items()}


def _changed(table: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return a table with these changes. Changes of a sub-table keep its other keys."""
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
