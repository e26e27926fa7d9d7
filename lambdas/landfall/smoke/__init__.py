"""Judges what a service answered: is it our release that answers, and does it do so well?

Pure: the answers come from probe.py. A transport error is no evidence against a release, it asks for another
try; a wrong SHA is never tried again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from landfall.answers import Answers, Request
from landfall.model import UNKNOWN, Verdict, failed, passed, wait
from landfall.settings import Limits
from landfall.settings.smoke import Smoke
from landfall.smoke import own, service, surface
from landfall.smoke.case import FAIL, RETRY, Case, Check

VERSION = "version"
"""The check that can't be switched off: without it no release is proven (law 1)."""
NAMES = (
    "liveness",
    "readiness",
    "https only",
    "authentication",
    "cors",
    "security headers",
    "response time",
    "error bodies",
    "base endpoint",
)
"""The other nine."""
OFF = "switched off in services.toml"


def requests(smoke: Smoke, base_url: str) -> dict[Request, int]:
    """Return each request that the checks need, and how often. Checks share requests."""
    wanted: dict[Request, int] = {}
    for case in _suite(smoke, base_url, ""):
        for request, times in case.requests.items():
            wanted[request] = max(times, wanted.get(request, 0))
    return wanted


def checks(answers: Answers, expected_sha: str, smoke: Smoke) -> tuple[Check, ...]:
    """Judge each check. With `expected_sha` UNKNOWN the version check is skipped, and says so."""
    return tuple(case.judged(answers) for case in _suite(smoke, answers.base_url, expected_sha))


def assess(results: tuple[Check, ...], allowed: Mapping[str, str], limits: Limits) -> Verdict:
    """Sum the checks up. `allowed` holds what the baseline itself failed before the update: no worse is good."""
    bad = [c for c in results if c.state == FAIL and allowed.get(c.name) not in (FAIL, RETRY)]
    if bad:
        return failed("SMOKE_FAILED", "; ".join(f"{c.name}: expected {c.expected}, got {c.seen}" for c in bad))
    lost = [c for c in results if c.state == RETRY and allowed.get(c.name) != RETRY]
    if lost:
        text = "; ".join(f"{c.name}: {c.seen}" for c in lost)
        return wait("SMOKE_UNANSWERED", f"no answer of the service: {text}", limits.smoke_interval_seconds)
    done = ", ".join(f"{c.name} {c.state}" for c in results)
    return passed("SMOKE_PASSED", done)


def served_sha(answers: Answers, smoke: Smoke) -> str:
    """Return the SHA that every version answer that arrived agrees on, else UNKNOWN."""
    asked = answers.of(Request(smoke.version_path))
    served = {service.sha(a) for a in asked if not a.lost}
    return served.pop() if len(served) == 1 else UNKNOWN


def _suite(smoke: Smoke, base_url: str, expected_sha: str) -> tuple[Case, ...]:
    cases = (
        service.version(smoke, expected_sha),
        service.liveness(smoke),
        service.readiness(smoke),
        surface.https_only(smoke, base_url),
        surface.authentication(smoke),
        surface.cors(smoke),
        surface.security_headers(smoke),
        service.response_time(smoke),
        surface.error_bodies(smoke),
        service.base_endpoint(smoke),
        *(own.case(check) for check in smoke.checks),
    )
    return tuple(replace(c, skip=OFF, needs={}) if c.name in smoke.skip else c for c in cases)
