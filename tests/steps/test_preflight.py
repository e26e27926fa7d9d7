"""Preflight: looks at everything, changes nothing, and remembers what ran."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from landfall.settings import Limits
from tests.steps import machine, standin
from tests.steps.shared.preflighted import preflight
from tests.steps.site import Site
from tests.support import builders as b

CHECKS = {
    "version": "PASS",
    "liveness": "PASS",
    "readiness": "PASS",
    "https only": "SKIP",
    "authentication": "SKIP",
    "cors": "SKIP",
    "security headers": "SKIP",
    "response time": "PASS",
    "error bodies": "SKIP",  # every path of the stand-in answers 200
    "base endpoint": "SKIP",
}


def test_ready(live: str, site: Site) -> None:
    """A service that can be deployed to is READY, with all of its baseline."""
    answer = preflight()
    assert (answer["verdict"]["state"], answer["verdict"]["code"]) == ("PASS", "READY")
    assert answer["baseline"] == {
        "task_definition": live,
        "digests": {"app": b.OLD_DIGEST},
        "git_sha": b.OLD_SHA,
        "desired_count": 2,
        "healthy_targets": 2,
        "base_url": site.url,
        "checks": CHECKS,
        "restore_to": None,
        "restores": "",
        "accepted": {},
        "proven_sha": "",
        "ecs_deployment": answer["baseline"]["ecs_deployment"],
        "warnings": [],
        "dead_targets": [],
        "unhealthy_tasks": 0,
        "lingers": False,
    }


def test_baseline_that_is_not_well(live: str, site: Site) -> None:
    """What the baseline failed before the update is remembered: it need not be better afterwards."""
    site.database = "disconnected"
    assert preflight()["baseline"]["checks"]["readiness"] == "FAIL"


def test_baseline_without_a_sha(live: str, site: Site) -> None:
    """A baseline that serves no SHA is UNKNOWN, and later not asked for one."""
    site.status = 404
    baseline = preflight()["baseline"]
    assert (baseline["git_sha"], baseline["checks"]["version"]) == ("UNKNOWN", "SKIP")


def test_already_live(live: str, site: Site) -> None:
    """The digest that runs already, serving its SHA, is NO_CHANGE, by the same proof as after an update."""
    release = {"image_digest": b.OLD_DIGEST, "accepted_digests": (b.OLD_DIGEST,), "git_sha": b.OLD_SHA}
    assert preflight(**release)["verdict"]["code"] == "ALREADY_LIVE"
    site.sha = b.SHA
    assert preflight(**release)["verdict"]["code"] == "READY"


def test_already_live_is_the_revision_that_is_gone_back_to(live: str, site: Site) -> None:
    """The same bytes in another revision, with another environment say, are not what a rollback asked for."""
    release = {"image_digest": b.OLD_DIGEST, "accepted_digests": (b.OLD_DIGEST,), "git_sha": b.OLD_SHA}
    assert preflight(**release, revision=live)["verdict"]["code"] == "ALREADY_LIVE"
    assert preflight(**release, revision="sample:77")["verdict"]["code"] == "READY"


def test_already_live_needs_all_of_law_1(live: str, site: Site) -> None:
    """A target that is gone, a task too many, a dead database: then 'live already' is not proven."""
    release = {"image_digest": b.OLD_DIGEST, "accepted_digests": (b.OLD_DIGEST,), "git_sha": b.OLD_SHA}
    extra = standin.start("sample", b.OLD_DIGEST)
    assert preflight(**release)["verdict"]["code"] == "READY"
    extra.last_status = "PENDING"
    assert preflight(**release)["verdict"]["code"] == "READY"
    standin.stop(extra)
    assert preflight(**release)["verdict"]["code"] == "ALREADY_LIVE"
    site.database = "disconnected"
    assert preflight(**release)["verdict"]["code"] == "READY"


def test_already_live_needs_a_pinned_revision(site: Site) -> None:
    """A revision that names its image by tag may start other bytes tomorrow: it is replaced by a pinned one."""
    standin.make_service(image=f"registry/{standin.REPOSITORY}:latest")
    standin.push(digest=b.DIGEST)
    standin.roll_out(digest=b.DIGEST)
    site.sha = b.SHA
    assert preflight()["verdict"]["code"] == "READY"


def test_nothing_runs_yet() -> None:
    """A service at no tasks has a baseline of nothing, and no smoke result."""
    standin.make_service("fresh", desired=0)
    baseline = preflight(service="fresh")["baseline"]
    assert (baseline["desired_count"], baseline["digests"], baseline["checks"]) == (0, {}, {})


def code(**changes: Any) -> str:
    """Return the code of a refusal, which has no baseline."""
    answer = preflight(**changes)
    assert answer["baseline"] is None
    assert answer["verdict"]["state"] == "FAIL"
    return str(answer["verdict"]["code"])


def test_refusals() -> None:
    """What can't be proven is refused before anything is touched (law 3)."""
    assert code() == "SERVICE_NOT_FOUND"
    standin.make_service()
    service = standin.service_of()
    service.deployments[0]["rolloutState"] = "IN_PROGRESS"
    assert code() == "DEPLOYMENT_IN_FLIGHT"
    service.deployments[0]["rolloutState"] = "COMPLETED"
    counts = {key: service.deployments[0][key] for key in ("desiredCount", "runningCount")}
    service.desired_count = 0
    service.deployments[0] |= dict.fromkeys(counts, 0)
    assert code() == "NO_DESIRED_COUNT"
    service.deployments[0] |= counts
    service.desired_count, balancers, service.load_balancers = 2, service.load_balancers, []
    assert code() == "UNSUPPORTED_SERVICE"
    service.load_balancers = balancers
    service.task_definition = standin.register("sample", "x:1", name="web")
    assert code() == "CONTAINER_NOT_FOUND"
    service.status = "INACTIVE"
    assert code() == "SERVICE_NOT_ACTIVE"


def test_refuses_a_way_back_to_unknown_bytes() -> None:
    """Named by tag, and two tasks run different bytes: there is nothing certain to go back to."""
    standin.make_service(image=f"registry/{standin.REPOSITORY}:latest")
    standin.roll_out(digest=b.OLD_DIGEST)
    standin.tasks_of("sample")[0].containers = [{"name": "app", "imageDigest": b.OTHER_DIGEST}]
    assert code() == "WAY_BACK_UNKNOWN"


def test_refuses_a_way_back_to_an_image_that_is_gone(live: str) -> None:
    """A baseline whose image was deleted could not be started again: that is found before the update, not after."""
    standin.client("ecr").batch_delete_image(
        repositoryName=standin.REPOSITORY, imageIds=[{"imageDigest": b.OLD_DIGEST}]
    )
    assert code() == "WAY_BACK_CLOSED"


LAST = Limits.smoke_attempts


def looked(attempt: int, **changes: Any) -> Any:
    """Invoke Preflight for its look of that number, and return the verdict."""
    release = asdict(b.release(**changes))
    return machine.invoke("preflight", {"release": release, "attempt": attempt})


def test_lost_answers_are_asked_again(live: str, site: Site) -> None:
    """A service that does not answer is asked again; at the last look it is taken as it is, and may be mended."""
    site.status = 503
    first, last = looked(1), looked(LAST)
    assert (first["verdict"]["state"], first["verdict"]["code"]) == ("WAIT", "BASELINE_UNANSWERED")
    assert first["verdict"]["retry_after"] == Limits.smoke_interval_seconds
    assert (last["verdict"]["code"], last["baseline"]["checks"]["liveness"]) == ("READY", "RETRY")


def test_stranger_in_the_target_group(live: str) -> None:
    """Another service's target may be on its way out; one that stays is refused before anything is touched."""
    group = standin.service_of().load_balancers[0]["targetGroupArn"]
    standin.client("elbv2").register_targets(TargetGroupArn=group, Targets=[{"Id": "10.9.9.9", "Port": 8080}])
    assert [looked(n)["verdict"]["state"] for n in (1, LAST)] == ["WAIT", "FAIL"]
    verdict = looked(LAST)["verdict"]
    assert verdict["code"] == "FOREIGN_TARGET"
    assert "10.9.9.9:8080" in verdict["reason"]


def test_nobody_waits_for_what_is_refused_anyway(live: str, site: Site) -> None:
    """No answers and a stranger may pass. That the image is gone does not."""
    site.status = 503
    group = standin.service_of().load_balancers[0]["targetGroupArn"]
    standin.client("elbv2").register_targets(TargetGroupArn=group, Targets=[{"Id": "10.9.9.9", "Port": 8080}])
    test_refuses_a_way_back_to_an_image_that_is_gone(live)


def test_look_that_is_not_whole(live: str) -> None:
    """An empty list of deployments is no picture to decide by, until the last look."""
    deployments, standin.service_of().deployments = standin.service_of().deployments, []
    assert [looked(n)["verdict"]["state"] for n in (1, LAST)] == ["WAIT", "FAIL"]
    standin.service_of().deployments = deployments
    assert looked(1)["verdict"]["code"] == "READY"


def test_index_without_the_platform_of_the_tasks(live: str) -> None:
    """Fargate runs it on amd64: ECS would find out when it pulls, after the update."""
    manifests = [{"digest": b.OTHER_DIGEST, "platform": {"os": "linux", "architecture": "arm64"}}]
    manifest = {"schemaVersion": 2, "mediaType": standin.INDEX, "manifests": manifests}
    pushed = standin.client("ecr").put_image(
        repositoryName=standin.REPOSITORY,
        imageManifest=json.dumps(manifest),
        imageManifestMediaType=standin.INDEX,
        imageTag=b.SHA,
    )
    digest = pushed["image"]["imageId"]["imageDigest"]
    index = {"image_digest": digest, "accepted_digests": (digest, b.OTHER_DIGEST)}
    assert code(**index) == "PLATFORM_MISSING"
    assert preflight(image_digest=digest, accepted_digests=(digest,))["verdict"]["code"] == "READY"


def test_service_that_says_nowhere_where_it_answers(site: Site) -> None:
    """Without a base URL in the settings it is the load balancer that says it: a group without one is refused."""
    standin.make_service("balanced")
    assert code(service="balanced") == "NO_ADDRESS"


def test_changes_nothing(live: str) -> None:
    """Preflight only reads: the same service, revision, tasks and count before and after."""
    ecs = standin.client("ecs")
    before = [ecs.list_task_definitions()["taskDefinitionArns"], vars(standin.service_of()).copy()]
    preflight()
    assert [ecs.list_task_definitions()["taskDefinitionArns"], vars(standin.service_of())] == before
