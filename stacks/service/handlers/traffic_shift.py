"""Sets up what ECS needs to shift a service's traffic between two target groups: rules, strategy and pauses.

This module makes the rules, and no template has them: ECS changes their weights at every deployment, and CloudFormation
would reset them at the next change (aws-cdk #36649). It deletes no rule either: a rule is deleted with its listener.
docs/decisions/0119-what-ecs-needs-to-shift-traffic.md has the reasons.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .refused import Refused

ROLLING = "ROLLING"
STAGES = ("POST_TEST_TRAFFIC_SHIFT", "PRE_PRODUCTION_TRAFFIC_SHIFT", "POST_PRODUCTION_TRAFFIC_SHIFT")
"""The stages at which Landfall judges (a copy of landfall.settings.strategy: this function has no pipeline code)."""
TEST_PRIORITY, PRODUCTION_PRIORITY = 100, 200
"""The test rule comes first, since the production rule matches every path. Other rules have room before both."""
EVERY_PATH = [{"Field": "path-pattern", "PathPatternConfig": {"Values": ["/*"]}}]
ALL = 100


@dataclass(frozen=True)
class TrafficShift:
    """The property `Shifting` of the custom resource. A rolling service has none.

    `configuration` is the part of `deploymentConfiguration` that says how ECS shifts; `hooks` are the pauses at which
    Landfall judges. `groups` are the two target groups. `headers` are those that the test rule matches.
    """

    configuration: Mapping[str, Any]
    hooks: list[dict[str, Any]]
    groups: tuple[str, str]
    listener: str
    role: str
    headers: Mapping[str, str]

    @classmethod
    def of(cls, properties: Mapping[str, Any]) -> TrafficShift | None:
        """Read it; None for a rolling service."""
        said = json.loads(properties.get("Shifting") or "null")
        return None if said is None else cls(**{**said, "groups": tuple(said["groups"])})

    def balanced(self, elb: Any, service: Mapping[str, Any] | None, plain: Mapping[str, Any]) -> dict[str, Any]:
        """Return the entry of `loadBalancers`, with both rules; rules that are missing are created.

        `plain` is the entry without a second group. For a new service, the first target group carries the traffic; for
        an existing service, its present one.
        """
        first = registered(service) or str(plain["targetGroupArn"])
        if first not in self.groups:
            raise Refused(
                f"the service is in target group {first}, which is not this stack's: {', '.join(self.groups)}"
            )
        found = {each["Priority"]: each for each in _rules(elb, self.listener)}
        test = [_header(name, value) for name, value in sorted(self.headers.items())]
        return {
            **plain,
            "targetGroupArn": first,
            "advancedConfiguration": {
                "alternateTargetGroupArn": next(group for group in self.groups if group != first),
                "productionListenerRule": self._rule(elb, found, PRODUCTION_PRIORITY, EVERY_PATH, first),
                "testListenerRule": self._rule(elb, found, TEST_PRIORITY, test, first),
                "roleArn": self.role,
            },
        }

    def _rule(
        self, elb: Any, found: Mapping[str, Mapping[str, Any]], priority: int, conditions: list[Any], first: str
    ) -> str:
        """Return the ARN of a rule. The weights of an existing rule belong to ECS, and are never changed."""
        rule = found.get(str(priority))
        if rule is None:
            weights = [{"TargetGroupArn": group, "Weight": ALL if group == first else 0} for group in self.groups]
            made = elb.create_rule(
                ListenerArn=self.listener,
                Priority=priority,
                Conditions=conditions,
                Actions=[{"Type": "forward", "ForwardConfig": {"TargetGroups": weights}}],
            )
            return str(made["Rules"][0]["RuleArn"])
        arn = str(rule["RuleArn"])
        if not set(_weights(rule)) <= set(self.groups):
            raise Refused(f"{arn} has priority {priority}, which Landfall's own rule needs; give it another priority")
        if priority == TEST_PRIORITY and not _same(rule["Conditions"], conditions):
            elb.modify_rule(RuleArn=arn, Conditions=conditions)  # without actions: the weights stay
        return arn


def paused(found: Mapping[str, Any], hooks: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the service's lifecycle hooks, with `hooks` instead of the pauses at Landfall's stages.

    Pauses of the service's owner at other stages, and hooks that call a function, stay.
    """
    has = hooks_of(found)
    kept = [h for h in has if h.get("hookTargetArn") or not set(STAGES) & set(h.get("lifecycleStages", ()))]
    return [*kept, *map(dict, hooks)]


def hooks_of(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return a service's lifecycle hooks in ECS."""
    return [dict(hook) for hook in (found.get("deploymentConfiguration") or {}).get("lifecycleHooks") or ()]


def registered(service: Mapping[str, Any] | None) -> str | None:
    """Return the target group that a service names first; None if there is no service."""
    balanced = (service or {}).get("loadBalancers") or [{}]
    named = balanced[0].get("targetGroupArn")
    return str(named) if named else None


def carrying(elb: Any, service: Mapping[str, Any]) -> str | None:
    """Return the target group that carries a service's traffic; None for a rolling service.

    Raises Refused while traffic is on both, since then neither group alone could take it.
    """
    advanced = service["loadBalancers"][0].get("advancedConfiguration") if service.get("loadBalancers") else None
    if not advanced:
        return None
    rule = advanced["productionListenerRule"]
    weights = _weights(elb.describe_rules(RuleArns=[rule])["Rules"][0])
    live = [group for group, weight in weights.items() if weight]
    if len(live) != 1:
        shown = ", ".join(f"{group}: {weight}" for group, weight in weights.items())
        raise Refused(f"the production rule {rule} has weights {shown}; wait until the deployment ends, then try again")
    return live[0]


def _rules(elb: Any, listener: str) -> list[Mapping[str, Any]]:
    return [
        rule for page in elb.get_paginator("describe_rules").paginate(ListenerArn=listener) for rule in page["Rules"]
    ]


def _weights(rule: Mapping[str, Any]) -> dict[str, int]:
    """Return the target groups of a forwarding rule, with their weights. A group without a weight has all traffic."""
    found: dict[str, int] = {}
    for action in rule["Actions"]:
        named = action.get("ForwardConfig", {}).get("TargetGroups") or []
        if not named and "TargetGroupArn" in action:
            named = [{"TargetGroupArn": action["TargetGroupArn"]}]
        found |= {each["TargetGroupArn"]: each.get("Weight", ALL) for each in named}
    return found


def _header(name: str, value: str) -> dict[str, Any]:
    return {"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": name, "Values": [value]}}


def _same(said: Iterable[Mapping[str, Any]], wanted: Iterable[Mapping[str, Any]]) -> bool:
    """Say whether a rule matches these headers. ELB's answer may have further, empty fields, and another order."""
    return _headers(said) == _headers(wanted)


def _headers(conditions: Iterable[Mapping[str, Any]]) -> set[tuple[str, tuple[str, ...]]]:
    configs = [each.get("HttpHeaderConfig", {}) for each in conditions]
    return {(c.get("HttpHeaderName", ""), tuple(c.get("Values", ()))) for c in configs}
