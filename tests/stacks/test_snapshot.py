"""The templates as they are: a change to them is seen in review, resource by resource."""

from __future__ import annotations

import re
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from tests.stacks.template import Template


@pytest.mark.parametrize(
    "stack",
    [f"Landfall-{name}" for name in ("Build", "GitHub", "Pipeline", "Registry", "Service-sample", "Watch")],
)
def test_the_template_is_as_last_approved(
    templates: dict[str, Template], snapshot: SnapshotAssertion, stack: str
) -> None:
    """Hashes of assets are masked: what the code does is for other tests. So is the ASL, which has its own."""
    assert _masked(templates[stack].resources) == snapshot(extension_class=JSONSnapshotExtension)


FILES = {"DefinitionString": "statemachine/*.asl.json", "BuildSpec": "buildspec.yml"}
"""What is a file of its own, with tests of its own."""


def _masked(value: Any) -> Any:
    match value:
        case dict():
            return {key: FILES.get(key) or _masked(item) for key, item in value.items() if key != "Metadata"}
        case list():
            return [_masked(item) for item in value]
        case str():
            return re.sub(r"[0-9a-f]{64}", "HASH", value)
        case _:
            return value
