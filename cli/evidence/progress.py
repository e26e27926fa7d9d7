"""Shows on a terminal how many records of a service were read, and nothing elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from cli.command import At
from cli.evidence.gather import Mark
from landfall.chain import Record

EACH = 100
"""After so many records it says how many there were."""
Step = Callable[[str, Mark], Mark]


@contextmanager
def shown(at: At) -> Iterator[Step]:
    """Yield what wraps a service's `mark` so that it also counts."""
    with at.out.console.status("") as status:

        def step(service: str, mark: Mark) -> Mark:
            read = 0

            def counted(record: Record) -> int:
                nonlocal read
                read += 1
                if read % EACH == 1:
                    status.update(f"{service}: {read:,} records read …")
                return mark(record)

            return counted

        yield step
