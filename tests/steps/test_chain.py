"""The whole way, step by step: what each step answers is what the next one takes, as the state machine wires it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.steps import machine, standin
from tests.steps.site import Site
from tests.support import builders as b

REQUEST = {"service": "sample", "image_tag": b.SHA, "requested_by": "ann", "reason": "a new form"}


def updated(document: Any) -> dict[str, Any]:
    """Go from the request to the update of the service."""
    return machine.walk(
        machine.begin(document), "Resolve", "AcquireLock", "Preflight", "RegisterTaskDefinition", "UpdateService"
    )


def test_good_release(live: str, site: Site) -> None:
    """A good release passes every step, and is recorded and reported as SUCCEEDED."""
    digest = standin.push()
    variables = updated(REQUEST)
    assert variables["verdict"]["code"] == "UPDATED"
    rolling = machine.walk(variables, "CheckStability")
    assert (rolling["verdict"]["state"], rolling["verdict"]["retry_after"]) == ("WAIT", 3)
    standin.roll_out()
    site.sha = b.SHA
    for state in ("CheckStability", "CheckTargetHealth", "SmokeTest", "Confirm"):
        variables = machine.walk(variables, state)
        assert variables["verdict"]["state"] == "PASS", variables["verdict"]
    machine.walk({**variables, "outcome": "SUCCEEDED"}, "ReportSuccess", "FinishSuccess")
    (record,) = standin.records()
    assert (record["outcome"], record["git_sha"], record["image_digest"]) == ("SUCCEEDED", b.SHA, digest)
    assert record["task_definition"] == standin.service_of().task_definition != live
    assert record["baseline_task_definition"] == live


@pytest.mark.parametrize(
    "image", [f"registry/{standin.REPOSITORY}@{b.OLD_DIGEST}", f"registry/{standin.REPOSITORY}:latest"]
)
def test_bad_release_and_the_way_back(aws: None, site: Site, image: str) -> None:
    """A release that crashes is undone: the very bytes run again, and that is proven, reported and told."""
    old = standin.make_service(image=image)
    if image.endswith("latest"):
        standin.roll_out(digest=b.OLD_DIGEST)
    standin.push()
    variables = updated(REQUEST)
    standin.crash()
    variables = machine.walk(variables, "CheckStability")
    verdict = variables["verdict"]
    assert (verdict["state"], verdict["code"]) == ("FAIL", "CRASH_LOOP")
    assert "'app' exited with code 1" in verdict["reason"]
    failure = {"state": "CheckStability", "code": verdict["code"], "reason": verdict["reason"]}
    bad = variables["deployment"]["task_definition"]
    variables = machine.walk({**variables, "failure": failure}, "Rollback")
    assert variables["verdict"]["state"] == "WAIT"
    assert machine.walk(variables, "CheckRollbackStability")["verdict"]["state"] == "WAIT"
    standin.roll_out()
    for state in ("CheckRollbackStability", "CheckRollbackTargetHealth", "SmokeTestBaseline", "ConfirmRollback"):
        variables = machine.walk(variables, state)
        assert variables["verdict"]["state"] == "PASS", variables["verdict"]
    variables = machine.walk({**variables, "outcome": "ROLLED_BACK"}, "ReportFailure", "NotifyFailure", "FinishFailure")
    restored = standin.service_of().task_definition
    assert standin.image_of(restored).endswith(f"@{b.OLD_DIGEST}")
    assert (restored == old) is not image.endswith("latest")
    (record,) = standin.records()
    assert (record["outcome"], record["task_definition"], record["restored_to"]) == ("ROLLED_BACK", bad, restored)
    assert "'app' exited with code 1" in record["why"]


def test_first_release_and_back_to_nothing(aws: None, site: Site) -> None:
    """A service at no tasks is raised by its first release, and set back to none when that fails."""
    standin.client("ecr").create_repository(repositoryName="landfall/fresh")
    reply = standin.client("ecr").put_image(
        repositoryName="landfall/fresh",
        imageManifest='{"schemaVersion": 2}',
        imageManifestMediaType=standin.MANIFEST,
        imageTag=b.SHA,
    )
    standin.make_service("fresh", desired=0)
    variables = updated({"service": "fresh", "image_digest": reply["image"]["imageId"]["imageDigest"]})
    assert standin.service_of("fresh").desired_count == 2
    standin.crash("fresh")
    variables = machine.walk(variables, "CheckStability", "Rollback")
    assert standin.service_of("fresh").desired_count == 0
    standin.roll_out("fresh")
    variables = machine.walk(variables, "CheckRollbackStability")
    assert (variables["verdict"]["state"], variables["deployment"]["desired_count"]) == ("PASS", 0)


def test_wrong_sha(live: str, site: Site) -> None:
    """A release that is healthy but serves another commit is failed at the smoke test, with both SHAs."""
    standin.push()
    variables = updated(REQUEST)
    standin.roll_out()
    variables = machine.walk(variables, "CheckStability", "CheckTargetHealth", "SmokeTest")
    assert (variables["verdict"]["state"], variables["verdict"]["code"]) == ("FAIL", "SMOKE_FAILED")
    assert b.SHA in variables["verdict"]["reason"]
    assert b.OLD_SHA in variables["verdict"]["reason"]


def test_rejection(aws: None) -> None:
    """A request that can't be carried out goes straight to report and notice."""
    variables = machine.walk(machine.begin({"service": "sample", "image_tag": "final-v3"}), "Resolve")
    assert variables["verdict"]["code"] == "BAD_TAG"
    failure = {"state": "Resolve", "code": "BAD_TAG", "reason": variables["verdict"]["reason"]}
    machine.walk(
        {**variables, "failure": failure, "outcome": "REJECTED"},
        "ReportRejection",
        "NotifyRejection",
        "FinishRejection",
    )
    (record,) = standin.records()
    assert (record["service"], record["outcome"]) == ("sample", "REJECTED")


def test_crash_of_the_first_step(aws: None) -> None:
    """If even Resolve crashes, what the machine knew at its beginning is enough for record, report and notice."""
    variables = {**machine.begin({}), "verdict": {"state": "WAIT", "code": "BEGUN", "reason": "", "retry_after": 1}}
    failure = {"state": "Resolve", "code": "Lambda.Unknown", "reason": "no cause given"}
    machine.walk(
        {**variables, "failure": failure, "outcome": "REJECTED"},
        "ReportRejection",
        "NotifyRejection",
        "FinishRejection",
    )
    (record,) = standin.records()
    assert (record["service"], record["outcome"], record["code"]) == ("_unknown", "REJECTED", "Lambda.Unknown")


def test_nothing_that_travels_names_a_secret(live: str) -> None:
    """Task definitions name secrets: neither they nor their environment are in what the steps hand on."""
    standin.push()
    travelled = json.dumps(updated(REQUEST))
    for word in ("PASSWORD", "parameter/password", "LOG_LEVEL", "secrets", "containerDefinitions"):
        assert word not in travelled
