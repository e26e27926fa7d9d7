"""Judges a service's answers: do they come from our release, and are they right?

Pure: the answers come from http_probe.py. A transport error is not evidence against a release, but asks for another
try. Another commit's SHA is final, except the previous release's SHA in a round in which ours answers too.

The checks are imported only where a suite is made, since all steps use the results but few make the checks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from landfall import commit
from landfall.model import UNKNOWN, Verdict, failed, passed, wait
from landfall.settings import Limits
from landfall.settings.smoke import LONGEST_PAUSE, WARMING_SECONDS, Smoke
from landfall.smoke.case import FAIL, RETRY, Case, Check
from landfall.smoke.http_answers import Answers, Request, Round
from landfall.smoke.sampling import ROUNDS, Sampling

VERSION = "version"
"""The check that can't be switched off, since it is part of the proof (law 1)."""
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
PER_TASK = 3
"""Version requests for each task. With three on average, a task gets none in 5 of 100 rounds (e^-3)."""


def round_of(smoke: Smoke, base_url: str, tasks: int = 1, rounds: int = ROUNDS) -> Round:
    """Return a round of requests for a service with `tasks` tasks, if there are at most `rounds` rounds."""
    wanted = requests(smoke, base_url, tasks, rounds)
    sampling = Sampling(smoke.error_rate, rounds)
    return Round(wanted, _warm_up(smoke, wanted, tasks), smoke.requests_per_second, sampling)


def requests(smoke: Smoke, base_url: str, tasks: int = 1, rounds: int = ROUNDS) -> dict[Request, int]:
    """Return each request that the checks need, and how often. Checks share requests.

    Version requests grow with the number of tasks, as far as a round has room. The others don't: the load balancer's
    own checks find a sick task, and the sample that finds an error rate doesn't depend on the number of tasks.
    """
    times = smoke.identity_requests or Sampling(smoke.error_rate, rounds).size
    wanted: dict[Request, int] = {}
    for case in _suite(smoke, base_url, "", times):
        for request, needed in case.requests.items():
            wanted[request] = max(needed, wanted.get(request, 0))
    if smoke.identity_requests is None:
        room = smoke.most_requests - sum(wanted.values())
        wanted[Request(smoke.version_path)] += max(0, min(PER_TASK * tasks - times, room))
    return wanted


def _warm_up(smoke: Smoke, wanted: Mapping[Request, int], tasks: int) -> dict[Request, int]:
    """Return the requests of the warm-up: each sampled or timed request once per task, as far as there is time."""
    from landfall.smoke import own_checks

    timed = (own_checks.request(check) for check in smoke.checks if check.max_seconds is not None)
    sampled = (Request(path) for path in (smoke.version_path, smoke.live_path, smoke.ready_path))
    cold = [request for request in dict.fromkeys((*sampled, *timed)) if request in wanted]
    times = max(1, min(tasks, WARMING_SECONDS * smoke.requests_per_second // len(cold)))
    return dict.fromkeys(cold, times)


def checks(answers: Answers, expected_sha: str, smoke: Smoke, before: str = UNKNOWN) -> tuple[Check, ...]:
    """Judge each check. With `expected_sha` UNKNOWN the version check is skipped, and says so.

    `before` is the commit that ran before the update.
    """
    return tuple(case.judged(answers) for case in _suite(smoke, answers.base_url, expected_sha, before=before))


def schema_checks(answers: Answers, smoke: Smoke, path: str, expected: str) -> tuple[Check, ...]:
    """Compare the version of the database's schema; no check where `expected` is empty."""
    from landfall.smoke import schema_version

    return (schema_version.check(answers, smoke, path, expected),) if expected else ()


def assess(results: tuple[Check, ...], allowed: Mapping[str, str], limits: Limits, pause: int = 0) -> Verdict:
    """Return the verdict of all checks. `allowed` is the baseline's result before the update: no worse is good enough.

    A check that failed before may fail again or get no answer. A check without an answer before may get none again, but
    not fail. The next round comes after `pause` seconds if the service asked for a pause, at most LONGEST_PAUSE.
    """
    bad = [c for c in results if c.state == FAIL and allowed.get(c.name) != FAIL]
    if bad:
        return failed("SMOKE_FAILED", "; ".join(f"{c.name}: expected {c.expected}, got {c.seen}" for c in bad))
    lost = [c for c in results if c.state == RETRY and allowed.get(c.name) not in (FAIL, RETRY)]
    if lost:
        text = "; ".join(f"{c.name}: {c.seen}" for c in lost)
        after = max(limits.smoke_interval_seconds, min(pause, LONGEST_PAUSE))
        return wait("SMOKE_UNANSWERED", f"no answer that proves anything: {text}", after)
    done = ", ".join(f"{c.name} {c.state}" for c in results)
    return passed("SMOKE_PASSED", done)


def served_sha(answers: Answers, smoke: Smoke) -> str:
    """Return the SHA of all version answers of the service itself; UNKNOWN if they differ."""
    from landfall.smoke import service_checks

    asked = answers.of(Request(smoke.version_path))
    served = {service_checks.sha(a, smoke) for a in asked if not a.is_error and not a.cached}
    return UNKNOWN if UNKNOWN in served else commit.agreed(served) or UNKNOWN


def _suite(smoke: Smoke, base_url: str, expected_sha: str, times: int = 1, before: str = UNKNOWN) -> tuple[Case, ...]:
    from landfall.smoke import own_checks, service_checks, surface_checks

    cases = (
        service_checks.version(smoke, expected_sha, times, before),
        service_checks.liveness(smoke, times),
        service_checks.readiness(smoke, times),
        surface_checks.https_only(smoke, base_url),
        surface_checks.authentication(smoke),
        surface_checks.cors(smoke),
        surface_checks.security_headers(smoke),
        service_checks.response_time(smoke, times),
        surface_checks.error_bodies(smoke),
        service_checks.base_endpoint(smoke),
        *(own_checks.case(check) for check in smoke.checks),
    )
    return tuple(replace(c, skip=OFF, needs={}) if c.name in smoke.skip else c for c in cases)
