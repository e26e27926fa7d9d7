"""Acts on several things in turn: a failure at one does not stop the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from landfall.runtime.step import logger

_T = TypeVar("_T")


def for_each(
    found: Iterable[_T], act: Callable[[_T], bool], name: Callable[[_T], str], failure: str
) -> tuple[int, int]:
    """Act on each. Return how many had an effect, and how many failed. Each failure is logged with its `name`."""
    done = failed = 0
    for each in found:
        try:
            done += act(each)
        except Exception:  # any failure: the others must still run
            logger.exception(failure, extra={"subject": name(each)})
            failed += 1
    return done, failed
