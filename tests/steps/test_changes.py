"""The steps that change something: each may be repeated after a lost reply without harm (law 7)."""

from __future__ import annotations

import copy
from dataclasses import asdict, replace
from typing import Any

import botocore.session
import pytest
from moto.core.exceptions import JsonRESTError
from moto.dynamodb.models import DynamoDBBackend
from moto.ecs.models import EC2ContainerServiceBackend

from landfall.change import update_result
from landfall.errors import AwsCallFailed, StepError
from landfall.model import Deployment, Failure, Outcome, Release
from landfall.wire import parse
from tests.steps import machine, standin
from tests.steps.shared.changes_of_a_service import LOCKED, REGISTRY, RELEASE, register, update
from tests.support import builders as b


def revisions() -> list[str]:
    """Return the ACTIVE revisions."""
    return list(standin.client("ecs").list_task_definitions(familyPrefix="sample")["taskDefinitionArns"])


def described(revision: str) -> Any:
    """Return a revision and its tags."""
    return standin.client("ecs").describe_task_definition(taskDefinition=revision, include=["TAGS"])


@pytest.fixture(autouse=True)
def locked(aws: None) -> Release:
    """Return the release: its record is open, and the lock of its service is its own."""
    return machine.locked(RELEASE)


def test_register(live: str) -> None:
    """The new revision runs our digest, keeps what it had, and is tagged with what it is."""
    answer = register(live)
    assert answer["baseline"]["restore_to"] == live
    assert answer["deployment"]["digests"] == {"app": [b.DIGEST]}
    reply = described(answer["deployment"]["task_definition"])
    container = reply["taskDefinition"]["containerDefinitions"][0]
    assert container["image"] == f"{REGISTRY}@{b.DIGEST}"
    assert {e["name"] for e in container["environment"]} == {
        "LOG_LEVEL",
        "IMAGE_DIGEST",
        "DEPLOYED_AT",
        "DEPLOYED_GIT_SHA",
    }
    assert container["secrets"][0]["name"] == "PASSWORD"
    tags = {t["key"]: t["value"] for t in reply["tags"]}
    assert (tags["team"], tags["landfall:git-sha"], tags["landfall:role"]) == ("records", b.SHA, "release")


def test_register_twice_registers_once(live: str) -> None:
    """A retry after a lost reply finds the revision it left."""
    first = register(live)
    assert register(live) == first
    assert len(revisions()) == 2


def test_register_pins_the_way_back() -> None:
    """A baseline named by tag gets a copy pinned to the bytes that ran, once."""
    old = standin.make_service(image=f"{REGISTRY}:latest")
    first = register(old)
    assert register(old) == first
    restore_to = first["baseline"]["restore_to"]
    assert restore_to not in (old, first["deployment"]["task_definition"])
    assert standin.image_of(restore_to) == f"{REGISTRY}@{b.OLD_DIGEST}"
    assert len(revisions()) == 3


def planted(image: str, role: str = "release") -> str:
    """Register a revision as somebody would who wants it deployed: with this deployment's tags."""
    tags = {"landfall:deployment": RELEASE.deployment_id, "landfall:role": role}
    arn = standin.register("sample", image)
    told = [{"key": key, "value": value} for key, value in tags.items()]
    standin.client("ecs").tag_resource(resourceArn=arn, tags=told)
    return arn


def test_register_does_not_take_up_what_somebody_planted(live: str) -> None:
    """Whoever may register and tag a revision, but not update services, gets it deployed by no retry of ours."""
    theirs = planted(f"{REGISTRY}@{b.OTHER_DIGEST}")
    ours = register(live)["deployment"]["task_definition"]
    assert ours != theirs
    assert standin.image_of(ours) == f"{REGISTRY}@{b.DIGEST}"
    assert register(live)["deployment"]["task_definition"] == ours


def test_register_does_not_go_back_to_what_somebody_planted() -> None:
    """The way back is registered by the same rule."""
    old = standin.make_service(image=f"{REGISTRY}:latest")
    theirs = planted(f"{REGISTRY}@{b.OTHER_DIGEST}", "baseline")
    restore_to = register(old)["baseline"]["restore_to"]
    assert restore_to != theirs
    assert standin.image_of(restore_to) == f"{REGISTRY}@{b.OLD_DIGEST}"


def test_register_for_another_deployment_is_another_revision(live: str) -> None:
    """Only this deployment's own revision is found again, not the last one's."""
    register(live)
    another = replace(RELEASE, deployment_id="20260102T030405Z-two")
    standin.open_record(another)
    register(live, another)
    assert len(revisions()) == 3


@pytest.mark.parametrize("active", [True, False])
def test_going_back_is_to_a_copy_of_the_revision_that_was_proven(live: str, active: bool) -> None:
    """A copy of it, not of what runs, and the newest of its family: a bare family name must resolve to what is live."""
    proven = standin.register("sample", f"{REGISTRY}@{b.DIGEST}", cpu=64)
    standin.register("sample", f"{REGISTRY}@{b.OTHER_DIGEST}")  # the bad release after it
    if not active:
        standin.client("ecs").deregister_task_definition(taskDefinition=proven)
    copy = register(live, replace(RELEASE, revision=proven))["deployment"]["task_definition"]
    assert described(copy)["taskDefinition"]["containerDefinitions"][0]["cpu"] == 64
    assert described("sample")["taskDefinition"]["taskDefinitionArn"] == copy


def test_update_begins_our_deployment(live: str) -> None:
    """The deployment to judge is the one ECS made for our revision, with a deadline."""
    ours = register(live)["deployment"]
    answer = update(live, ours)
    assert answer["verdict"]["state"] == "WAIT"
    assert answer["deployment"]["id"] == standin.service_of().deployments[0]["id"]
    assert answer["deployment"]["updated_at"] < answer["deployment"]["deadline"]
    assert standin.service_of().task_definition == ours["task_definition"]


def test_update_twice_is_one_deployment(live: str) -> None:
    """A retry after a lost reply judges the deployment that was begun."""
    ours = register(live)["deployment"]
    assert update(live, ours)["deployment"]["id"] == update(live, ours)["deployment"]["id"]
    assert len(standin.service_of().deployments) == 2


def test_update_leaves_the_count_to_auto_scaling(live: str) -> None:
    """A service that was scaled out since preflight is not scaled back in by the update."""
    ours = register(live)["deployment"]
    standin.service_of().desired_count = 5
    update(live, ours)
    assert standin.service_of().desired_count == 5


def test_update_raises_a_service_from_none() -> None:
    """The first release of a service at no tasks sets its count."""
    old = standin.make_service(desired=0)
    update(old, {**register(old)["deployment"], "desired_count": 2}, desired_count=0)
    assert standin.service_of().desired_count == 2


def test_update_touches_nothing_where_somebody_was_faster(live: str) -> None:
    """A service that changed since preflight is left as it is, and our revision is taken away again (law 5)."""
    ours = register(live)["deployment"]
    theirs = standin.register("sample", f"{REGISTRY}@{b.OTHER_DIGEST}")
    standin.service_of().task_definition = theirs
    standin.roll_out()
    answer = update(live, ours)
    assert (answer["verdict"]["state"], answer["verdict"]["code"]) == ("FAIL", "BASELINE_CHANGED")
    assert theirs in answer["verdict"]["reason"]
    assert standin.service_of().task_definition == theirs
    assert ours["task_definition"] not in revisions()
    assert update(live, ours)["verdict"] == answer["verdict"]


def rollback(old: str, deployment: Any, **changes: Any) -> Any:
    """Invoke Rollback."""
    baseline = asdict(b.baseline(**{"task_definition": old, "restore_to": old, **changes}))
    return machine.invoke("rollback", {"release": LOCKED, "baseline": baseline, "deployment": deployment})


@pytest.fixture
def released(live: str) -> Any:
    """Return our deployment, on its way."""
    return update(live, register(live)["deployment"])["deployment"]


def test_rollback(live: str, released: Any) -> None:
    """The old revision is put back, the failed one is taken away, and a new deployment is to be judged."""
    answer = rollback(live, released)
    back = answer["deployment"]
    assert (answer["verdict"]["state"], back["kind"], back["task_definition"]) == ("WAIT", "rollback", live)
    assert back["undoes"] == released["task_definition"]
    assert back["id"] == standin.service_of().deployments[0]["id"] != released["id"]
    assert standin.service_of().task_definition == live
    assert released["task_definition"] not in revisions()


def test_rollback_twice_is_harmless(live: str, released: Any) -> None:
    """A retry after a lost reply judges the way back that was begun."""
    first = rollback(live, released)["deployment"]
    again = rollback(live, released)["deployment"]
    assert {**again, "updated_at": 0, "deadline": 0} == {**first, "updated_at": 0, "deadline": 0}
    assert len(standin.service_of().deployments) == 3


def test_rollback_of_an_update_that_never_happened(live: str) -> None:
    """If the update itself crashed before it did anything, going back is a look at what still runs."""
    ours = register(live)["deployment"]
    before = standin.service_of().deployments[0]["id"]
    back = rollback(live, ours)["deployment"]
    assert back["id"] == before
    judged = {"release": LOCKED, "baseline": asdict(b.baseline()), "deployment": back}
    assert machine.invoke("confirm", judged)["verdict"]["state"] == "PASS"


def test_rollback_leaves_somebody_else_alone(live: str, released: Any) -> None:
    """A service that somebody deployed over is neither updated nor cleaned up after."""
    standin.service_of().task_definition = theirs = standin.register("sample", f"{REGISTRY}@{b.OTHER_DIGEST}")
    standin.roll_out()
    answer = rollback(live, released)
    assert (answer["verdict"]["state"], answer["verdict"]["code"]) == ("FAIL", "SUPERSEDED")
    assert standin.service_of().task_definition == theirs
    assert answer["deployment"] == released


def test_rollback_of_a_first_release() -> None:
    """Where nothing ran before, going back is going back to no tasks."""
    old = standin.make_service(desired=0)
    ours = update(old, {**register(old)["deployment"], "desired_count": 2}, desired_count=0)["deployment"]
    back = rollback(old, ours, desired_count=0, digests={})["deployment"]
    assert (standin.service_of().desired_count, back["desired_count"]) == (0, 0)


def test_nothing_is_changed_without_the_lock(live: str) -> None:
    """An execution whose lock was taken over changes nothing any more: somebody else goes on from here (law 5)."""
    ours = register(live)["deployment"]
    machine.invoke("acquire_lock", {"release": asdict(RELEASE), "owner": "a recovery", "recovering": True})
    assert update(live, ours)["verdict"]["code"] == "LOCK_LOST"
    assert rollback(live, ours)["verdict"]["code"] == "LOCK_LOST"
    assert standin.service_of().task_definition == live
    assert ours["task_definition"] in revisions()


def test_closed_deployment_goes_no_further(live: str) -> None:
    """A deployment whose record was closed meanwhile, by a recovery, never comes to an update (law 4)."""
    machine.invoke("report", asdict(b.ended(release=replace(RELEASE, fence=1))))
    with pytest.raises(StepError, match="closed meanwhile"):
        register(live)
    assert revisions() == [live]


def test_deployment_that_is_closed_meanwhile_leaves_no_revision(live: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A recovery closes the record while the revision is made: it must not stay the newest of its family."""
    register_as_ecs_does = EC2ContainerServiceBackend.register_task_definition

    def and_is_closed(self: Any, *args: Any, **request: Any) -> Any:
        machine.invoke("report", asdict(b.ended(Outcome.REJECTED, release=replace(RELEASE, fence=1))))
        return register_as_ecs_does(self, *args, **request)

    monkeypatch.setattr(EC2ContainerServiceBackend, "register_task_definition", and_is_closed)
    with pytest.raises(StepError, match="closed meanwhile"):
        register(live)
    assert revisions() == [live]


def rejected(state: str, code: str) -> None:
    """Close the deployment as one that was rejected there, and finish it."""
    release = replace(RELEASE, fence=1)
    failure = Failure(state, code, "told")
    machine.invoke("report", asdict(b.ended(Outcome.REJECTED, release=release, failure=failure, deployment=None)))
    machine.invoke("finish", {"release": asdict(release)})


@pytest.mark.parametrize(
    ("state", "code"),
    [("RegisterTaskDefinition", "AwsCallFailed"), ("UpdateService", "UPDATE_REFUSED"), ("Resolve", "STOPPED")],
)
def test_rejected_deployment_leaves_no_revision(
    live: str, state: str, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The write after it failed, or the execution died there: its revision must not stay the newest of its family."""
    with monkeypatch.context() as patch:
        patch.setattr(DynamoDBBackend, "update_item", standin.throttled)
        with pytest.raises(AwsCallFailed):
            register(live)
    assert len(revisions()) == 2
    rejected(state, code)
    assert revisions() == [live]
    assert not standin.locks()[0].get("owner")


def test_a_revision_that_was_rolled_back_is_withdrawn_when_aws_has_time(
    live: str, released: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With AWS too busy to deregister it, the service goes back at once, and Finish takes the revision away."""
    with monkeypatch.context() as patch:
        patch.setattr(EC2ContainerServiceBackend, "deregister_task_definition", standin.throttled)
        back = rollback(live, released)["deployment"]
    assert released["task_definition"] in revisions()
    release, failure = replace(RELEASE, fence=1), Failure("CheckStability", "CRASH_LOOP", "told")
    ended = b.ended(Outcome.ROLLED_BACK, release=release, failure=failure, deployment=parse(Deployment, back))
    machine.invoke("report", asdict(ended))
    machine.invoke("finish", {"release": asdict(release)})
    assert released["task_definition"] not in revisions()
    assert live in revisions()


def test_what_runs_is_never_taken_away(live: str) -> None:
    """Whatever a record says: the revision that the service runs stays."""
    ours = register(live)["deployment"]
    update(live, ours)
    rejected("UpdateService", "UPDATE_REFUSED")
    assert ours["task_definition"] in revisions()


def test_deployment_that_registered_nothing_is_finished_without_ecs(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that was refused before needs no look at ECS, which may be what failed."""
    monkeypatch.setattr(EC2ContainerServiceBackend, "describe_services", standin.throttled)
    rejected("Preflight", "AwsCallFailed")
    assert not standin.locks()[0].get("owner")


def refusing(code: str, *, effect: bool = False) -> Any:
    """Return an UpdateService that answers with this error, after it did what was asked or before."""

    def update_service(self: Any, service_properties: dict[str, Any]) -> Any:
        if effect:
            standin.update_service(self, service_properties)
        raise JsonRESTError(code, "told by the test")

    return update_service


@pytest.mark.parametrize("code", sorted(update_result.REFUSALS))
def test_update_that_aws_refuses_touches_nothing(live: str, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No page for a service that was never touched: it is asked again, and then refused."""
    ours = register(live)["deployment"]
    monkeypatch.setattr(EC2ContainerServiceBackend, "update_service", refusing(code))
    verdict = update(live, ours)["verdict"]
    assert (verdict["state"], verdict["code"]) == ("WAIT", "UPDATE_REFUSED")
    assert code in verdict["reason"]
    monkeypatch.setattr(EC2ContainerServiceBackend, "update_service", standin.update_service)
    assert update(live, ours)["verdict"]["code"] == "UPDATED"


@pytest.mark.parametrize(
    ("code", "effect"),
    [
        ("ThrottlingException", False),
        ("ServerException", False),
        ("ServerException", True),
        ("InvalidParameterException", True),
    ],
)
def test_update_that_may_have_taken_effect_is_no_refusal(
    live: str, code: str, effect: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where it is not certain that nothing happened the step is tried again, and then gone back from."""
    ours = register(live)["deployment"]
    monkeypatch.setattr(EC2ContainerServiceBackend, "update_service", refusing(code, effect=effect))
    with pytest.raises(AwsCallFailed, match=code):
        update(live, ours)
    assert ours["task_definition"] in revisions()


def test_refusals_are_those_of_the_api() -> None:
    """By AWS's own API model: every error of UpdateService but that of ECS itself."""
    model = botocore.session.get_session().get_service_model("ecs").operation_model("UpdateService")
    assert {shape.name for shape in model.error_shapes} - {"ServerException"} == update_result.REFUSALS


@pytest.mark.parametrize("known", [True, False])
def test_rollback_after_a_late_read_goes_to_the_pinned_copy(known: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether the update's answer arrived or was lost: by-tag could start other bytes than those that ran."""
    old = standin.make_service(image=f"{REGISTRY}:latest")
    first = register(old)
    before = copy.deepcopy(standin.service_of().deployments)
    ours = update(old, first["deployment"])["deployment"]
    after, describe = standin.service_of().deployments, EC2ContainerServiceBackend.describe_services

    def late(self: Any, *args: Any) -> Any:
        """Answer with the picture of before the update, once."""
        monkeypatch.setattr(EC2ContainerServiceBackend, "describe_services", describe)
        standin.service_of().deployments = before
        found = copy.deepcopy(describe(self, *args))
        standin.service_of().deployments = after
        return found

    monkeypatch.setattr(EC2ContainerServiceBackend, "describe_services", late)
    restore_to = first["baseline"]["restore_to"]
    deployment = ours if known else {**ours, "id": ""}
    back = rollback(old, deployment, restore_to=restore_to, ecs_deployment=before[0]["id"])["deployment"]
    assert back["task_definition"] == restore_to == standin.service_of().task_definition
    assert back["id"] == standin.service_of().deployments[0]["id"]
