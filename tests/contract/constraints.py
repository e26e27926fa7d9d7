"""What AWS says of a request that botocore does not check: the most, the patterns, the values of a list.

botocore checks types, required members and least lengths (botocore.validate). The rest of a shape's traits is read here
from the same models, and what only their prose says stands in PROSE.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

KIB = 1024
_CLASSES = {r"\p{L}": r"^\W\d_", r"\p{N}": r"\d", r"\p{Z}": r"\s", r"\p{Alnum}": "A-Za-z0-9", r"\P{M}": r"\s\S"}
"""Classes of characters that Python's patterns have no name for, near enough."""


def size(value: Any) -> int:
    """Return how many bytes a value takes."""
    if isinstance(value, str | bytes | bytearray):
        return len(value.encode() if isinstance(value, str) else value)
    return len(json.dumps(value, ensure_ascii=False, default=str).encode())


def _below(most: int, measure: Callable[[Any], int] = len) -> Callable[[Any], bool]:
    return lambda value: measure(value) <= most


PROSE: Mapping[tuple[str, str], tuple[Callable[[Any], bool], str]] = {
    ("Publish", ".Subject"): (
        lambda text: len(text) < 100 and text.isprintable(),
        "less than 100 characters, no line breaks or control characters (SNS API reference, Publish)",
    ),
    ("Publish", ".Message"): (_below(256 * KIB, size), "256 KiB with its attributes (the same)"),
    ("PutEvents", ".Entries[]"): (_below(256 * KIB, size), "256 KB (EventBridge User Guide, PutEvents entry size)"),
    ("PutItem", ".Item"): (_below(400 * KIB, size), "400 KB (DynamoDB Developer Guide, limits)"),
    ("UpdateItem", ".ExpressionAttributeValues"): (_below(400 * KIB, size), "400 KB of an item (the same)"),
    ("UpdateItem", ".UpdateExpression"): (_below(4 * KIB, size), "4 KB of an expression (the same)"),
    ("TransactWriteItems", ".TransactItems"): (_below(4096 * KIB, size), "4 MB of a transaction (the same)"),
    ("RegisterTaskDefinition", ".family"): (
        lambda text: re.fullmatch(r"[A-Za-z0-9_-]{1,255}", text) is not None,
        "255 letters, digits, _ and - (ECS API reference, RegisterTaskDefinition)",
    ),
    ("RegisterTaskDefinition", ""): (
        _below(64 * KIB, size),
        "64 KiB of a task definition (ECS Developer Guide, quotas)",
    ),
    ("DescribeServices", ".services"): (_below(10), "10 services (ECS API reference, DescribeServices)"),
    ("DescribeServiceDeployments", ".serviceDeploymentArns"): (
        _below(20),
        "20 ARNs (ECS API reference, DescribeServiceDeployments)",
    ),
    ("DescribeServiceRevisions", ".serviceRevisionArns"): (
        _below(20),
        "20 ARNs (ECS API reference, DescribeServiceRevisions)",
    ),
    ("DescribeTasks", ".tasks"): (_below(100), "100 tasks (ECS API reference, DescribeTasks)"),
    ("GetTaskProtection", ".tasks"): (_below(100), "100 tasks (ECS API reference, GetTaskProtection)"),
    ("StartExecution", ".name"): (
        lambda text: re.fullmatch(r"[0-9A-Za-z_-]{1,80}", text) is not None,
        "80 characters, of those that CloudWatch can log (Step Functions API reference, StartExecution)",
    ),
    ("PutObject", ".Key"): (_below(KIB, size), "1,024 bytes (S3 User Guide, object keys)"),
}
"""By operation and place: what holds, and where AWS says so. A list's members have the place `[]`."""


def problems(model: Any, params: Mapping[str, Any]) -> list[str]:
    """Return what AWS would refuse in a request, by botocore's model of the operation."""
    return [f"{model.name}{text}" for text in _of(model.name, model.input_shape, params, "")]


def _of(operation: str, shape: Any, value: Any, at: str) -> Iterator[str]:
    holds, why = PROSE.get((operation, at), (None, ""))
    if holds and not holds(value):
        yield f"{at}: {value!r:.120}: {why}"
    yield from _traits(shape, value, at)
    match shape.type_name:
        case "structure" if isinstance(value, Mapping):
            for name, inner in value.items():
                if name in shape.members:
                    yield from _of(operation, shape.members[name], inner, f"{at}.{name}")
        case "list" if not isinstance(value, str):
            for inner in value:
                yield from _of(operation, shape.member, inner, f"{at}[]")
        case "map" if isinstance(value, Mapping):
            for key, inner in value.items():
                yield from _of(operation, shape.key, key, f"{at}<key>")
                yield from _of(operation, shape.value, inner, f"{at}<value>")


def _traits(shape: Any, value: Any, at: str) -> Iterator[str]:
    traits = shape.metadata
    measured = value if isinstance(value, int | float) else len(value) if hasattr(value, "__len__") else None
    if measured is not None and "max" in traits and measured > traits["max"]:
        yield f"{at}: {value!r:.120}: {traits['max']} is the most"
    if isinstance(value, str):
        if traits.get("enum") and value not in traits["enum"]:
            yield f"{at}: {value!r:.120}: it is none of {traits['enum']}"
        if "pattern" in traits and not pattern(traits["pattern"]).fullmatch(value):
            yield f"{at}: {value!r:.120}: it does not match {traits['pattern']}"


def pattern(text: str) -> re.Pattern[str]:
    """Return a model's pattern, which is one of Java's, as Python has it."""
    text = re.sub(r"\[((?:[^\]\\]|\\.)*\\[pP]\{(?:[^\]\\]|\\.)*)\]", _class, text)
    return re.compile(text, re.DOTALL)


def _class(found: re.Match[str]) -> str:
    """Return a class of characters with what Unicode calls letters, numbers and separators among them."""
    inside = found[1]
    letters = r"\p{L}" in inside
    for name, like in _CLASSES.items():
        inside = inside.replace(name, "" if name == r"\p{L}" else like)
    return f"(?:[{inside}]|[^\\W\\d_])" if letters else f"[{inside}]"
