"""The pictures in the pages are those of the machines that are deployed."""

from __future__ import annotations

import pytest

from statemachine.definition import Machine
from statemachine.drawing import PAGES, SHORT_PAGE, happy_path, inserted, short_inserted


@pytest.mark.parametrize("machine", Machine, ids=lambda m: m.value)
def test_a_drawing_is_not_stale(machine: Machine) -> None:
    """Change a state machine, and `make drawing` is due."""
    text = PAGES[machine].read_text(encoding="utf-8")

    assert inserted(text, machine) == text


def test_the_short_drawing_is_not_stale() -> None:
    """The README shows the way that a release takes today."""
    text = SHORT_PAGE.read_text(encoding="utf-8")

    assert short_inserted(text) == text


def test_the_happy_path_is_the_whole_proof() -> None:
    """The short drawing leaves out no step of the proof, and none that closes the record."""
    before, after = happy_path()

    proof = ["CheckStability", "CheckTargetHealth", "SmokeTest", "Confirm"]
    assert before == ["Resolve", "AcquireLock", "Preflight", "RegisterTaskDefinition", "UpdateService", *proof]
    assert after == ["ReportSuccess", "NotifySuccess", "FinishSuccess"]
