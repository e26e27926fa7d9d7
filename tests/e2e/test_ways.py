"""Every way through the real state machine, on the local AWS: real images, real containers, real HTTP."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from cli.deployments.running_execution import Ending
from cli.exits import Exit
from local.stage.inbox import Inbox
from local.stage.landfall_stage import Stage, commit
from local.stage.load import Load
from tests.e2e import laws
from tests.e2e.command import watched
from tests.e2e.pushing import pushed, rolling_out, taken_over

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def landed(stage: Stage) -> Ending:
    """Return the landing of a first release on the service `landing`."""
    return pushed(stage, "landing", "one")


@pytest.fixture(scope="module")
def drilled(stage: Stage, inbox: Inbox) -> Ending:
    """Return the landing of the release that the drills fall back to."""
    return pushed(stage, "drills", "good")


def test_a_push_lands_on_a_service_with_no_tasks(stage: Stage, landed: Ending) -> None:
    """The first release raises the service from nothing and is proven, started by nothing but the push."""
    laws.hold(stage, landed, "landing", "SUCCEEDED")
    assert landed.record["requested_by"] == "ECR push"
    assert laws.report_of(stage, landed)["deployment"]["digests"] == {"app": [landed.record["image_digest"]]}


def test_the_live_release_is_proven_again_without_a_change(stage: Stage, landed: Ending) -> None:
    """Started as from the console for what is live already: NO_CHANGE, and ECS has not been touched."""
    before = laws.untouched(stage, "landing")
    request = {"service": "landing", "image_tag": landed.record["git_sha"], "requested_by": "somebody"}

    ending = stage.ended(stage.start(request), "landing")

    laws.hold(stage, ending, "landing", "NO_CHANGE")
    assert laws.untouched(stage, "landing") == before


# The demo replaces releases under such a load, and is part of CI; tests/steps/test_resolve.py has the digest.
@pytest.mark.long
def test_a_release_by_hand_replaces_the_one_before(stage: Stage, landed: Ending) -> None:
    """Started as from the console, by digest: the release lands, and no client notices."""
    sha = commit("landing by hand")
    digest = stage.push("landing", sha, tag="candidate")  # not a commit's tag: this push is no release
    described = stage.aws.client("ecr")
    manifest = described.batch_get_image(repositoryName="landfall/landing", imageIds=[{"imageDigest": digest}])[
        "images"
    ]
    before = datetime.now(UTC)
    described.put_image(repositoryName="landfall/landing", imageManifest=manifest[0]["imageManifest"], imageTag=sha)
    with load(stage, "landing") as watched:
        ending = stage.ended(stage.started_by_push("landing", sha, before), "landing")

    laws.hold(stage, ending, "landing", "SUCCEEDED")
    assert not watched.samples.failed
    assert not watched.samples.dips()
    again = stage.ended(stage.start({"service": "landing", "image_digest": digest}), "landing")
    laws.hold(stage, again, "landing", "NO_CHANGE")


def load(stage: Stage, service: str) -> Load:
    """Return a client that asks a service more than ten times a second."""
    url = f"{stage.fronts[service].url}/api/v1/version"
    return Load(url, stage.aws.ca_bundle, lambda: stage.healthy_and_desired(service))


DRILLS = [
    pytest.param("crash-on-start", ("'app'", "exited with code 3"), id="crash-on-start"),
    pytest.param("unhealthy", ("health check",), id="unhealthy"),
    pytest.param("wrong-sha", ("version", "gitSha"), id="wrong-sha"),
]


# The demo has the three, with clients that must not notice, and is part of CI; test_cli.py asks of one what is asked
# here.
@pytest.mark.long
@pytest.mark.parametrize(("fault", "words"), DRILLS)
def test_a_bad_release_is_rolled_back(
    stage: Stage, drilled: Ending, inbox: Inbox, fault: str, words: tuple[str, ...]
) -> None:
    """A bad release goes, the one before is proven again, nobody noticed, and the cause says why in plain words."""
    told = len(inbox.messages())
    with load(stage, "drills") as watched:
        ending = pushed(stage, "drills", fault, fault=fault)

    laws.hold(stage, ending, "drills", "ROLLED_BACK")
    laws.law_1(stage, "drills", digest=drilled.record["image_digest"], sha=drilled.record["git_sha"])
    assert not watched.samples.failed
    assert not watched.samples.dips()
    message = inbox.messages(at_least=told + 1, seconds=60)[-1]
    said = (ending.cause, json.dumps([e.verdict for e in ending.events]), message.body)
    for word in words:
        assert all(word in text for text in said), (word, said[0])
    laws.told_of_a_rollback(message, ending.record, live=drilled.record["git_sha"])
    failed = stage.ecs.describe_task_definition(taskDefinition=ending.record["task_definition"])["taskDefinition"]
    assert failed["status"] == "INACTIVE"


def test_a_failed_first_release_leaves_no_tasks(stage: Stage, inbox: Inbox) -> None:
    """With nothing to go back to, the service is put back to no tasks, and the outcome says just that."""
    ending = pushed(stage, "first", "bad", fault="crash-on-start")

    laws.hold(stage, ending, "first", "NO_BASELINE")
    assert watched(stage, ending) == Exit.NO_BASELINE
    assert stage.service("first")["desiredCount"] == 0
    assert laws.running(stage, "first") == []


@pytest.mark.long  # tests/campaigns/torture/scenarios/1-rollouts.toml has it at each moment
def test_a_service_taken_over_is_left_alone(stage: Stage) -> None:
    """Somebody deploys over a release that is on its way: Landfall stops changing the service and says so."""
    good = pushed(stage, "taken", "good")
    laws.hold(stage, good, "taken", "SUCCEEDED")
    follower = rolling_out(stage, "taken", "late")
    theirs = taken_over(stage, "taken", good.record["task_definition"])

    ending = stage.ended(follower, "taken")

    laws.hold(stage, ending, "taken", "SUPERSEDED")
    assert watched(stage, ending) == Exit.SUPERSEDED
    assert stage.service("taken")["taskDefinition"] == theirs
