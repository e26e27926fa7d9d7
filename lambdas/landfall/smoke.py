"""Judges what a service answered: is it our release that answers, and does it do so well?

Pure: the answers come from probe.py. A transport error is no evidence against a release, it asks for another
try; a wrong SHA is never tried again.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from landfall.model import UNKNOWN, Verdict, failed, passed, wait
from landfall.settings import Limits, Smoke

GATEWAY_ERRORS = frozenset({502, 503, 504})
"""Answers of a load balancer on behalf of a target that did not answer: transport errors, in other words."""


@dataclass(frozen=True)
class Answer:
    """One HTTP answer, or the `error` that came instead of one."""

    status: int = 0
    body: str = ""
    seconds: float = 0.0
    error: str = ""

    @property
    def lost(self) -> bool:
        """Say whether no answer of the service itself arrived."""
        return bool(self.error) or self.status in GATEWAY_ERRORS

    @property
    def seen(self) -> str:
        """Describe the answer in a few words, without its body."""
        return self.error or f"HTTP {self.status}"


@dataclass(frozen=True)
class Check:
    """One smoke check: PASS, FAIL, SKIP, or RETRY when the answer was lost on the way."""

    name: str
    state: str
    expected: str
    seen: str


@dataclass(frozen=True)
class Answers:
    """All that a round of smoke requests brought back. Each is made several times: one good answer is luck."""

    versions: tuple[Answer, ...]
    live: tuple[Answer, ...]
    ready: tuple[Answer, ...]


def checks(answers: Answers, expected_sha: str, smoke: Smoke) -> tuple[Check, ...]:
    """Judge each check. With `expected_sha` UNKNOWN the version check is skipped, and says so."""
    return (
        _version(answers.versions, expected_sha),
        _status("liveness", answers.live),
        _readiness(answers.ready),
        _response_time(answers.versions, smoke.max_response_seconds),
    )


def assess(results: tuple[Check, ...], allowed: Mapping[str, str], limits: Limits) -> Verdict:
    """Sum the checks up. `allowed` holds what the baseline itself failed before the update: no worse is good."""
    bad = [c for c in results if c.state == "FAIL" and allowed.get(c.name) not in ("FAIL", "RETRY")]
    if bad:
        return failed("SMOKE_FAILED", "; ".join(f"{c.name}: expected {c.expected}, got {c.seen}" for c in bad))
    lost = [c for c in results if c.state == "RETRY" and allowed.get(c.name) != "RETRY"]
    if lost:
        text = "; ".join(f"{c.name}: {c.seen}" for c in lost)
        return wait("SMOKE_UNANSWERED", f"no answer of the service: {text}", limits.smoke_interval_seconds)
    done = ", ".join(f"{c.name} {c.state}" for c in results)
    return passed("SMOKE_PASSED", done)


def served_sha(answers: Answers) -> str:
    """Return the SHA that every version answer that arrived agrees on, else UNKNOWN."""
    served = {_sha(a) for a in answers.versions if not a.lost}
    return served.pop() if len(served) == 1 else UNKNOWN


def _version(answers: tuple[Answer, ...], expected_sha: str) -> Check:
    name = "version"
    if expected_sha == UNKNOWN:
        return Check(name, "SKIP", "no SHA known", "not asked")
    served = [(a, _sha(a)) for a in answers]
    wrong = next(((a, sha) for a, sha in served if not a.lost and sha != expected_sha), None)
    if wrong is not None:
        return Check(name, "FAIL", f"gitSha {expected_sha}", f"gitSha {wrong[1]} ({wrong[0].seen})")
    lost = next((a for a, _ in served if a.lost), None)
    if lost or not served:
        return Check(name, "RETRY", f"gitSha {expected_sha}", lost.seen if lost else "no request made")
    return Check(name, "PASS", f"gitSha {expected_sha}", f"{len(served)} of {len(served)} answers")


def _sha(answer: Answer) -> str:
    sha = _json(answer).get("gitSha")
    return sha if answer.status == 200 and isinstance(sha, str) and sha else UNKNOWN  # noqa: PLR2004


def _status(name: str, answers: tuple[Answer, ...]) -> Check:
    return _streak(name, "HTTP 200", [(a.lost, a.status == 200, a.seen) for a in answers])  # noqa: PLR2004


def _readiness(answers: tuple[Answer, ...]) -> Check:
    """Readiness answers 503 by itself when its database is gone, so a 503 with its JSON is no transport error."""
    told = [(a, _json(a).get("database")) for a in answers]
    return _streak(
        "readiness",
        "HTTP 200, database connected",
        [
            (
                a.lost and database is None,
                a.status == 200 and database == "connected",  # noqa: PLR2004
                f"{a.seen}, database {database}",
            )
            for a, database in told
        ],
    )


def _streak(name: str, expected: str, answers: list[tuple[bool, bool, str]]) -> Check:
    """Judge answers of one endpoint, each lost or not, good or not: it counts as good when all of them are."""
    bad = next((seen for lost, good, seen in answers if not lost and not good), None)
    if bad is not None:
        return Check(name, "FAIL", expected, bad)
    gone = [seen for lost, _, seen in answers if lost]
    if gone or not answers:
        return Check(name, "RETRY", expected, gone[0] if gone else "no request made")
    return Check(name, "PASS", expected, answers[0][2])


def _response_time(answers: tuple[Answer, ...], limit: float) -> Check:
    """Take the median: one slow answer among several is noise."""
    times = [a.seconds for a in answers if not a.lost]
    if not times:
        return Check("response time", "RETRY", f"under {limit:g} s", "no answer")
    median = statistics.median(times)
    return Check("response time", "PASS" if median < limit else "FAIL", f"under {limit:g} s", f"{median:.2f} s")


def _json(answer: Answer) -> dict[str, Any]:
    try:
        body = json.loads(answer.body)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
