"""A service behind a Network Load Balancer: where it is asked, and what is made of what comes back."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from urllib.parse import urlsplit

import pytest

from cli.loopback import free_port
from landfall.smoke import lingering
from tests.steps import machine, standin
from tests.steps.site import Site
from tests.support import builders as b

LAST = 5
"""The look that decides: `smoke_attempts`."""


def preflight(attempt: int = 1, **changes: Any) -> Any:
    """Invoke Preflight for a release of the service whose settings name no address."""
    return machine.invoke(
        "preflight", {"release": asdict(b.release(service="balanced")), "attempt": attempt, **changes}
    )


def make(port: int, protocol: str = "TCP") -> None:
    """Make the service, with one listener on a port of this machine."""
    standin.make_service("balanced", protocol=protocol)
    standin.balance("balanced", "127.0.0.1", port, protocol)


def test_it_is_asked_at_its_listener(site: Site) -> None:
    """The baseline remembers that older tasks may be reached for a while."""
    make(urlsplit(site.url).port or 0)
    answer = preflight()
    assert answer["verdict"]["code"] == "READY"
    assert (answer["baseline"]["base_url"], answer["baseline"]["lingers"]) == (site.url, True)


@pytest.mark.parametrize(("attempt", "state", "code"), [(1, "WAIT", "BASELINE_UNANSWERED"), (LAST, "FAIL", "NO_HTTP")])
def test_what_never_answers_over_http_is_refused(site: Site, attempt: int, state: str, code: str) -> None:
    """It may speak another protocol: every good release would be rolled back. The refusal names the way out."""
    make(free_port())
    verdict = preflight(attempt)["verdict"]
    assert (verdict["state"], verdict["code"]) == (state, code)
    assert state == "WAIT" or "services.balanced.base_url" in verdict["reason"]


def test_what_has_no_healthy_target_is_not_refused(site: Site) -> None:
    """It is down, and a new release is how to fix it."""
    make(free_port())
    group = standin.service_of("balanced").load_balancers[0]["targetGroupArn"]
    elb = standin.client("elbv2")
    for each in elb.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]:
        elb.deregister_targets(TargetGroupArn=group, Targets=[each["Target"]])
    assert preflight(LAST)["verdict"]["code"] == "READY"


@pytest.mark.parametrize("protocol", ["UDP", "TLS"])
def test_what_can_not_be_asked_is_refused(site: Site, protocol: str) -> None:
    """Over UDP there is no HTTP, and no certificate is for the load balancer's own name."""
    make(8443, protocol)
    verdict = preflight()["verdict"]
    assert (verdict["state"], verdict["code"]) == ("FAIL", "NO_ADDRESS")
    assert protocol in verdict["reason"]
    assert "services.balanced.base_url" in verdict["reason"]


def test_instances_are_no_tasks(site: Site) -> None:
    """The group's type is refused before anything is asked of the service."""
    standin.make_service("balanced")
    (group,) = standin.client("elbv2").describe_target_groups(Names=["balanced"])["TargetGroups"]
    standin.target_group(group["TargetGroupArn"]).target_type = "instance"
    verdict = preflight()["verdict"]
    assert verdict["code"] == "UNSUPPORTED_SERVICE"
    assert "'instance'" in verdict["reason"]


@pytest.mark.parametrize(("lingers", "expected"), [(True, "WAIT SMOKE_UNSETTLED"), (False, "FAIL SMOKE_FAILED")])
def test_another_commit_may_be_an_older_task(live: str, site: Site, lingers: bool, expected: str) -> None:
    """Behind a Network Load Balancer it is asked again, after long enough; behind another it is final."""
    site.sha = b.OLD_SHA
    baseline = b.baseline(base_url=site.url, lingers=lingers)
    verdict = machine.invoke("smoke_test", asdict(b.judged(baseline=baseline)))["verdict"]
    assert f"{verdict['state']} {verdict['code']}" == expected
    assert verdict["retry_after"] == (lingering.pause(b.release().limits) if lingers else 1)
