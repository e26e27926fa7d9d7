"""Cases from public bug reports that take AWS."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest

from tests.steps import machine, standin
from tests.steps.site import Site
from tests.support import builders as b

GONE = f"sha256:{'d' * 64}"


def verdict() -> Any:
    """Invoke Preflight for a release."""
    return machine.invoke("preflight", {"release": asdict(b.release())})["verdict"]


def group() -> str:
    """Return the service's target group."""
    return str(standin.service_of().load_balancers[0]["targetGroupArn"])


@pytest.mark.parametrize("registry", ["ghcr.io", "docker.io"])
def test_br_09_the_image_that_runs_is_of_another_registry(registry: str, site: Site) -> None:
    """A namesake elsewhere is not in our repository, and need not be."""
    standin.make_service(image=f"{registry}/{standin.REPOSITORY}@{GONE}")
    assert verdict()["code"] == "READY"


def test_br_07_a_health_port_that_is_not_mapped(site: Site) -> None:
    """In awsvpc a port need not be mapped to be reached (aws-cdk 13524)."""
    standin.make_service(container={"portMappings": [{"containerPort": 8080}]})
    standin.client("elbv2").modify_target_group(TargetGroupArn=group(), HealthCheckPort="8081")
    assert verdict()["code"] == "READY"


def test_br_10_a_secret_of_another_region(site: Site) -> None:
    """A revision may name it; this step may not look there, and so knows nothing of it."""
    arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:orders-db-AbCdEf"
    standin.make_service(container={"secrets": [{"name": "DB", "valueFrom": arn}]})
    assert verdict()["code"] == "READY"


def test_br_03_a_target_group_that_is_shared(live: str, site: Site) -> None:
    """What the proof can't hold of before can't be proven after: nothing is touched."""
    standin.client("elbv2").register_targets(TargetGroupArn=group(), Targets=[{"Id": "10.9.9.9", "Port": 8080}])
    assert verdict()["state"] != "PASS"


def test_br_01_another_container_of_the_released_image(site: Site) -> None:
    """It gets the release too, and is judged; or nothing is touched."""
    old = f"{{}}/{standin.REPOSITORY}@{b.OLD_DIGEST}".format("123456789012.dkr.ecr.us-east-1.amazonaws.com")
    standin.make_service(image=old)
    ecs, digest = standin.client("ecs"), standin.push(b.SHA)
    app = ecs.describe_task_definition(taskDefinition=standin.service_of().task_definition)["taskDefinition"][
        "containerDefinitions"
    ][0]
    migrate = {"name": "migrate", "image": old, "essential": False, "memory": 64, "command": ["migrate"]}
    revision = ecs.register_task_definition(
        family="sample",
        networkMode="awsvpc",
        requiresCompatibilities=["FARGATE"],
        cpu="256",
        memory="512",
        containerDefinitions=[app, migrate],
    )["taskDefinition"]["taskDefinitionArn"]
    standin.service_of().task_definition = revision
    standin.roll_out("sample", b.OLD_DIGEST)
    release = b.release(
        image_digest=digest,
        accepted_digests=(digest,),
        image=f"123456789012.dkr.ecr.us-east-1.amazonaws.com/{standin.REPOSITORY}@{digest}",
    )
    looked = machine.invoke("preflight", {"release": asdict(release)})
    if looked["verdict"]["state"] == "FAIL":
        return
    standin.open_record(release)
    made = machine.invoke("register_task_definition", {"release": asdict(release), "baseline": looked["baseline"]})[
        "deployment"
    ]
    images = {
        c["name"]: c["image"]
        for c in ecs.describe_task_definition(taskDefinition=made["task_definition"])["taskDefinition"][
            "containerDefinitions"
        ]
    }
    assert images["migrate"] == images["app"]
    assert set(made["digests"]) >= {"app", "migrate"}
