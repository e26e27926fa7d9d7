"""The sample as a worker does what the rehearsals need: a good one works, and each bad one is bad in its own way."""

from __future__ import annotations

import pytest

from sample_service import worker
from sample_service.settings import Settings


def said(fault: str = "", rounds: int = 2) -> list[str]:
    """Return what it logs in some rounds."""
    lines: list[str] = []
    worker.run(Settings(git_sha="abc", fault=fault), rounds=rounds, say=lines.append, sleep=lambda _: None)
    return lines


@pytest.mark.parametrize(
    ("fault", "lines"),
    [
        ("", ["INFO worker started, git sha abc", "INFO processed message 1", "INFO processed message 2"]),
        ("worker-dead", ["INFO worker started, git sha abc"]),
        ("worker-silent", ["INFO worker started", "INFO processed message 1", "INFO processed message 2"]),
    ],
)
def test_lines(fault: str, lines: list[str]) -> None:
    """What is proven, and not, is what it logs."""
    assert said(fault) == lines


def test_crash() -> None:
    """It exits by itself after it started, with a code that ECS reports."""
    with pytest.raises(SystemExit) as exit_:
        said("worker-crash")
    assert exit_.value.code == worker.CRASH_EXIT_CODE


def test_a_fault_of_an_api_is_none_of_a_worker() -> None:
    """A typo must not become a good release."""
    with pytest.raises(ValueError, match="for a worker"):
        said("wrong-sha")
