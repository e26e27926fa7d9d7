"""A service's front, run: what it takes, what it records, what it starts, and that nothing goes before the record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from landfall.intake import recorded_requests, request
from landfall.settings import Settings
from tests.support import builders as b
from tests.support.fronts import BUILD, FILLED, PUT, START, UPDATE, Front, front

GOOD = {"commit": b.SHA, "wants": "build", "reason": "the fix", "requested_by": "ann", "via": "landfall 1.0"}


def run(document: Any, wrong: Mapping[str, list[str]] | None = None, execution: str = "one", **filled: str) -> Front:
    """Run the front of a service for an input."""
    made = front(execution, wrong, **filled)
    made.run(document)
    return made


def named(ran: Front) -> list[str]:
    """Return what was called."""
    return [name for name, _ in ran.calls]


def test_who_asks_is_recorded_and_then_the_commit_is_built() -> None:
    """In that order; the build gets the commit and nothing else, and the request then names its build."""
    ran = run(GOOD)
    assert (ran.status, named(ran)) == ("SUCCEEDED", [PUT, BUILD, UPDATE])
    (_, put), (_, build), (_, update) = ran.calls
    item = {name: next(iter(value.values())) for name, value in put["Item"].items()}
    assert put["ConditionExpression"] == "attribute_not_exists(deployment_id)"
    assert item["deployment_id"] == f"{b.SHA}/{ran.name}"
    assert build.keys() == {"ProjectName", "SourceVersion", "IdempotencyToken"}
    assert (build["ProjectName"], build["SourceVersion"]) == ("landfall-build-sample", b.SHA)
    assert update["Key"] == {name: put["Item"][name] for name in ("service", "deployment_id")}
    asked_at = datetime.fromisoformat(item["asked_at"])
    assert datetime.fromtimestamp(int(item["expires_at"]), UTC) == asked_at + timedelta(
        days=recorded_requests.KEPT_DAYS
    )


def test_what_it_records_is_what_resolve_reads() -> None:
    """The two ends of the same item, of which neither knows the other's file."""
    (_, put), *_ = run(GOOD).calls
    found = recorded_requests.read({name: next(iter(value.values())) for name, value in put["Item"].items()})
    assert found
    assert (found.by, found.reason, found.via) == ("ann", "the fix", "landfall 1.0")
    assert found.execution.endswith(f":{run(GOOD).name}")


def test_what_it_starts_is_a_request_that_resolve_takes() -> None:
    """Of its own service, under its own execution's name, so that one request starts one deployment."""
    ran = run(GOOD | {"wants": "deployment", "pushed_at": "2026-01-31T12:00:00Z"})
    assert (ran.status, named(ran)) == ("SUCCEEDED", [PUT, START])
    started = ran.calls[-1][1]
    assert (started["StateMachineArn"], started["Name"]) == (FILLED["MachineArn"], ran.name)
    wanted = request.read(started["Input"], Settings((b.settings_of(),), Path()))
    assert isinstance(wanted, request.Request)
    assert (wanted.service.name, wanted.commit, wanted.by_push) == ("sample", b.SHA, True)


def test_who_pushes_the_image_has_the_request_recorded_and_nothing_started() -> None:
    """Its push starts the deployment, and finds the request."""
    ran = run({"commit": b.SHA, "wants": "push"})
    assert (ran.status, named(ran)) == ("SUCCEEDED", [PUT])
    item = ran.calls[0][1]["Item"]
    assert (item["asked_by"]["S"], item["via"]["S"]) == ("UNKNOWN", "the console, or the API")


BAD = {
    "nothing": {},
    "no object": [b.SHA],
    "null": None,
    "a short commit": GOOD | {"commit": b.SHA[:12]},
    "a branch": GOOD | {"commit": "main"},
    "a commit and a line break": GOOD | {"commit": b.SHA[:39] + "\n"},
    "a commit and more": GOOD | {"commit": b.SHA + "\n"},
    "a commit that is a list": GOOD | {"commit": [b.SHA]},
    "another service": GOOD | {"service": "other"},
    "an image": GOOD | {"image_tag": b.OLD_SHA},
    "a digest": GOOD | {"image_digest": b.DIGEST},
    "an intent": GOOD | {"intent": "rollback"},
    "a buildspec": GOOD | {"buildspecOverride": "x"},
    "a wish that is not known": GOOD | {"wants": "everything"},
    "wishes": GOOD | {"wants": ["build"]},
    "a reason without end": GOOD | {"reason": "x" * 201},
    "a reason that is none": GOOD | {"reason": None},
    "an expression": GOOD | {"requested_by": {"S": "x"}},
    "a time that is none": GOOD | {"wants": "deployment", "pushed_at": "2026-01-31T12:00:00+01:00"},
}


@pytest.mark.parametrize("document", BAD.values(), ids=BAD)
def test_what_is_not_well_asked_is_refused_with_the_way_out(document: Any) -> None:
    """Nothing is recorded, nothing is started, and the cause names the field."""
    ran = run(document)
    assert (ran.status, ran.error, ran.calls) == ("FAILED", "RequestRefused", [])
    assert any(word in ran.cause for word in ("commit", "wants", "must be", "unknown"))


def test_a_service_without_a_project_is_asked_for_no_build() -> None:
    """Its role could not start one: it says so instead of failing."""
    ran = run(GOOD, Builds="no")
    assert (ran.error, ran.calls) == ("RequestRefused", [])
    assert "no build table" in ran.cause


def test_nothing_is_built_that_was_not_recorded() -> None:
    """A table that can't be written to stops the release before it begins: else nobody could say who asked."""
    ran = run(GOOD, {PUT: ["DynamoDB.AccessDeniedException"] * 99})
    assert (ran.status, ran.error, set(named(ran))) == ("FAILED", "NotBegun", {PUT})
    assert "AWS's own words" in ran.cause


def test_a_record_whose_answer_was_lost_is_the_one() -> None:
    """The second try finds its own item, and goes on."""
    ran = run(GOOD, {PUT: ["States.Timeout", "DynamoDB.ConditionalCheckFailedException"]})
    assert (ran.status, named(ran)) == ("SUCCEEDED", [PUT, PUT, BUILD, UPDATE])


def test_a_build_that_can_not_be_noted_is_built() -> None:
    """The request is then open for a time that is the same for all."""
    ran = run(GOOD, {UPDATE: ["DynamoDB.ThrottlingException"] * 99})
    assert ran.status == "SUCCEEDED"


def test_a_build_that_does_not_start_fails_the_front() -> None:
    """Whoever asked hears of it; retries carry the same token, so that CodeBuild starts one."""
    ran = run(GOOD, {BUILD: ["CodeBuild.AccountLimitExceededException"] * 99})
    assert (ran.status, ran.error) == ("FAILED", "NotBegun")
    assert len({arguments["IdempotencyToken"] for name, arguments in ran.calls if name == BUILD}) == 1


def test_a_deployment_of_that_name_that_was_started_is_the_one() -> None:
    """By the build watch, for the same push that was lost."""
    ran = run(GOOD | {"wants": "deployment"}, {START: ["StepFunctions.ExecutionAlreadyExistsException"]})
    assert (ran.status, named(ran)) == ("SUCCEEDED", [PUT, START])


def test_codebuild_takes_its_token() -> None:
    """64 characters are the most (CodeBuild API reference, StartBuild), and a name may have 80: the end tells apart."""
    ran = run(GOOD, execution="x" * 30 + "y" * 50)
    token = next(arguments["IdempotencyToken"] for name, arguments in ran.calls if name == BUILD)
    assert token == ran.name[-64:]
