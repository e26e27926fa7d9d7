"""Every build leads to a deployment or to a message: also that whose push event is lost."""

from __future__ import annotations

import json
import subprocess
import time
from datetime import datetime, timedelta

import pytest

from cli.deployments.running_execution import Ending
from cli.images.image_source import read
from local.images import commit_labels
from local.stage.inbox import Inbox, Message
from local.stage.landfall_stage import Stage, commit
from tests.e2e import laws
from tests.e2e.building import Builds, digest_of, last_state, push_event, started_for
from tests.e2e.command import landfall
from tests.e2e.events import PUSHED, lost
from tests.e2e.pushing import pushed

pytestmark = pytest.mark.e2e


def about(inbox: Inbox, sha: str) -> list[Message]:
    """Return the messages about a commit."""
    return [m for m in inbox.messages() if sha[:12] in m.subject]


def test_a_push_that_started_nothing_is_raised_and_deployed_once(stage: Stage, inbox: Inbox) -> None:
    """Though the build's event comes twice, and the push's after all: one message, one deployment, proven live."""
    sha = clone_head() or commit("dropped once")
    builds = Builds(stage, "dropped")
    with lost(stage, PUSHED):
        build = builds.build(sha)
        watch = builds.watch_of(build)
        twice = builds.watch_again(watch)
        assert sorted((last_state(watch), last_state(twice))) == ["Begun", "Told"]
    digest = digest_of(build)
    late = stage.start(push_event("dropped", sha, digest, f"{build['endTime']:%Y-%m-%dT%H:%M:%SZ}"))
    thrice = builds.watch_again(watch)

    first, second = (stage.ended(follower, "dropped") for follower in (started_for(stage, digest, "dropped"), late))

    released, repeated = sorted((first, second), key=lambda ending: ending.outcome != "SUCCEEDED")
    laws.hold(stage, released, "dropped", "SUCCEEDED")
    assert repeated.outcome in ("NO_CHANGE", "SKIPPED")
    assert [m.subject for m in about(inbox, sha)] == [f"Landfall: NOT_BEGUN dropped {sha[:12]}"]
    assert digest in about(inbox, sha)[0].body
    assert first.record["requested_by"] == "build watch"
    settings_and_commit_arrived(stage, first)
    waited = datetime.fromisoformat(first.record["started_at"]) - build["endTime"]
    assert waited >= timedelta(seconds=5)
    assert last_state(thrice) == "Begun"
    assert len(about(inbox, sha)) == 1
    assert len([r for r in stage.records("dropped") if r["image_digest"] == digest]) == 2


def settings_and_commit_arrived(stage: Stage, ending: Ending) -> None:
    """Look whether the build was told its settings, and the record, `show` and `show --commit` what it said."""
    record = ending.record
    image = read(stage.aws.client("ecr"), "landfall/dropped", {"imageDigest": record["image_digest"]}, "linux/amd64")
    assert image.document["config"]["Labels"]["org.opencontainers.image.source"].endswith("/of the settings")
    said = commit_labels.of_commit(record["git_sha"])
    assert record.get("commit_time", "") == said.time
    shown = landfall(stage, "show", record["deployment_id"])[1]
    assert (f"{said.time}  (said by its build)" in shown) is bool(said.sha)
    before = said.ancestors[-1] if said.ancestors else record["git_sha"]
    found = json.loads(landfall(stage, "show", "--service", "dropped", "--commit", before, "--json")[1])
    assert (found["contained"], found["proven_last"]["git_sha"]) == (
        "yes" if said.sha else "unknown",
        record["git_sha"],
    )


def clone_head() -> str:
    """Return the commit of this clone of Landfall; empty where it is none."""
    done = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=commit_labels.CLONE, capture_output=True, text=True, check=False
    )
    return done.stdout.strip()


@pytest.fixture(scope="module", autouse=True)
def _secret(stage: Stage) -> None:
    """Make the secret that builds of `dropped` are given."""
    stage.aws.client("secretsmanager").create_secret(Name="ci/pip", SecretString="[global]\n")


@pytest.mark.long
def test_a_lost_push_never_goes_over_a_newer_one(stage: Stage, inbox: Inbox) -> None:
    """Its deployment is started, raised, and skipped, as it would have been had its event not been lost."""
    sha, builds = commit("dropped, then overtaken"), Builds(stage, "dropped")
    with lost(stage, PUSHED):
        build = builds.build(sha)
    time.sleep(1.1)  # pushes are told apart by whole seconds
    newer = pushed(stage, "dropped", "newer than the dropped one")

    assert last_state(builds.watch_of(build)) == "Told"
    older = stage.ended(started_for(stage, digest_of(build), "dropped"), "dropped")

    laws.hold(stage, newer, "dropped", "SUCCEEDED")
    laws.hold(stage, older, "dropped", "SKIPPED")
    assert len(about(inbox, sha)) == 1
    assert stage.live("dropped")["gitSha"] == newer.record["git_sha"]


@pytest.mark.long
def test_a_build_whose_push_started_a_deployment_is_left_alone(stage: Stage, inbox: Inbox) -> None:
    """So is the same commit built again: its image is reused, and was deployed."""
    sha, builds = commit("built and deployed"), Builds(stage, "built")
    build = builds.build(sha)
    again = builds.build(sha)

    ending = stage.ended(stage.started_by_push("built", sha, build["startTime"]), "built")

    laws.hold(stage, ending, "built", "SUCCEEDED")
    assert digest_of(build) == digest_of(again) == ending.record["image_digest"]
    assert [last_state(builds.watch_of(b)) for b in (build, again)] == ["Begun", "Begun"]
    assert len(stage.records("built")) == 1
    assert about(inbox, sha) == []


def test_a_failed_build_is_told_of(stage: Stage, inbox: Inbox) -> None:
    """With project, phase, reason and a link to the build; nothing is deployed."""
    records = len(stage.records("built"))
    build = Builds(stage, "built").build("final-v3")

    watch = Builds(stage, "built").watch_of(build)

    assert build["buildStatus"] == "FAILED"
    assert last_state(watch) == "Told"
    (message,) = about(inbox, "final-v3")
    assert message.subject == "Landfall: BUILD_FAILED built final-v3"
    assert message.attributes["code"] == "BUILD_FAILED"
    for part in ("landfall-build-built", "PRE_BUILD FAILED", "'final-v3' is not a commit", "/codesuite/codebuild/"):
        assert part in message.body
    assert len(stage.records("built")) == records
