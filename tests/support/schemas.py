"""The schemas that are published under docs/schemas, and what other programs may count on."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource

from stacks import ROOT


def schema(name: str) -> dict[str, Any]:
    """Return a published schema."""
    return dict(json.loads((ROOT / "docs/schemas" / f"{name}.schema.json").read_text(encoding="utf-8")))


@cache
def _registry() -> Registry[Any]:
    """Return every published schema that another one may name by its id."""
    files = sorted((ROOT / "docs/schemas").glob("*.schema.json"))
    every = [json.loads(path.read_text(encoding="utf-8")) for path in files]
    made: Registry[Any] = Registry()
    return made.with_resources((each["$id"], Resource.from_contents(each)) for each in every if "$id" in each)


def holds(name: str, document: Any) -> None:
    """Assert that a document is as its schema has it, and has no field that the schema does not tell of.

    A schema itself may allow more, so that a field can be added: whoever adds one adds it there.
    """
    document = json.loads(json.dumps(document))
    published = schema(name)
    Draft202012Validator.check_schema(published)
    errors = [
        f"{error.json_path}: {error.message}"
        for error in Draft202012Validator(published, registry=_registry(), format_checker=FormatChecker()).iter_errors(
            document
        )
    ]
    assert errors == []
    assert document.keys() == published["properties"].keys()
