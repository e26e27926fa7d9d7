"""Trait: target health is measured.

AWS ("Health checks for Application Load Balancer target groups", "API_TargetHealth"): every target is
requested with its group's own path, port, protocol, interval, timeout and matcher. A new target is
``initial`` and must pass one check to be healthy; UnhealthyThresholdCount failures in a row make a target
unhealthy, HealthyThresholdCount successes healthy again. A deregistered target is ``draining`` until the
group's deregistration delay has passed; a group that no listener uses has ``unused`` targets.
Emulator: every registered target is ``healthy``, always.
Here: each registered target of type ip or instance is probed over HTTP, and DescribeTargetHealth answers
from that.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from xml.sax.saxutils import escape

from ministack.core.responses import get_account_id, get_region, request_scope
from ministack.services import alb

from local.load_balancer.health_checks import BOOK
from local.load_balancer.one_check import NOT_IN_USE, Health, Settings

DEFAULT_DELAY = 300.0


def apply() -> None:
    """Follow every change of a group's targets, and answer DescribeTargetHealth from the measured health."""
    register, deregister, delete = alb._register_targets, alb._deregister_targets, alb._delete_tg
    publish = alb.set_targets_for_group

    def set_targets_for_group(group: str, targets: Any, previous_ids: Any = ()) -> Any:
        published = publish(group, targets, previous_ids)
        follow(group)
        return published

    alb.set_targets_for_group = set_targets_for_group
    alb._ACTION_MAP["RegisterTargets"] = _followed(register)
    alb._ACTION_MAP["DeregisterTargets"] = _followed(deregister)
    alb._ACTION_MAP["DeleteTargetGroup"] = _followed(delete)
    alb._ACTION_MAP["DescribeTargetHealth"] = describe


def _followed(action: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return the action, followed by a new look at the group's targets."""

    def run(params: Any) -> Any:
        reply = action(params)
        follow(alb._p(params, "TargetGroupArn"))
        return reply

    return run


def follow(group: str) -> None:
    """Probe the targets that the group has now."""
    record = alb._tgs.get(group) or {}
    targets = registered(group) if record.get("TargetType", "instance") in {"ip", "instance"} else []
    account, region = get_account_id(), get_region()

    def settings() -> Settings | None:
        with request_scope(account, region):
            found: Settings | None = alb._tgs.get(group)
            return found

    BOOK.sync(group, targets, settings, deregistration_delay(group))


def registered(group: str) -> list[tuple[str, int]]:
    """Return address and port of each registered target of a group."""
    default = (alb._tgs.get(group) or {}).get("Port", 80)
    return [(target["Id"], int(target.get("Port") or default)) for target in alb._targets.get(group, [])]


def deregistration_delay(group: str) -> float:
    """Return the group's deregistration delay in seconds."""
    for attribute in alb._tg_attrs.get(group, []):
        if attribute["Key"] == "deregistration_delay.timeout_seconds":
            return float(attribute["Value"])
    return DEFAULT_DELAY


def in_use(group: str) -> bool:
    """Say whether a listener or a rule forwards to the group."""
    actions = [a for listener in alb._listeners.values() for a in listener.get("DefaultActions") or []]
    actions += [a for rule in alb._rules.values() for a in rule.get("Actions") or []]
    weighted = [g for a in actions for g in (a.get("ForwardConfig") or {}).get("TargetGroups") or []]
    return any(named.get("TargetGroupArn") == group for named in actions + weighted)


def health(group: str, address: str, port: int) -> Health:
    """Return a target's health as in DescribeTargetHealth."""
    found = BOOK.health(group, address, port)
    return found if in_use(group) or found.state == "draining" else NOT_IN_USE


def describe(params: Any) -> Any:
    """DescribeTargetHealth."""
    group = alb._p(params, "TargetGroupArn")
    if group not in alb._tgs:
        return alb._error("TargetGroupNotFound", f"Target group '{group}' not found.")
    default = alb._tgs[group].get("Port", 80)
    asked = [(target["Id"], int(target.get("Port") or default)) for target in alb._parse_targets_param(params)]
    targets = asked or [*registered(group), *BOOK.draining(group)]
    found = [(address, port, health(group, address, port)) for address, port in targets]
    members = "".join(_member(alb._tgs[group], *each) for each in found)
    return alb._xml(200, "DescribeTargetHealth", f"<TargetHealthDescriptions>{members}</TargetHealthDescriptions>")


def _member(group: Settings, address: str, port: int, health: Health) -> str:
    """One TargetHealthDescription."""
    wanted = str(group["HealthCheckPort"])
    told = f"<State>{health.state}</State>"
    if health.reason:
        told += f"<Reason>{health.reason}</Reason><Description>{escape(health.description)}</Description>"
    return (
        f"<member><Target><Id>{escape(address)}</Id><Port>{port}</Port>"
        f"<AvailabilityZone>{get_region()}a</AvailabilityZone></Target>"
        f"<HealthCheckPort>{port if wanted == 'traffic-port' else wanted}</HealthCheckPort>"
        f"<TargetHealth>{told}</TargetHealth></member>"
    )
