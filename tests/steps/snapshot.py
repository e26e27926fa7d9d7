"""Moto's AWS as it was a moment ago: copied, and put back for the next test, at a fraction of the cost."""

from __future__ import annotations

import copy
import copyreg
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from moto.core.base_backend import BackendDict

FRESH = 20.0
"""Seconds. What is older is made anew: to the steps, services and images of a test are of this moment."""

Made = TypeVar("Made")
_Key = tuple[BackendDict[Any], str, str]

_KINDS: Any = BackendDict
"""moto's class, whose own list of its instances is untyped."""


@dataclass(frozen=True)
class Picture:
    """What each of moto's backends held, and what making it returned."""

    taken_at: float
    backends: tuple[tuple[_Key, Any], ...]
    states: list[dict[str, Any]]
    made: Any


_taken: dict[str, Picture] = {}


def from_nothing(name: str, make: Callable[[], Made]) -> Made:
    """Bring a moto that holds nothing to where `make` brings it, and return what that returns.

    What is put back is a copy: nothing that a test does to it is seen by another one. Names and ids that moto makes
    up are the same each time. `make` stores no objects in S3: a reset of moto empties all that it knows of, copies too.
    """
    picture = _taken.get(name)
    if picture is None or time.monotonic() - picture.taken_at > FRESH:
        made = make()
        _taken[name] = _picture(made)
        return made
    _put(picture)
    return picture.made  # type: ignore[no-any-return]


def _picture(made: Any) -> Picture:
    backends = tuple(_backends())
    # what refers to a backend goes on to do so: it is not copied with what it holds
    known = {id(each): each for _, each in backends} | _shared()
    return Picture(time.monotonic(), backends, copy.deepcopy([vars(each) for _, each in backends], known), made)


def _put(picture: Picture) -> None:
    fresh = [object.__new__(type(each)) for _, each in picture.backends]
    known = {id(old): new for (_, old), new in zip(picture.backends, fresh, strict=True)} | _shared()
    states = copy.deepcopy(picture.states, known)
    for ((backends, account, region), _), backend, state in zip(picture.backends, fresh, states, strict=True):
        vars(backend).update(state)
        backends[account][region] = backend


def _backends() -> Iterator[tuple[_Key, Any]]:
    for backends in _KINDS._instances:
        for account, region, backend in backends.iter_backends():
            yield (backends, account, region), backend


def _shared() -> dict[int, Any]:
    """Return what all backends of a kind are found by."""
    return {id(each): each for each in _KINDS._instances}


# A copy of what holds a lock holds one of its own.
for _lock in (threading.Lock, threading.RLock, threading.Condition):
    copyreg.pickle(type(_lock()), lambda _, kind=_lock: (kind, ()))  # type: ignore[misc]
