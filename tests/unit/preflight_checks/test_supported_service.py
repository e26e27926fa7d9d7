"""Preflight: which services Landfall takes on, and what it remembers of what ran."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from landfall.logs.task_logs import Place
from landfall.model import Release, State
from landfall.preflight_checks import supported_service
from landfall.proof.observed import ServiceView, TaskView, service_view
from landfall.secret import Known, Secret, Unreadable
from landfall.settings import Service
from landfall.settings.smoke import OwnCheck
from tests.support import builders as b

SETTINGS = b.settings_of()
COUNTED = b.settings_of(desired_count=2)
TEMPLATE = {"containerDefinitions": [{"name": "app", "image": "r/x:latest"}, {"name": "agent", "image": "r/a:1"}]}
PINNED = {"containerDefinitions": [{"name": "app", "image": f"r/x@{b.DIGEST}"}, {"name": "agent", "image": "r/a:1"}]}

GOOD = {
    "as it should be": (b.service(), SETTINGS),
    "no tasks, but a count in the settings": (b.service(desired=0), COUNTED),
    "an old deployment draining": (b.service(b.ecs_deployment(), b.ecs_deployment(status="ACTIVE")), SETTINGS),
    "a deployment that failed": (b.service(b.ecs_deployment(rollout_state="FAILED")), SETTINGS),
}


@pytest.mark.parametrize(("service", "settings"), GOOD.values(), ids=GOOD.keys())
def test_supported_service_is_not_refused(service: ServiceView, settings: Service) -> None:
    """A service that Landfall can prove is let through."""
    assert supported_service.refusal(service, settings, b.NOW) is None


REFUSED: dict[str, tuple[ServiceView, str, str]] = {
    "draining": (b.service(status="DRAINING"), "SERVICE_NOT_ACTIVE", "DRAINING"),
    "not awsvpc": (b.service(awsvpc=False), "UNSUPPORTED_SERVICE", "awsvpc"),
    "no target group": (b.service(target_groups=()), "UNSUPPORTED_SERVICE", "no target group"),
    "a classic load balancer too": (b.service(classic_load_balancer=True), "UNSUPPORTED_SERVICE", "no target group"),
    "no tasks and no count": (
        b.service(b.ecs_deployment(desired=0, running=0), desired=0),
        "NO_DESIRED_COUNT",
        "services.sample.desired_count",
    ),
    "being deployed to": (
        b.service(b.ecs_deployment(id=b.OTHER, rollout_state="IN_PROGRESS")),
        "DEPLOYMENT_IN_FLIGHT",
        b.OTHER,
    ),
}


@pytest.mark.parametrize(
    ("place", "part"),
    [(Place("/app", "web", "app"), "log group '/app' does not exist"), (None, "do not write to CloudWatch Logs")],
    ids=["a group that is gone", "no group"],
)
def test_a_gate_on_logs_that_nobody_can_read_is_refused(place: Place | None, part: str) -> None:
    """It would pass every release, and people would think that it looks."""
    verdict = supported_service.unreadable_logs(SETTINGS, place)
    assert (verdict.state, verdict.code) == (State.FAIL, "LOGS_UNREADABLE")
    assert part in verdict.reason
    assert "services.sample.logs.gate" in verdict.reason


def test_an_address_at_which_nothing_speaks_http_is_refused() -> None:
    """No release could be proven there: the refusal names the guessed address, and the setting that replaces it."""
    verdict = supported_service.no_http(SETTINGS, "http://lb.example:5432")
    assert (verdict.state, verdict.code) == (State.FAIL, "NO_HTTP")
    assert verdict.reason.startswith("service 'sample' in cluster 'c': its targets are healthy, but no request to")
    assert "http://lb.example:5432, its Network Load Balancer" in verdict.reason
    assert "set services.sample.base_url" in verdict.reason


def test_a_check_whose_secret_can_not_be_read_is_refused() -> None:
    """It could never be made. The refusal names the check, the secret and why, and nothing of the value."""
    token, other = Secret("token"), Secret("other")
    checks = tuple(OwnCheck(name, "/", send={"X-Key": secret}) for name, secret in (("one", other), ("two", token)))
    settings = b.settings_of(smoke=replace(SETTINGS.smoke, checks=(OwnCheck("none", "/"), *checks)))
    known: Known = {other: "a good secret", token: Unreadable("holds bytes instead of text")}
    verdict = supported_service.unreadable_secret(settings, known)
    assert verdict is not None
    assert verdict.code == "SECRET_UNREADABLE"
    assert "check 'two' sends secret 'token', which holds bytes" in verdict.reason
    assert supported_service.unreadable_secret(settings, {**known, token: "another secret"}) is None


@pytest.mark.parametrize(("service", "code", "part"), REFUSED.values(), ids=REFUSED.keys())
def test_unsupported_service_is_refused(service: ServiceView, code: str, part: str) -> None:
    """What Landfall can't prove it does not touch, and it names the service and what is wrong with it."""
    verdict = supported_service.refusal(service, SETTINGS, b.NOW)
    assert verdict is not None
    assert (verdict.state, verdict.code) == ("FAIL", code)
    assert part in verdict.reason
    assert "service 'sample' in cluster 'c'" in verdict.reason


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        ({"status": "ACTIVE", "desiredCount": 1}, "UNSUPPORTED_SERVICE"),
        ({}, "SERVICE_NOT_ACTIVE"),
        (
            {
                "status": "ACTIVE",
                "desiredCount": 1,
                "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["s"]}},
                "loadBalancers": [{"loadBalancerName": "classic"}],
            },
            "UNSUPPORTED_SERVICE",
        ),
    ],
    ids=["no network configuration", "empty reply", "classic load balancer"],
)
def test_raw_reply_is_refused(reply: dict[str, Any], code: str) -> None:
    """What a reply does not say is not assumed in its favour."""
    verdict = supported_service.refusal(service_view(reply), SETTINGS, b.NOW)
    assert verdict is not None
    assert verdict.code == code


def test_missing_service_is_refused() -> None:
    """A service that ECS does not know is named with its cluster and the table to correct."""
    verdict = supported_service.missing(SETTINGS)
    assert (verdict.state, verdict.code) == ("FAIL", "SERVICE_NOT_FOUND")
    assert "services.sample" in verdict.reason


def test_wrong_container_is_refused() -> None:
    """A container that the task definition lacks would be a release of nothing."""
    verdict = supported_service.wrong_container(TEMPLATE, b.settings_of(container="web"))
    assert verdict is not None
    assert verdict.code == "CONTAINER_NOT_FOUND"
    assert "'web'" in verdict.reason
    assert "app, agent" in verdict.reason
    assert supported_service.wrong_container(TEMPLATE, SETTINGS) is None


OTHER = {"containerDefinitions": [{"name": "app", "image": "r/x:2"}, {"name": "worker-v1", "image": "r/x:1"}]}
KEPT = b.settings_of(keep_image=("worker-v1",))
GOING_BACK = b.release(revision=b.OLD_REVISION)


def test_another_image_of_the_repository_is_refused_by_name() -> None:
    """A container that a release would leave behind is named, with its image and both ways out."""
    verdict = supported_service.other_images(OTHER, SETTINGS, b.release())
    assert verdict is not None
    assert verdict.code == "OTHER_IMAGE"
    assert "'worker-v1' (1)" in verdict.reason
    assert "services.sample.keep_image" in verdict.reason


@pytest.mark.parametrize(("settings", "release"), [(KEPT, b.release()), (SETTINGS, GOING_BACK)])
def test_another_image_is_let_be_where_it_is_meant(settings: Service, release: Release) -> None:
    """The settings say so; or it is gone back to a revision that was proven as it is."""
    assert supported_service.other_images(OTHER, settings, release) is None


def two(one: str, other: str, **changes: Any) -> tuple[TaskView, TaskView]:
    """Return two tasks that run these digests."""
    return (
        b.task(1, containers=(b.container(image_digest=one),)),
        b.task(2, **{"containers": (b.container(image_digest=other),), **changes}),
    )


DIGESTS = {
    "all agree": (two(b.DIGEST, b.DIGEST), {"app": b.DIGEST}),
    "they disagree": (two(b.DIGEST, b.OLD_DIGEST), {}),
    "one does not report": (two(b.DIGEST, ""), {}),
    "one is stopping": (two(b.DIGEST, b.OLD_DIGEST, desired_status="STOPPED"), {"app": b.DIGEST}),
    "one is starting": (two(b.DIGEST, "", last_status="PENDING"), {"app": b.DIGEST}),
    "none runs": ((), {}),
    "containers that AWS adds": (
        tuple(
            b.task(n, containers=(b.container(), b.container(name=f"aws-guardduty-agent-{n}", image_digest="g")))
            for n in (1, 2)
        ),
        {"app": b.DIGEST},
    ),
}


@pytest.mark.parametrize(("tasks", "digests"), DIGESTS.values(), ids=DIGESTS.keys())
def test_running_digests(tasks: tuple[TaskView, ...], digests: dict[str, str]) -> None:
    """The baseline's bytes are what its running tasks agree on, of the containers it names itself."""
    assert supported_service.running_digests(tasks, TEMPLATE) == digests


WAYS_BACK = {
    "by tag, known": (TEMPLATE, two(b.DIGEST, b.DIGEST), True),
    "by tag, tasks disagree": (TEMPLATE, two(b.DIGEST, b.OLD_DIGEST), False),
    "by tag, not reported": (TEMPLATE, two(b.DIGEST, ""), False),
    "by tag, nothing runs": (TEMPLATE, (), True),
    "by digest, not reported": (PINNED, two(b.DIGEST, ""), True),
}


@pytest.mark.parametrize(("template", "tasks", "is_open"), WAYS_BACK.values(), ids=WAYS_BACK.keys())
def test_way_back_must_be_open(template: dict[str, Any], tasks: tuple[TaskView, ...], is_open: bool) -> None:
    """If the running image could not be restored, the service is not touched (laws 2 and 3)."""
    verdict = supported_service.no_way_back(
        template, tasks, supported_service.running_digests(tasks, template), SETTINGS
    )
    assert (verdict is None) is is_open
    assert verdict is None or "'app' by tag" in verdict.reason
