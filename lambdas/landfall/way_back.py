"""Is the way back open? What a rollback would need, checked while nothing has been touched yet.

Source of the port's meaning: Elastic Load Balancing API reference, TargetGroup (`HealthCheckPort`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from landfall.model import Verdict, failed

TRAFFIC_PORT = "traffic-port"
SECRETS_MANAGER = ":secretsmanager:"

Document = Mapping[str, Any]


def secrets(template: Document) -> tuple[str, ...]:
    """Return the Secrets Manager secrets that a revision's containers are given."""
    given = (s for c in template.get("containerDefinitions", []) for s in c.get("secrets", []))
    return tuple(dict.fromkeys(str(s["valueFrom"]) for s in given if SECRETS_MANAGER in str(s.get("valueFrom"))))


def roles(template: Document) -> tuple[str, ...]:
    """Return the roles of a revision's tasks."""
    return tuple(str(template[key]) for key in ("taskRoleArn", "executionRoleArn") if template.get(key))


def wrong_health_ports(template: Document, health_ports: Mapping[str, str]) -> Iterator[str]:
    """Yield the target groups that would ask a port that no container of the revision has."""
    containers = template.get("containerDefinitions", [])
    open_ports = {str(p.get("containerPort")) for c in containers for p in c.get("portMappings", [])}
    for group, port in health_ports.items():
        if port != TRAFFIC_PORT and port not in open_ports:
            known = ", ".join(sorted(open_ports)) or "none"
            yield f"target group {group} asks port {port} for health; the containers' ports are {known}"


def refusal(problems: list[str], revision: str) -> Verdict | None:
    """Return the refusal for what stands in the way back to `revision`, None where nothing does."""
    if not problems:
        return None
    way_out = 'mend it, or set way_back = "warn" to go ahead without a way back'
    return failed("WAY_BACK_CLOSED", f"a rollback to {revision} would fail: {'; '.join(problems)}; {way_out}")
