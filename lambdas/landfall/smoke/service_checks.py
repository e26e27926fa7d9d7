"""The checks of the service itself: version, liveness, readiness, response time and base endpoint.

`times` is how often an endpoint is asked in a round.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from landfall import commit
from landfall.model import UNKNOWN
from landfall.settings.smoke import FEW, Smoke
from landfall.smoke import body
from landfall.smoke.case import FAIL, PASS, RETRY, Case, Reply, Seen, every, good_if, overall
from landfall.smoke.http_answers import BUSY, Answer, Request

OK = 200


def version(smoke: Smoke, expected_sha: str, times: int, before: str = UNKNOWN) -> Case:
    """Every answer must serve our commit. One answer with another commit is final.

    This includes the warm-up: a first answer may be slow or lost, but not another release's. There is one exception: if
    the commit that ran `before` and ours answer in the same round, another round is made, since a proxy may send
    requests to the old tasks for some seconds after ECS stopped them.
    """
    name = smoke.version_header or smoke.version_value

    def look(answer: Answer) -> Seen:
        served = sha(answer, smoke)
        return good_if(commit.same(served, expected_sha), f"{name} {served} ({answer.seen})")

    def is_old(answer: Answer) -> bool:
        return before != UNKNOWN and not commit.same(before, expected_sha) and commit.same(sha(answer, smoke), before)

    def judge(replies: Sequence[Reply]) -> Seen:
        ours = any(commit.same(sha(answer, smoke), expected_sha) for _, answer in replies)

        def one(_: Request, answer: Answer) -> Seen:
            state, seen = look(answer)
            return (RETRY if ours and is_old(answer) else state), seen

        state, seen = every(one, fresh=True)(replies)
        return state, (f"{len(replies)} of {len(replies)} answers" if state == PASS else seen)

    def another(answer: Answer) -> str:
        known = not answer.lost and not answer.cached and not is_old(answer) and sha(answer, smoke) != UNKNOWN
        state, seen = look(answer) if known else (PASS, "")
        return seen if state == FAIL else ""

    skip = "not judged: no SHA is known" if expected_sha == UNKNOWN else ""
    needs = {Request(smoke.version_path): times}
    return Case("version", f"our {name}" if skip else f"{name} {expected_sha}", judge, needs, skip, another)


def sha(answer: Answer, smoke: Smoke) -> str:
    """Return the commit in an answer, from the place that the settings name."""
    if answer.status != OK:
        return UNKNOWN
    header = smoke.version_header
    found = answer.headers.get(header.lower()) if header else body.find(answer, smoke.version_value)
    return found.strip() or UNKNOWN if isinstance(found, str) else UNKNOWN


def liveness(smoke: Smoke, times: int) -> Case:
    """Liveness must answer 200."""
    needs = {Request(smoke.live_path): times}
    return Case("liveness", "HTTP 200", every(lambda _, a: good_if(a.status == OK, a.seen), fresh=True), needs)


def readiness(smoke: Smoke, times: int) -> Case:
    """It must be ready, with its database connected.

    Readiness answers 503 itself if its database is gone, so a 503 with its JSON is not a transport error.
    """
    name = smoke.ready_value

    def look(answer: Answer) -> Seen:
        value = body.find(answer, name) if name else None
        own_word = answer.status == BUSY and value is not None and not answer.error
        if answer.lost and not own_word:
            return RETRY, answer.seen
        if answer.cached:
            return RETRY, f"{answer.seen} from a cache ({answer.cached})"
        good = answer.status == OK and (not name or body.equal(value, smoke.ready_equals))
        told = value if body.may_be_shown(value) else f"another {type(value).__name__}"
        return good_if(good, f"{answer.seen}, {name} {told}" if name else answer.seen)

    def judge(replies: Sequence[Reply]) -> Seen:
        return overall(replies, [look(answer) for _, answer in replies])

    expected = f"HTTP 200, {name} {smoke.ready_equals}" if name else "HTTP 200"
    return Case("readiness", expected, judge, {Request(smoke.ready_path): times})


def response_time(smoke: Smoke, times: int) -> Case:
    """The median answer must be quick. One slow answer among several is noise."""
    limit = smoke.max_response_seconds
    needs = {Request(smoke.version_path): times}
    return Case("response time", f"under {limit:g} s", lambda r: in_time(r, limit, 50), needs)


def in_time(replies: Sequence[Reply], limit: float, percentile: int) -> Seen:
    """Judge the time of the answers that arrived, at a percentile (nearest rank, the higher of two)."""
    times = sorted(a.seconds for _, a in replies if not a.lost)
    if not times:
        return RETRY, replies[0][1].seen
    taken = times[math.ceil(percentile / 100 * len(times)) - 1]
    return (PASS if taken < limit else FAIL), f"{taken:.2f} s"


def base_endpoint(smoke: Smoke) -> Case:
    """The base path must answer."""
    look = every(lambda _, a: good_if(OK <= a.status < 400, a.seen))  # noqa: PLR2004  errors begin there
    needs = {Request(smoke.base_path or "/"): FEW}
    skip = "" if smoke.base_path else "not asked: no base_path in services.toml"
    return Case("base endpoint", "HTTP 200 to 399", look, needs, skip)
