"""Gives a role its rights for any number of services: what one policy can't hold goes into further policies.

CDK spreads the statements of a large policy too. But it doesn't split a statement, and it estimates twice the length of
ours, so with a hundred services a role would need more policies than it may have.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from aws_cdk import aws_iam as iam
from constructs import Construct

AT_ONCE = 30
"""How many resources, or values of a condition, a part of a split statement has."""
ANY_ONE = frozenset({"ArnEquals", "ArnLike", "StringEquals", "StringLike"})
"""Condition operators that are true if one of several values matches (IAM user guide, condition operators)."""
INLINE = 4_500
"""How many characters go into the role's own policy.

The limit is 10,240 (IAM user guide, quotas), and CDK adds some.
"""
MANAGED = 6_000
"""How many characters go into a managed policy. The limit is 6,144 (the same page). A role may have ten of them."""
_TOKEN = re.compile(r"\$\{Token\[(?:AWS\.)?(\w+)[^\]]*\]\}")
_LONGEST = {"Partition": 10, "Region": 14, "AccountId": 12, "URLSuffix": 16}
_REFERENCE = 100


def give(scope: Construct, construct_id: str, role: iam.Role, statements: Iterable[iam.PolicyStatement]) -> None:
    """Add the statements to the role's own policy, and to as few managed policies as possible."""
    said = list(statements)
    read = [each.to_statement_json() for each in said]
    if sum(map(_length, read)) <= INLINE:
        for statement in said:
            role.add_to_policy(statement)
        return
    inline, *others = _packed([part for each in read for part in _parts(each)])
    for part in inline:
        role.add_to_policy(iam.PolicyStatement.from_json(part))
    for number, parts in enumerate(others, start=1):
        made = [iam.PolicyStatement.from_json(part) for part in parts]
        iam.ManagedPolicy(scope, f"{construct_id}{number}", roles=[role], statements=made)


def _parts(statement: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the statement in parts, split by its resources, or by the values of a condition if one value is enough."""
    resources = statement["Resource"]
    if isinstance(resources, list) and len(resources) > AT_ONCE:
        yield from ({**statement, "Resource": some} for some in _slices(resources))
        return
    conditions = statement.get("Condition", {})
    for operator, keys in ((o, k) for o, k in conditions.items() if o in ANY_ONE):
        for key, values in keys.items():
            if isinstance(values, list) and len(values) > AT_ONCE:
                for some in _slices(values):
                    yield {**statement, "Condition": {**conditions, operator: {**keys, key: some}}}
                return
    yield statement


def _slices(values: Sequence[Any]) -> list[list[Any]]:
    return [list(values[start : start + AT_ONCE]) for start in range(0, len(values), AT_ONCE)]


def _packed(parts: Sequence[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Return the parts in policies: each part goes into the first one with room. The first is the role's own policy."""
    bins: list[list[dict[str, Any]]] = [[]]
    room = [INLINE]
    for part in parts:
        length = _length(part)
        where = next((index for index, left in enumerate(room) if left >= length), len(bins))
        if where == len(bins):
            bins.append([])
            room.append(MANAGED)
        bins[where].append(part)
        room[where] -= length
    return bins


def _length(statement: object) -> int:
    """Return the greatest length of a statement after CloudFormation has resolved its tokens."""
    text = json.dumps(statement, separators=(",", ":"), default=str)
    return len(_TOKEN.sub(lambda found: "x" * _LONGEST.get(found[1], _REFERENCE), text)) + 1
