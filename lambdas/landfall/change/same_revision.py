"""Is an existing revision the one that would be registered now? Tags prove nothing: anybody may set them.

ECS adds defaults, and keeps no order of variables and secrets. Both are ignored; nothing else is. A revision that
differs in any other way is not ours, and the step registers another one: an extra revision does no harm.
Sources: ECS API reference, ContainerDefinition, PortMapping, HealthCheck, LinuxParameters and DockerVolumeConfiguration
(the defaults); https://github.com/PrefectHQ/prefect/issues/18306 (the order of variables);
https://github.com/hashicorp/terraform-provider-aws/issues/3401 (host ports);
https://github.com/terraform-aws-modules/terraform-aws-ecs/issues/148 (health checks).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from landfall.change.task_definition import ACCEPTED

Document = Mapping[str, Any]
_UNORDERED = ("environment", "secrets", "secretOptions", "ulimits", "requiresCompatibilities", "portMappings")
_CONTAINER = {"essential": True, "cpu": 0, "versionConsistency": "enabled"}
_PORT = {"protocol": "tcp"}
_HEALTH = {"interval": 30, "timeout": 5, "retries": 3, "startPeriod": 0}
_MEANS_FALSE = ("essential",)
"""Fields for which a missing value does not mean False."""


def same(found: Document, wanted: Document) -> bool:
    """Say whether two revisions, described or requested, are equal apart from their tags."""
    return bool(_plain(found) == _plain(wanted))


def is_no_later(arn: str, than: str) -> bool:
    """Say whether a revision was registered no later than another one of its family. Their numbers only grow.

    Source: Amazon ECS Developer Guide, "Updating an Amazon ECS task definition".
    """
    family, _, number = arn.rpartition(":")
    other, _, limit = than.rpartition(":")
    return family == other and number.isdecimal() and limit.isdecimal() and int(number) <= int(limit)


def _plain(revision: Document) -> Any:
    own = {key: revision.get(key) for key in ACCEPTED if key != "containerDefinitions"}
    mode = revision.get("networkMode")
    containers = [_container(c, mode) for c in revision.get("containerDefinitions", [])]
    return _tidy({**own, "containerDefinitions": sorted(containers, key=lambda c: str(c.get("name")))})


def _container(container: Document, network_mode: Any) -> dict[str, Any]:
    plain = _without(container, _CONTAINER)
    ports = [_without(p, _PORT) for p in container.get("portMappings") or []]
    if network_mode in ("awsvpc", "host"):
        ports = [{k: v for k, v in p.items() if k != "hostPort" or v != p.get("containerPort")} for p in ports]
    health = container.get("healthCheck")
    return {**plain, "portMappings": ports, "healthCheck": _without(health, _HEALTH) if health else None}


def _without(given: Document, defaults: Document) -> dict[str, Any]:
    return {k: v for k, v in given.items() if k not in defaults or v != defaults[k]}


def _tidy(value: Any, name: str = "") -> Any:
    """Leave out empty members, and sort the lists without a meaningful order."""
    if isinstance(value, Mapping):
        kept = {k: _tidy(v, k) for k, v in value.items()}
        return {k: v for k, v in kept.items() if not _says_nothing(k, v)}
    if isinstance(value, list | tuple):
        items = [_tidy(v) for v in value]
        return sorted(items, key=lambda item: json.dumps(item, sort_keys=True)) if name in _UNORDERED else items
    return value


def _says_nothing(key: str, value: Any) -> bool:
    return value is None or value in ([], {}) or (value is False and key not in _MEANS_FALSE)
