"""Acts on one thing after the other: a failure at one keeps no other waiting."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from landfall.runtime.step import logger

_T = TypeVar("_T")


def for_each(
    found: Iterable[_T], act: Callable[[_T], bool], name: Callable[[_T], str], failure: str
) -> tuple[int, int]:
    """Act on each. Return on how many with an effect, and how many failed: each failure is logged with its `name`."""
    done = failed = 0
    for each in found:
        try:
            done += act(each)
        except Exception:  # whatever it is, the others must not wait for it
            logger.exception(failure, extra={"subject": name(each)})
            failed += 1
    return done, failed
