"""A figure of the benchmark: a value beside what it was before, and what it is to be."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One figure. `baseline` is that of the code before, None where nobody measured it.

    `target` is the most that is allowed; with `at_least`, the least. None: the figure is only told.
    """

    name: str
    value: float
    unit: str
    target: float | None = None
    baseline: float | str | None = None
    at_least: bool = False

    @property
    def met(self) -> bool:
        """Say whether the target is met."""
        if self.target is None:
            return True
        return self.value >= self.target if self.at_least else self.value <= self.target

    def document(self) -> dict[str, object]:
        """Return the figure as build/bench.json has it."""
        told = {"name": self.name, "value": round(self.value, 4), "unit": self.unit, "baseline": self.baseline}
        return {**told, "target": self.target, "met": self.met}

    def __str__(self) -> str:
        wanted = "" if self.target is None else f" ({'at least' if self.at_least else 'at most'} {self.target:g})"
        before = "" if self.baseline is None else f"; before: {self.baseline}"
        return f"{'met   ' if self.met else 'MISSED'} {self.name}: {self.value:.6g} {self.unit}{wanted}{before}"
