"""Makes a round of requests at a steady pace and within a limited time: first the warm-up, then the others."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass

from landfall.smoke.http_answers import Answer, Request, Round

LONGEST_SECONDS = 40.0
"""Answers that arrive later count as lost. A step has 60 s, and searches for patterns may take 20 of them."""
HOPELESS = 32
"""If this many first requests of a round get no answer, the round ends. The next round is made as usual."""

LATE = Answer(error="no answer when the round ended")
NOT_ASKED = Answer(error="not asked: the round had ended, or no request was answered")

Ask = Callable[[Request], Awaitable[Answer]]
Given = Mapping[Request, tuple[Answer, ...]]


@dataclass(frozen=True)
class Clock:
    """The clock of the pacing, in seconds."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep


async def paced(
    wanted: Round, ask: Ask, clock: Clock | None = None, longest: float = LONGEST_SECONDS
) -> tuple[Given, Given]:
    """Return the answers of the warm-up, and the answers to judge. Ends after `longest` seconds."""
    clock = clock or Clock()
    until = clock.now() + longest
    pace = 1 / wanted.per_second
    early = await _made(wanted.warm_up, ask, pace, until, clock)
    if early:
        await clock.sleep(pace)
    return early, await _made(wanted.requests, ask, pace, until, clock)


async def _made(requests: Mapping[Request, int], ask: Ask, pace: float, until: float, clock: Clock) -> Given:
    """Make each request the given number of times. Requests alternate, so each is spread over the whole time."""
    begun: list[tuple[Request, asyncio.Future[Answer]]] = []
    due = clock.now()
    for request in _in_turn(requests):
        await clock.sleep(due - clock.now())
        if clock.now() >= until or _is_hopeless([future for _, future in begun]):
            break
        begun.append((request, asyncio.ensure_future(ask(request))))
        due = max(due, clock.now()) + pace  # lost time is not caught up
    await _ended([future for _, future in begun], until - clock.now())
    answers: dict[Request, list[Answer]] = {request: [] for request in requests}
    for request, future in begun:
        answers[request].append(LATE if future.cancelled() else future.result())
    return {r: (*several, *itertools.repeat(NOT_ASKED, requests[r] - len(several))) for r, several in answers.items()}


def _in_turn(requests: Mapping[Request, int]) -> Iterator[Request]:
    """Yield each request the given number of times. Rarer requests are spread evenly among the others."""
    places = sorted(
        ((number + 0.5) / times, order, request)
        for order, (request, times) in enumerate(requests.items())
        for number in range(times)
    )
    return (request for _, _, request in places)


def _is_hopeless(begun: list[asyncio.Future[Answer]]) -> bool:
    """Say whether the first requests were all lost."""
    first = begun[:HOPELESS]
    return len(first) == HOPELESS and all(future.done() and future.result().lost for future in first)


async def _ended(begun: list[asyncio.Future[Answer]], seconds: float) -> None:
    """Wait for the answers, and cancel those that do not come in time."""
    if not begun:
        return
    _, late = await asyncio.wait(begun, timeout=max(0.0, seconds))
    for future in late:
        future.cancel()
    await asyncio.gather(*late, return_exceptions=True)
