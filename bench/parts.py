"""The parts of the benchmark, by their names."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable

from bench import evidence, fleets, growth, pages, real, reconciler, rollouts
from bench.figure import Figure

PARTS: dict[str, Callable[[], list[Figure]]] = {
    "thousand": lambda: fleets.figures((1_000,)),
    "real": real.figures,
    "evidence": evidence.figures,
    "growth": growth.figures,
    "pages": pages.figures,
    "fleets": lambda: fleets.figures((10, 100)),
    "reconciler": reconciler.figures,
    "rollouts": rollouts.figures,
    "seeds": lambda: fleets.figures((100, 1_000), seeds=5),
}
"""What is measured, by its name, the longest first. `seeds` takes half an hour, and only runs where it is named."""
ALONE = frozenset({"real"})
"""Parts that need the machine for themselves: a service that gets no time answers nobody, and its release fails."""
LONG = frozenset({"seeds"})


def measured(name: str) -> list[Figure]:
    """Measure one part, and say what came of it."""
    logging.disable(logging.CRITICAL)
    began = time.monotonic()
    found = PARTS[name]()
    sys.stderr.write("".join(f"{figure}\n" for figure in found) + f"{name}: {time.monotonic() - began:.0f} s\n")
    return found
