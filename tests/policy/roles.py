"""Reads the roles of a template and their statements."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from stacks.functions.steps_table import STEPS, Grant, Step
from tests.stacks.template import Template, many
from tests.steps.calls import Call

_HASH = r"[0-9A-F]{8}"


@dataclass(frozen=True)
class Statement:
    """One statement of a role. `grant` is its row in the STEPS table, if it has one."""

    role: str
    allowed: bool
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    step: Step | None = None
    grant: Grant | None = None

    @property
    def key(self) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
        """Return a key that is unique among the statements of a template."""
        return self.role, self.actions, self.resources

    def allows(self, call: Call) -> bool:
        """Say whether this statement alone would allow the call."""
        return self.allowed and self.applies(call)

    def applies(self, call: Call) -> bool:
        """Say whether the statement applies to a call, to allow or to deny it."""
        return (
            call.action in self.actions
            and any(fnmatchcase(call.resource, pattern) for pattern in self.resources)
            and all(_holds(op, key, v, call) for op, keys in self.conditions.items() for key, v in keys.items())
        )


def _holds(operator: str, key: str, allowed: Any, call: Call) -> bool:
    """Evaluate a condition on the known keys of a call. An unknown operator is a mistake."""
    values = [value for name, value in call.context if name == key]
    match operator:
        case "StringEquals" | "ArnEquals":
            return bool(values) and set(values) <= set(many(allowed))
        case "ForAllValues:StringEquals":
            return set(values) <= set(many(allowed))
        case "Null":
            return bool(values) == (str(many(allowed)[0]).lower() == "false")
        case "StringLike":
            return bool(values) and all(any(fnmatchcase(v, pattern) for pattern in many(allowed)) for v in values)
        case _:
            raise NotImplementedError(f"{operator} on {key}: say here what it means")


def statements(template: Template) -> Iterator[Statement]:
    """Yield every statement of every role of a template."""
    for role in template.of_type("AWS::IAM::Role"):
        step = next((s for s in STEPS if re.fullmatch(rf"{s.id}Role{_HASH}", role)), None)
        grants = list(step.grants) if step else []
        for raw in template.statements_of(role):
            actions = tuple(many(raw["Action"]))
            # the first policy has the table's order, and what it has no room for is in further ones
            grant = next((grant for grant in grants if grant.actions == actions), None)
            if grant:
                grants.remove(grant)
            resources = tuple(str(resource) for resource in many(raw["Resource"]))
            conditions = raw.get("Condition", {})
            yield Statement(_name(role), raw["Effect"] == "Allow", actions, resources, conditions, step, grant)


def _name(role: str) -> str:
    """Return a role's logical id without CDK's hash and the word that all of them have."""
    return re.sub(_HASH + "$", "", role).removesuffix("Role").removeprefix("Role")
