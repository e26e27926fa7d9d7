"""What is refused before anything is touched, and what is ignored without a word."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from cli.deployments.running_execution import Follower
from landfall.partitions import UNKNOWN_SERVICE
from local.stage.landfall_stage import Stage, commit
from tests.e2e import laws

pytestmark = pytest.mark.e2e

SHA = commit("nothing of this commit was ever pushed")
DIGEST = "sha256:" + "0" * 64
REQUESTS: dict[str, tuple[Any, str, tuple[str, ...]]] = {
    "malformed-tag": ({"service": "drills", "image_tag": "final-v3"}, "drills", ("image_tag", "final-v3")),
    "image-not-in-ecr": ({"service": "drills", "image_tag": SHA}, "drills", (SHA, "push it first")),
    "digest-not-in-ecr": ({"service": "drills", "image_digest": DIGEST}, "drills", (DIGEST, "push it")),
    "unknown": ({"service": "nobody", "image_tag": SHA}, UNKNOWN_SERVICE, ("service", "nobody", "drills")),
    "missing-field": ({"image_tag": SHA}, UNKNOWN_SERVICE, ("service is missing", "drills")),
    "extra-field": ({"service": "drills", "image_tag": SHA, "cluster": "x"}, "drills", ("'cluster'",)),
    "neither-tag-nor-digest": ({"service": "drills"}, "drills", ("image_tag", "image_digest")),
    "not-text": ({"service": "drills", "image_tag": 7}, "drills", ("image_tag", "7")),
    "not-an-object": ([], UNKNOWN_SERVICE, ("must be an object",)),
    "no-image-for-a-service-that-exists": ({"service": "bare", "image_tag": SHA}, "bare", (SHA,)),
}
USUAL = ("malformed-tag",)
"""The default run has one: tests/steps/test_resolve.py rejects each of them on moto."""
EACH = [pytest.param(name, id=name, marks=() if name in USUAL else (pytest.mark.long,)) for name in REQUESTS]


@pytest.fixture(scope="module")
def before(stage: Stage) -> tuple[Any, ...]:
    """Return what no bad request may change."""
    return laws.untouched(stage, "drills")


@pytest.fixture(scope="module")
def asked(request: pytest.FixtureRequest, stage: Stage, before: tuple[Any, ...]) -> dict[str, Follower]:
    """Make all the bad requests at once that tests of this run ask for: none waits for another."""
    own = (getattr(item, "callspec", None) for item in request.session.items if item.path == request.path)
    asked_for = {test.params.get("name") for test in own if test}
    return {name: stage.start(document) for name, (document, *_) in REQUESTS.items() if name in asked_for}


@pytest.mark.parametrize("name", EACH)
def test_a_bad_request_is_rejected(
    stage: Stage, before: tuple[Any, ...], asked: dict[str, Follower], name: str
) -> None:
    """The error names the field, the value and the way out; it is in the ledger, and nothing was touched."""
    _, recorded_under, words = REQUESTS[name]

    ending = stage.ended(asked[name], recorded_under)

    laws.hold(stage, ending, recorded_under, "REJECTED")
    assert laws.untouched(stage, "drills") == before
    for word in words:
        assert word in ending.cause


@pytest.mark.long  # tests/steps/test_resolve.py has it on moto
def test_a_tag_and_digest_that_disagree_are_rejected(stage: Stage) -> None:
    """A request that names two different images is not guessed at."""
    sha = commit("broken tag and digest")
    stage.push("broken", sha, tag="one")
    other = stage.push("broken", sha, tag="two", env={"OTHER": "1"})
    ecr = stage.aws.client("ecr")
    first = ecr.describe_images(repositoryName="landfall/broken", imageIds=[{"imageTag": "one"}])["imageDetails"][0]
    assert first["imageDigest"] != other
    released = stage.push("broken", sha, env={"OTHER": "2"})

    ending = stage.ended(stage.start({"service": "broken", "image_tag": sha, "image_digest": other}), "broken")

    laws.hold(stage, ending, "broken", "REJECTED")
    assert released in ending.cause
    assert other in ending.cause


@pytest.mark.long  # tests/steps/test_preflight.py and tests/unit/preflight_checks have it, and every other reason
def test_a_service_that_landfall_cannot_judge_is_rejected(stage: Stage) -> None:
    """Without a target group nobody could say whether its tasks are healthy, so it is not deployed to at all."""
    stage.aws.client("ecr").create_repository(repositoryName="landfall/bare")
    sha = commit("bare")
    stage.push("bare", sha, tag="not-a-release")
    image = stage.push("bare", sha, tag="candidate", env={"X": "1"})
    ecr = stage.aws.client("ecr")
    manifest = ecr.batch_get_image(repositoryName="landfall/bare", imageIds=[{"imageDigest": image}])["images"][0]
    ecr.put_image(repositoryName="landfall/bare", imageManifest=manifest["imageManifest"], imageTag=sha)

    missing = stage.ended(stage.start({"service": "bare", "image_tag": sha}), "bare")
    stage.ecs.create_cluster(clusterName="landfall-bare")
    stage.ecs.register_task_definition(
        family="bare", containerDefinitions=[{"name": "app", "image": "x", "memory": 128, "essential": True}]
    )
    stage.ecs.create_service(cluster="landfall-bare", serviceName="bare", taskDefinition="bare", desiredCount=0)
    unfit = stage.ended(stage.start({"service": "bare", "image_tag": sha}), "bare")

    laws.hold(stage, missing, "bare", "REJECTED")
    assert "does not exist" in missing.cause
    laws.hold(stage, unfit, "bare", "REJECTED")
    assert "awsvpc" in unfit.cause


LONG = pytest.mark.long
"""The last test has a push that is ignored; tests/unit/intake has each reason."""
IGNORED = [
    pytest.param({"repository-name": "somebody/else", "image-tag": SHA}, id="another-repository", marks=LONG),
    pytest.param({"repository-name": "landfall/drills"}, id="untagged-child-manifest", marks=LONG),
    pytest.param({"repository-name": "landfall/drills", "image-tag": "buildcache"}, id="not-a-commit", marks=LONG),
    pytest.param(
        {"repository-name": "landfall/drills", "image-tag": SHA, "action-type": "DELETE"}, id="a-delete", marks=LONG
    ),
]


@pytest.mark.parametrize("detail", IGNORED)
def test_an_event_that_is_no_release_is_ignored(stage: Stage, detail: dict[str, str]) -> None:
    """No record, no report, no alarm: a build cache or an attestation is not somebody's mistake."""
    before = len(stage.records("drills")) + len(stage.records(UNKNOWN_SERVICE))
    event = {
        "source": "aws.ecr",
        "detail-type": "ECR Image Action",
        "detail": {"result": "SUCCESS", "action-type": "PUSH", "image-digest": DIGEST, **detail},
    }

    follower = stage.start(event)
    ending = stage.ended(follower, "drills")

    assert (ending.status, ending.states[-1]) == ("SUCCEEDED", "Ignored")
    assert len(stage.records("drills")) + len(stage.records(UNKNOWN_SERVICE)) == before


def test_a_push_of_a_build_cache_starts_nothing_that_matters(stage: Stage) -> None:
    """The rule's pattern lets a repository's pushes through; what is no release ends as Ignored."""
    arn = stage.pipeline["StateMachineArn"]
    stage.push("broken", commit("cache"), tag="buildcache")
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        for execution in stage.stepfunctions.list_executions(stateMachineArn=arn)["executions"]:
            described = stage.stepfunctions.describe_execution(executionArn=execution["executionArn"])
            if json.loads(described["input"]).get("detail", {}).get("image-tag") == "buildcache" and (
                described["status"] != "RUNNING"
            ):
                assert described["status"] == "SUCCEEDED"
                return
        time.sleep(0.2)
    pytest.fail("the push of a tag that is no commit started no execution, and the rule has no filter on tags")
