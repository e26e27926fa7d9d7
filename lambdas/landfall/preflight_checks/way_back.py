"""Would a rollback work? Checks what it needs, before anything is touched.

Sources: Elastic Load Balancing API reference, TargetGroup (`HealthCheckPort`); ECS API reference, Secret,
LogConfiguration, RepositoryCredentials, FSxWindowsFileServerAuthorizationConfig and PortMapping.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from landfall.model import Verdict, failed

TRAFFIC_PORT = "traffic-port"
SECRETS_MANAGER = ":secretsmanager:"
_OWN_ADDRESS = ("awsvpc", "host", "none")
"""Network modes in which a container's ports are reachable at the task or host without a port mapping."""

Document = Mapping[str, Any]


def secrets(template: Document) -> tuple[str, ...]:
    """Return the Secrets Manager secrets that ECS fetches before a revision's containers start, each once.

    These are the secrets of its containers, log drivers, registries and volumes. If ECS accepts a name instead of an
    ARN, it is a parameter's name for a variable, and a secret's name for a registry.
    """
    containers = template.get("containerDefinitions", [])
    logging = [c.get("logConfiguration") or {} for c in containers]
    given = [s for c in containers for s in c.get("secrets") or []]
    given += [s for each in logging for s in each.get("secretOptions") or []]
    named = [str(s.get("valueFrom")) for s in given] + [_of_volume(v) for v in template.get("volumes") or []]
    registries = [str((c.get("repositoryCredentials") or {}).get("credentialsParameter", "")) for c in containers]
    found = [_whole(name) for name in named if SECRETS_MANAGER in name]
    return tuple(
        dict.fromkeys([*found, *(_whole(r) for r in registries if r and (SECRETS_MANAGER in r or not _is_arn(r)))])
    )


def is_here(secret: str, service: str) -> bool:
    """Say whether a secret is in the service's own account and region. This step may not read others."""
    return not _is_arn(secret) or secret.split(":")[3:5] == service.split(":")[3:5]


def _of_volume(volume: Document) -> str:
    windows = volume.get("fsxWindowsFileServerVolumeConfiguration") or {}
    return str((windows.get("authorizationConfig") or {}).get("credentialsParameter", ""))


def _whole(name: str) -> str:
    """Return a secret's ARN without the JSON key, stage and version that may follow it."""
    return ":".join(name.split(":")[:7])


def _is_arn(name: str) -> bool:
    return name.startswith("arn:")


def roles(template: Document) -> tuple[str, ...]:
    """Return the roles of a revision's tasks."""
    return tuple(str(template[key]) for key in ("taskRoleArn", "executionRoleArn") if template.get(key))


def wrong_health_ports(template: Document, health_ports: Mapping[str, str]) -> Iterator[str]:
    """Yield the target groups with a health check on a port that no container of the revision has.

    This applies only if ports must be mapped. In awsvpc and host mode they need not be.
    """
    if template.get("networkMode") in _OWN_ADDRESS:
        return
    mappings = [p for c in template.get("containerDefinitions", []) for p in c.get("portMappings") or []]
    for group, port in health_ports.items():
        if port != TRAFFIC_PORT and not any(_opens(m, port) for m in mappings):
            known = ", ".join(sorted({str(m.get("containerPort") or m.get("containerPortRange")) for m in mappings}))
            yield f"target group {group} checks health on port {port}; the containers' ports are {known or 'none'}"


def _opens(mapping: Document, port: str) -> bool:
    if port in (str(mapping.get("containerPort")), str(mapping.get("hostPort"))):
        return True
    first, _, last = str(mapping.get("containerPortRange", "")).partition("-")
    return first.isdigit() and last.isdigit() and port.isdigit() and int(first) <= int(port) <= int(last)


def refusal(problems: list[str], revision: str) -> Verdict | None:
    """Return the refusal if there are problems with a rollback to `revision`, else None."""
    if not problems:
        return None
    way_out = 'fix them, or set way_back = "warn" to go ahead without a way back'
    return failed("WAY_BACK_CLOSED", f"a rollback to {revision} would fail: {'; '.join(problems)}; {way_out}")
