"""The way back: to the very bytes that ran before, or, where that can't be, loudly to a person."""

from __future__ import annotations

from typing import Any

import pytest

from cli.deployments.running_execution import Ending
from cli.exits import Exit
from local.stage.inbox import Inbox
from local.stage.landfall_stage import Stage, commit
from tests.e2e import by_hand, laws
from tests.e2e.command import watched
from tests.e2e.pushing import pushed

pytestmark = pytest.mark.e2e

STALE = commit("written into the task definition by hand, long ago")


@pytest.fixture(scope="module")
def tagged(stage: Stage) -> str:
    """Run the service `tagged` the bad old way: `:latest`, a GIT_SHA by hand, and a tag that has moved since.

    Returns the digest that runs.
    """
    ecr = stage.aws.client("ecr")
    ecr.put_image_tag_mutability(repositoryName="landfall/tagged", imageTagMutability="MUTABLE")
    runs = stage.push("tagged", commit("tagged as latest, first"), tag="latest")
    uri = ecr.describe_repositories(repositoryNames=["landfall/tagged"])["repositories"][0]["repositoryUri"]
    template = stage.ecs.describe_task_definition(taskDefinition="landfall-tagged")["taskDefinition"]
    container = {**template["containerDefinitions"][0], "image": f"{uri}:latest"}
    container["environment"] = [{"name": "GIT_SHA", "value": STALE}, {"name": "NODE_ENV", "value": "drill"}]
    revision = by_hand.registered(stage, "landfall-tagged", containerDefinitions=[container])
    by_hand.deployed(stage, "tagged", revision, desiredCount=2)
    moved = stage.push("tagged", commit("tagged as latest, second"), tag="latest")
    assert moved != runs
    return runs


def environment(stage: Stage, revision: str) -> dict[str, str]:
    """Return the environment of the revision's container."""
    described = stage.ecs.describe_task_definition(taskDefinition=revision)["taskDefinition"]
    return {e["name"]: e["value"] for e in described["containerDefinitions"][0]["environment"]}


def running_digests(stage: Stage, service: str) -> set[str]:
    """Return the digests that the service's tasks run."""
    return {c["imageDigest"] for t in laws.running(stage, service) for c in t["containers"]}


def test_going_back_starts_the_bytes_that_ran(stage: Stage, tagged: str) -> None:
    """A baseline pinned by a tag that has moved since: a rollback by tag would start bytes nobody has ever run."""
    assert running_digests(stage, "tagged") == {tagged}

    ending = pushed(stage, "tagged", "bad", fault="crash-on-start")

    laws.hold(stage, ending, "tagged", "ROLLED_BACK")
    assert running_digests(stage, "tagged") == {tagged}
    restored = stage.service("tagged")["taskDefinition"]
    assert restored == ending.record["restored_to"] != ending.record["baseline_task_definition"]
    described = stage.ecs.describe_task_definition(taskDefinition=restored)["taskDefinition"]
    assert described["containerDefinitions"][0]["image"].endswith(f"@{tagged}")
    assert stage.live("tagged")["gitSha"] == STALE  # no worse than before, and no better


@pytest.mark.long  # tests/steps/test_changes.py and tests/unit/change have what a revision is made of
def test_a_release_serves_its_own_commit(stage: Stage, tagged: str) -> None:
    """GIT_SHA in the old task definition would override the one baked in the image; the rest of it is kept.

    And its revision can be traced.
    """
    ending = pushed(stage, "tagged", "good")

    laws.hold(stage, ending, "tagged", "SUCCEEDED")
    given = environment(stage, ending.record["task_definition"])
    assert "GIT_SHA" not in given
    assert given["NODE_ENV"] == "drill"
    assert given["IMAGE_DIGEST"] == ending.record["image_digest"]
    assert given["DEPLOYED_GIT_SHA"] == ending.record["git_sha"]
    assert stage.live("tagged")["deployedAt"] == given["DEPLOYED_AT"]
    traced(stage, ending)


def traced(stage: Stage, ending: Ending) -> None:
    """Assert that from a revision alone one can tell the commit, the digest and the deployment (R9, N3)."""
    tags: list[dict[str, Any]] = stage.ecs.describe_task_definition(
        taskDefinition=ending.record["task_definition"], include=["TAGS"]
    )["tags"]

    assert {t["key"]: t["value"] for t in tags if t["key"].startswith("landfall:")} == {
        "landfall:git-sha": ending.record["git_sha"],
        "landfall:image-digest": ending.record["image_digest"],
        "landfall:deployment": ending.record["deployment_id"],
        "landfall:role": "release",
    }


# tests/campaigns/torture/scenarios/5-way-back.toml has it, with what is told; tests/steps/test_telling.py has the page
@pytest.mark.long
def test_a_rollback_that_fails_pages(stage: Stage, inbox: Inbox) -> None:
    """The baseline's image is gone from the registry: nobody is told that all is well."""
    good = pushed(stage, "broken", "good")
    laws.hold(stage, good, "broken", "SUCCEEDED")
    digest = good.record["image_digest"]
    stage.aws.client("ecr").batch_delete_image(repositoryName="landfall/broken", imageIds=[{"imageDigest": digest}])

    ending = pushed(stage, "broken", "bad", fault="crash-on-start")

    laws.hold(stage, ending, "broken", "ROLLBACK_FAILED")
    assert watched(stage, ending) == Exit.ROLLBACK_FAILED
    assert "then:" in ending.cause
    page = next(m for m in inbox.messages(at_least=1) if m.attributes.get("outcome") == "ROLLBACK_FAILED")
    assert page.attributes["severity"] == "page"
    assert stage.live("broken")["gitSha"] == good.record["git_sha"]  # the old tasks were never stopped


@pytest.mark.long  # tests/steps/test_preflight.py has it on moto
def test_a_release_whose_way_back_is_closed_is_not_begun(stage: Stage) -> None:
    """The image that runs is gone from the registry: a failure could not be taken back, so nothing is touched."""
    good = pushed(stage, "hotfix", "good")
    image = {"imageDigest": good.record["image_digest"]}
    ecr = stage.aws.client("ecr")
    kept = ecr.batch_get_image(repositoryName="landfall/hotfix", imageIds=[image])["images"][0]["imageManifest"]
    ecr.batch_delete_image(repositoryName="landfall/hotfix", imageIds=[image])
    before = laws.untouched(stage, "hotfix")

    ending = pushed(stage, "hotfix", "next")

    laws.hold(stage, ending, "hotfix", "REJECTED")
    assert good.record["image_digest"] in ending.cause
    assert "way_back" in ending.cause
    assert laws.untouched(stage, "hotfix") == before
    ecr.put_image(repositoryName="landfall/hotfix", imageManifest=kept, imageTag="kept")


@pytest.mark.long  # tests/steps/test_last_proven.py has it, and all its turns, on moto
def test_a_rollback_goes_to_the_last_proven_release(stage: Stage) -> None:
    """Somebody deployed by hand what was never proven: a release that fails goes back past it, and says so."""
    proven = pushed(stage, "hotfix", "proven")
    laws.hold(stage, proven, "hotfix", "SUCCEEDED")
    revision = by_hand.registered(stage, proven.record["task_definition"])
    by_hand.deployed(stage, "hotfix", revision)

    ending = pushed(stage, "hotfix", "bad", fault="crash-on-start")

    laws.hold(stage, ending, "hotfix", "ROLLED_BACK")
    assert ending.record["baseline_task_definition"] == revision
    assert ending.record["restored_to"] == proven.record["task_definition"] == stage.service("hotfix")["taskDefinition"]
    assert "last proven release" in laws.report_of(stage, ending)["baseline"]["restores"]
