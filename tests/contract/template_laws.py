"""What a deploy may do to what is deployed, over templates as CloudFormation reads them. A law finds what breaks it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from tests.contract.template_shapes import Templates
from tests.support.later import later

schemas = later("cfnlint.schema")

NOT_OF_A_TEMPLATE = frozenset({"DesiredCount", "desiredCount", "taskDefinition", "forceNewDeployment"})
"""Of a service that may be live, in the words of CloudFormation and of ECS."""
RULE, LISTENER = "AWS::ElasticLoadBalancingV2::ListenerRule", "AWS::ElasticLoadBalancingV2::Listener"
KEPT = frozenset({"Retain", "RetainExceptOnCreate"})
NUMBERED = ("AWS::ECS::TaskDefinition", "AWS::Lambda::Version")
"""Made anew under one name (a family, a function): that is what a revision is, and a version."""


def deployed(before: Templates, now: Templates) -> Templates:
    """Return what is deployed after `now`: a stack that has left the app stays as it was."""
    return {**before, **now}


def counts_and_revisions(templates: Templates) -> list[str]:
    """Find a template that says what a live service counts or runs, or describes one at all."""
    return [
        f"{stack}.{name}: {said}"
        for stack, template in templates.items()
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::ECS::Service" or resource["Type"].startswith("Custom::")
        for said in (*_words(resource["Properties"]), resource["Type"])
        if said in NOT_OF_A_TEMPLATE or said == "AWS::ECS::Service"
    ]


def _words(value: Any) -> Iterator[str]:
    match value:
        case dict():
            for key, inner in value.items():
                yield key
                yield from _words(inner)
        case list():
            for inner in value:
                yield from _words(inner)
        case str():
            yield from (word for word in NOT_OF_A_TEMPLATE if f'"{word}"' in value)


def weights_of_rules(templates: Templates) -> list[str]:
    """Find what would set the weights of a rule again: ECS shifts them, and no template may know them.

    A rule in a template is one too, since any change of it writes its actions (aws-cdk #36649).
    """
    return [
        f"{stack}.{name}"
        for stack, template in templates.items()
        for name, resource in template["Resources"].items()
        if resource["Type"] == RULE or _weighs(resource.get("Properties", {}))
    ]


def _weighs(value: Any) -> bool:
    match value:
        case dict():
            return any(key.lower() == "weight" or _weighs(inner) for key, inner in value.items())
        case list():
            return any(map(_weighs, value))
        case str():
            return '"weight"' in value.lower()
    return False


def moved_listeners(before: Templates, now: Templates) -> list[str]:
    """Find listeners whose default action a step would change: users without a rule of their own come by it."""
    return [
        f"{stack}.{name}"
        for stack in before.keys() & now.keys()
        for name, resource in now[stack]["Resources"].items()
        if resource["Type"] == LISTENER and name in before[stack]["Resources"]
        if _forwards(resource) != _forwards(before[stack]["Resources"][name])
    ]


def _forwards(listener: Mapping[str, Any]) -> list[Any]:
    return [action.get("TargetGroupArn") for action in listener["Properties"]["DefaultActions"]]


def lost_exports(before: Templates, now: Templates) -> list[str]:
    """Find imports of what is deployed that nothing exports any more."""
    after = deployed(before, now)
    exported = {o["Export"]["Name"] for t in after.values() for o in t.get("Outputs", {}).values() if "Export" in o}
    return sorted(set(_imports(after)) - exported)


def _imports(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if "Fn::ImportValue" in value:
            yield value["Fn::ImportValue"]
        for inner in value.values():
            yield from _imports(inner)
    if isinstance(value, list):
        for inner in value:
            yield from _imports(inner)


def key_policies(templates: Templates) -> str:
    """Return who may use the keys."""
    keys = [
        resource["Properties"]["KeyPolicy"]
        for template in templates.values()
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::KMS::Key"
    ]
    return json.dumps(keys, sort_keys=True)


def replaced_under_one_name(before: Templates, now: Templates) -> list[str]:
    """Find resources that CloudFormation would make again under the name that the one of before still has."""
    found = []
    for stack in before.keys() & now.keys():
        old, new = before[stack]["Resources"], now[stack]["Resources"]
        for name in old.keys() & new.keys():
            if physical_name(old[name]) and physical_name(old[name]) == physical_name(new[name]):
                changed = [
                    key for key in create_only(new[name]["Type"]) if _get(old[name], key) != _get(new[name], key)
                ]
                found += [f"{stack}.{name}: {'/'.join(key)}" for key in changed]
    return found


def made_twice(before: Templates, now: Templates) -> list[str]:
    """Find names that a new resource takes while another one has it: in the same stack, or in one that stays."""
    owners: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for stack, template in (*before.items(), *now.items()):
        for logical, resource in template["Resources"].items():
            if named := physical_name(resource):
                owners.setdefault(named, set()).add((stack, logical))
    return [
        f"{stack}.{logical}: {named[0]} {named[1]}"
        for named, all_ in owners.items()
        if len(all_) > 1
        for stack, logical in all_
        if logical in now.get(stack, {}).get("Resources", {}) and not _waits(now[stack], logical, "Identity")
    ]


def in_the_way(templates: Templates) -> list[str]:
    """Find what is kept under a name of its own and can't be taken up again by the next deploy (import by name)."""
    return [
        f"{stack}.{name}"
        for stack, template in templates.items()
        for name, resource in template["Resources"].items()
        if resource.get("DeletionPolicy") in KEPT
        and resource["Type"] not in NUMBERED
        and _named_by_a_function(resource)
    ]


def _named_by_a_function(resource: Mapping[str, Any]) -> bool:
    names = [_get(resource, key) for key in create_only(resource["Type"]) if key[-1].endswith("Name")]
    return any(isinstance(name, dict) for name in names)


def without_guard(template: Mapping[str, Any]) -> list[str]:
    """Find what a change of identity would reach before it is refused, and what goes before a live service is asked."""
    resources = [name for name in template["Resources"] if not name.startswith(("Own", "Identity", "Service"))]
    late = [f"{name} does not wait for the identity" for name in resources if not _waits(template, name, "Identity")]
    return late + [f"the service does not wait for {n}" for n in resources if not _waits(template, "Service", n)]


def _waits(template: Mapping[str, Any], name: str, for_: str) -> bool:
    return for_ in _needed(template, name, frozenset())


def _needed(template: Mapping[str, Any], name: str, seen: frozenset[str]) -> frozenset[str]:
    resource = template["Resources"][name]
    direct = {*resource.get("DependsOn", ()), *_references(resource.get("Properties", {}))} & template[
        "Resources"
    ].keys()
    for each in direct - seen:
        seen = _needed(template, each, seen | {each})
    return seen


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if "Ref" in value:
            yield value["Ref"]
        if "Fn::GetAtt" in value:
            yield value["Fn::GetAtt"][0]
        for inner in value.values():
            yield from _references(inner)
    if isinstance(value, list):
        for inner in value:
            yield from _references(inner)


@cache
def create_only(kind: str) -> tuple[tuple[str, ...], ...]:
    """Return the paths of the properties whose change replaces a resource, by CloudFormation's schema of its type."""
    if kind.startswith("Custom::"):
        return ()
    schema = schemas.PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema
    return tuple(tuple(path.split("/")[2:]) for path in schema.get("createOnlyProperties", ()))


def physical_name(resource: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return type and name of a resource whose name the template gives."""
    if resource["Type"] in NUMBERED:
        return None
    for path in create_only(resource["Type"]):
        name = _get(resource, path)
        if path[-1].endswith("Name") and len(path) == 1 and isinstance(name, str):
            return resource["Type"], name
    return None


def _get(resource: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    value: Any = resource.get("Properties", {})
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value
