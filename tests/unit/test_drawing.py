"""The picture in the README is that of the machine that is deployed."""

from __future__ import annotations

from statemachine.drawing import README, inserted


def test_the_drawing_is_not_stale() -> None:
    """Change the state machine, and `make drawing` is due."""
    text = README.read_text(encoding="utf-8")

    assert inserted(text) == text
