"""The changes of a new revision are listed field by field, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from landfall.change.revision_difference import Change, changes

LIVE = {
    "family": "f",
    "revision": 3,
    "containerDefinitions": [{"name": "app", "image": "a", "environment": [{"name": "X", "value": "1"}], "cpu": 1}],
    "volumes": [],
}


@pytest.mark.parametrize(
    ("after", "tags", "expected"),
    [
        (LIVE, {}, []),
        ({**LIVE, "tags": [{"key": "k", "value": "v"}]}, {"k": "v", "aws:x": "y"}, []),
        ({**LIVE, "cpu": "256"}, {}, [Change("cpu", None, "256")]),
        ({**LIVE, "requiresCompatibilities": ["FARGATE"]}, {}, [Change("requiresCompatibilities[0]", None, "FARGATE")]),
        (
            {**LIVE, "containerDefinitions": [{"name": "app", "image": "b", "cpu": 1}]},
            {},
            [
                Change("containerDefinitions.app.image", "a", "b"),
                Change("containerDefinitions.app.environment.X", "1", None),
            ],
        ),
        (
            {**LIVE, "containerDefinitions": []},
            {},
            [
                Change("containerDefinitions.app.image", "a", None),
                Change("containerDefinitions.app.environment.X", "1", None),
                Change("containerDefinitions.app.cpu", "1", None),
            ],
        ),
    ],
)
def test_the_difference(after: dict[str, Any], tags: dict[str, str], expected: list[Change]) -> None:
    """Fields are compared by name, in any order. Fields that ECS adds and equal fields are no changes."""
    own = {k: v for k, v in after.items() if k != "revision"}
    assert list(changes(LIVE, tags, own)) == expected
