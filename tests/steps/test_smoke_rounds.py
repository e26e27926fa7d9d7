"""The round that SmokeTest and Preflight make: sized by the tasks, and patient where the service asks for it."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict

from landfall.settings.smoke import Smoke
from tests.steps import machine
from tests.steps.site import Site
from tests.support import builders as b

SAMPLED = 5
"""What tests/support/services_toml.py sets as identity_requests."""


def _versions(site: Site) -> int:
    return Counter(each["path"] for each in site.asked)[Smoke.version_path]


def test_each_task_is_warmed_up(live: str, site: Site) -> None:
    """The version is asked once for each task before the judged requests, by both steps that ask."""
    machine.invoke("preflight", {"release": asdict(b.release())})
    assert _versions(site) == 2 + SAMPLED
    site.asked.clear()
    judged = b.judged(baseline=b.baseline(base_url=site.url), deployment=b.deployment(desired_count=7))
    machine.invoke("smoke_test", asdict(judged))
    assert _versions(site) == 7 + SAMPLED


def test_no_cache_is_asked(live: str, site: Site) -> None:
    """Every request says that a stored answer will not do."""
    machine.invoke("smoke_test", asdict(b.judged(baseline=b.baseline(base_url=site.url))))
    assert {(each.get("Cache-Control"), each.get("Pragma")) for each in site.asked} == {("no-cache", "no-cache")}


def test_a_throttle_is_waited_out(live: str, site: Site) -> None:
    """A service that answers 429 is no bad release: it is asked again, when it wants to be."""
    site.status, site.headers = 429, {"Retry-After": "25"}
    verdict = machine.invoke("smoke_test", asdict(b.judged(baseline=b.baseline(base_url=site.url))))["verdict"]
    assert (verdict["state"], verdict["code"], verdict["retry_after"]) == ("WAIT", "SMOKE_UNANSWERED", 25)
