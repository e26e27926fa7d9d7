"""A round is made at its pace, the warm-up first, and ends. No test waits: the clock is a number."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from landfall.smoke import request_rounds
from landfall.smoke.http_answers import Answer, Request, Round
from landfall.smoke.request_rounds import Clock

A, B, C = (Request(path) for path in ("/a", "/b", "/c"))
GOOD, LOST = Answer(200), Answer(error="ConnectTimeout")


@dataclass
class Played:
    """A service and a clock: sleeping moves the time, and when each request came is noted."""

    answer: Answer = GOOD
    hangs: bool = False
    stall: float = 0.0
    time: float = 100.0
    came: list[tuple[float, Request]] = field(default_factory=list)

    async def ask(self, request: Request) -> Answer:
        """Answer at once, or never."""
        self.came.append((self.time, request))
        if self.hangs:
            await asyncio.Event().wait()
        return self.answer

    async def sleep(self, seconds: float) -> None:
        """Let the time pass, and whatever was begun go on."""
        await asyncio.sleep(0)
        self.time += max(0.0, seconds)
        if len(self.came) == 3:
            self.time, self.stall = self.time + self.stall, 0.0

    def make(
        self, wanted: Round, longest: float = request_rounds.LONGEST_SECONDS
    ) -> tuple[request_rounds.Given, request_rounds.Given]:
        """Make a round."""
        return asyncio.run(request_rounds.paced(wanted, self.ask, Clock(lambda: self.time, self.sleep), longest))


@given(st.integers(1, 60), st.integers(0, 30), st.integers(3, 200))
def test_never_faster_than_its_pace(many: int, warm: int, per_second: int) -> None:
    """In no second more requests are made than the settings allow: a limiter's answers would prove nothing."""
    played = Played()
    played.make(Round({A: many, B: 3}, {A: warm} if warm else {}, per_second))
    times = [at for at, _ in played.came]
    assert len(times) == many + 3 + warm
    assert all(later - at >= 1 - 1e-6 for at, later in zip(times, times[per_second:], strict=False))


def test_time_that_was_lost_is_not_made_up_for() -> None:
    """A machine that stood still for a while does not send all that it missed at once."""
    played = Played(stall=5.0)
    played.make(Round({A: 20}, per_second=10))
    times = [at for at, _ in played.came]
    assert times[-1] - times[0] > 5
    assert all(later - at >= 0.1 - 1e-6 for at, later in itertools.pairwise(times))


def test_each_request_is_made_so_often_and_spread() -> None:
    """Requests take turns: an endpoint that fails for some seconds is not asked in just these, or just before."""
    played = Played()
    _, given = played.make(Round({A: 90, B: 90, C: 3}))
    assert {request: len(several) for request, several in given.items()} == {A: 90, B: 90, C: 3}
    assert Counter(request for _, request in played.came[:91]) == {A: 45, B: 45, C: 1}


def test_the_warm_up_is_answered_first() -> None:
    """What is judged begins when the tasks have seen their first requests."""
    played = Played()
    early, given = played.make(Round({A: 4}, {B: 2}))
    assert [request for _, request in played.came] == [B, B, A, A, A, A]
    assert (early, given) == ({B: (GOOD,) * 2}, {A: (GOOD,) * 4})


def test_a_round_ends() -> None:
    """More requests than there is time for are not made, and count as lost: a step has its own limit."""
    played = Played()
    _, given = played.make(Round({A: 1000}, per_second=10))
    assert played.time - 100 <= request_rounds.LONGEST_SECONDS + 0.1
    assert len(played.came) in (400, 401)
    assert Counter(answer.error for answer in given[A])[request_rounds.NOT_ASKED.error] == 1000 - len(played.came)


def test_answers_that_never_come_are_lost() -> None:
    """A request that is under way when the round ends is given up."""
    played = Played(hangs=True)
    _, given = played.make(Round({A: 3}, per_second=1000), longest=0.05)
    assert [answer.error for answer in given[A]] == [request_rounds.LATE.error] * 3


def test_nobody_there_is_not_asked_to_the_end() -> None:
    """Where nothing at all is answered, further requests of the round would tell nothing more."""
    played = Played(answer=LOST)
    _, given = played.make(Round({A: 90, B: 90}))
    assert len(played.came) <= request_rounds.HOPELESS + 1
    assert all(answer.lost for several in given.values() for answer in several)
