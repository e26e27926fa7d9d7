"""A value in an answer: found, or not there. A service's body never breaks a check."""

from __future__ import annotations

from typing import Any

import pytest

from landfall.smoke import body
from tests.support import builders as b

FOUND: dict[str, tuple[str, str, Any]] = {
    "in an object": ('{"a": {"b": 1}}', "a.b", 1),
    "not there": ('{"a": 1}', "b", None),
    "no JSON": ("Healthy\n", "@", "Healthy"),
    "a function of another type": ('{"a": 1}', "length(a)", None),
    "no such function": ('{"a": 1}', "nothing(a)", None),
    "nested without end": ("[" * 200_000, "[0]", None),
}


@pytest.mark.parametrize(("text", "path", "value"), FOUND.values(), ids=FOUND.keys())
def test_a_value(text: str, path: str, value: Any) -> None:
    """What a path can't be applied to is no value, and the check fails by name."""
    assert body.find(b.answer(body=text), path) == value


def test_half_a_body_is_no_text() -> None:
    """A body that was cut may have been JSON: the half of it is not what the service said."""
    assert body.find(b.answer(body="Heal", cut=True), "@") is None


def test_a_body_nested_too_deeply_is_no_json() -> None:
    """Python gives up on it with another error than on any other text."""
    with pytest.raises(ValueError, match="nested too deeply"):
        _ = b.answer(body="[" * 200_000).json
