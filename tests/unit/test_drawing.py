"""The pictures in the pages are those of the machines that are deployed."""

from __future__ import annotations

import pytest

from statemachine.definition import Machine
from statemachine.drawing import PAGES, inserted


@pytest.mark.parametrize("machine", Machine, ids=lambda m: m.value)
def test_a_drawing_is_not_stale(machine: Machine) -> None:
    """Change a state machine, and `make drawing` is due."""
    text = PAGES[machine].read_text(encoding="utf-8")

    assert inserted(text, machine) == text
