"""The checks of the service itself: which commit it serves, whether it lives, is ready, is quick, has a front door."""

from __future__ import annotations

import math
from collections.abc import Sequence

from landfall.answers import Answer, Request
from landfall.model import UNKNOWN
from landfall.settings.smoke import Smoke
from landfall.smoke.case import FAIL, PASS, RETRY, Case, Reply, Seen, every, good_if, worst

OK = 200


def version(smoke: Smoke, expected_sha: str) -> Case:
    """Every answer serves our commit. One of another commit is final, whatever became of the others."""

    def judge(replies: Sequence[Reply]) -> Seen:
        state, seen = every(lambda _, a: good_if(sha(a) == expected_sha, f"gitSha {sha(a)} ({a.seen})"))(replies)
        return state, (f"{len(replies)} of {len(replies)} answers" if state == PASS else seen)

    skip = "not judged: no SHA is known" if expected_sha == UNKNOWN else ""
    needs = {Request(smoke.version_path): smoke.identity_requests}
    return Case("version", "our gitSha" if skip else f"gitSha {expected_sha}", judge, needs, skip)


def sha(answer: Answer) -> str:
    """Return the SHA that an answer serves."""
    found = answer.value("gitSha") if answer.status == OK else None
    return found if isinstance(found, str) and found else UNKNOWN


def liveness(smoke: Smoke) -> Case:
    """It lives."""
    needs = {Request(smoke.live_path): smoke.identity_requests}
    return Case("liveness", "HTTP 200", every(lambda _, a: good_if(a.status == OK, a.seen)), needs)


def readiness(smoke: Smoke) -> Case:
    """It is ready, its database connected.

    Readiness answers 503 by itself when its database is gone, so a 503 with its JSON is no transport error.
    """

    def look(answer: Answer) -> Seen:
        database = answer.value("database")
        if answer.error or (answer.lost and database is None):
            return RETRY, answer.seen
        return good_if(answer.status == OK and database == "connected", f"{answer.seen}, database {database}")

    needs = {Request(smoke.ready_path): smoke.identity_requests}
    return Case("readiness", "HTTP 200, database connected", lambda r: worst([look(a) for _, a in r]), needs)


def response_time(smoke: Smoke) -> Case:
    """It is quick, by the median: one slow answer among several is noise."""
    limit = smoke.max_response_seconds
    needs = {Request(smoke.version_path): smoke.identity_requests}
    return Case("response time", f"under {limit:g} s", lambda r: in_time(r, limit, 50), needs)


def in_time(replies: Sequence[Reply], limit: float, percentile: int) -> Seen:
    """Judge how long the answers took that arrived: at the percentile, of several the higher (nearest rank)."""
    times = sorted(a.seconds for _, a in replies if not a.lost)
    if not times:
        return RETRY, replies[0][1].seen
    taken = times[math.ceil(percentile / 100 * len(times)) - 1]
    return (PASS if taken < limit else FAIL), f"{taken:.2f} s"


def base_endpoint(smoke: Smoke) -> Case:
    """Its front door answers."""
    look = every(lambda _, a: good_if(OK <= a.status < 400, a.seen))  # noqa: PLR2004  errors begin there
    needs = {Request(smoke.base_path or "/"): 1}
    skip = "" if smoke.base_path else "not asked: no base_path in services.toml"
    return Case("base endpoint", "HTTP 200 to 399", look, needs, skip)
