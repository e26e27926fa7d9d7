"""Reads a synthesised template as people write ARNs: intrinsics become short text."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"
PSEUDO = {
    "AWS::AccountId": "ACCOUNT",
    "AWS::Region": "REGION",
    "AWS::Partition": "aws",
    "AWS::URLSuffix": "amazonaws.com",
    "AWS::NoValue": "",
}


def flat(value: Any) -> Any:
    """Return the value with Ref, Fn::GetAtt, Fn::Join and Fn::Select as text: `<Ledger.Arn>/index/*`."""
    match value:
        case {"Ref": str(name)}:
            return PSEUDO.get(name, f"<{name}>")
        case {"Fn::GetAtt": [str(name), str(attribute)]}:
            return f"<{name}.{attribute}>"
        case {"Fn::Join": [str(separator), list(parts)]}:
            return separator.join(str(flat(part)) for part in parts)
        case {"Fn::Select": [index, choice]}:
            return f"<{index} of {flat(choice)}>"
        case dict():
            return {key: flat(item) for key, item in value.items()}
        case list():
            return [flat(item) for item in value]
        case _:
            return value


def many(value: Any) -> list[Any]:
    """Return a list, where IAM takes one thing or a list of them."""
    return value if isinstance(value, list) else [value]


class Template:
    """One stack's template."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        self.resources: dict[str, Any] = flat(document["Resources"])

    def of_type(self, kind: str) -> dict[str, Any]:
        """Return the properties of the resources of a type, by logical id."""
        return {k: v.get("Properties", {}) for k, v in self.resources.items() if v["Type"] == kind}

    def only(self, kind: str) -> dict[str, Any]:
        """Return the properties of the one resource of a type."""
        (properties,) = self.of_type(kind).values()
        return dict(properties)

    def named(self, kind: str, key: str, name: str) -> dict[str, Any]:
        """Return the properties of the resource whose property `key` is `name`."""
        (properties,) = (p for p in self.of_type(kind).values() if p.get(key) == name)
        return dict(properties)

    def under(self, kind: str, prefix: str) -> dict[str, Any]:
        """Return the properties of the one resource of a type whose logical id begins with `prefix`."""
        (properties,) = (p for name, p in self.of_type(kind).items() if name.startswith(prefix))
        return dict(properties)

    def statements_of(self, role: str) -> list[dict[str, Any]]:
        """Return all policy statements of a role, given by its logical id."""
        return [
            statement
            for policy in self._policies()
            if f"<{role}>" in policy["Roles"]
            for statement in policy["PolicyDocument"]["Statement"]
        ]

    def identity_statements(self) -> Iterator[dict[str, Any]]:
        """Yield every statement of every role's policies."""
        for policy in self._policies():
            yield from policy["PolicyDocument"]["Statement"]

    def _policies(self) -> Iterator[dict[str, Any]]:
        """Yield the roles' policies. CDK puts what is beyond IAM's 10,240 characters into managed ones."""
        yield from self.of_type("AWS::IAM::Policy").values()
        yield from (each for each in self.of_type("AWS::IAM::ManagedPolicy").values() if each.get("Roles"))


def read(directory: Path) -> dict[str, Template]:
    """Return the templates of a cloud assembly, by stack name."""
    return {
        path.name.removesuffix(".template.json"): Template(json.loads(path.read_text(encoding="utf-8")))
        for path in sorted(directory.glob("*.template.json"))
    }
