"""What RunTask is asked for, and when it may be asked again."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import botocore.session
import pytest

from landfall.migration import migration, migration_words, run_task
from landfall.migration.migration import Migration, Stage
from landfall.settings.migration import MigrationSettings
from tests.support import builders as b

SERVICE = b.settings_of(migration=MigrationSettings(("python", "-m", "migrate")))
KNOWN = run_task.intended(b.deployment(), SERVICE, b.NOW)
PLACEMENT = {"launchType": "FARGATE", "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-1"]}}}


def test_what_is_intended_is_what_the_settings_say() -> None:
    """The record holds what was asked for, before it was asked."""
    assert (KNOWN.stage, KNOWN.container, KNOWN.command) == (Stage.INTENDED, "app", ("python", "-m", "migrate"))
    assert (KNOWN.timeout_seconds, KNOWN.backward_compatible) == (900, True)
    other = replace(SERVICE, migration=MigrationSettings(("x",), container="migrate"))
    assert run_task.intended(b.deployment(), other, b.NOW).container == "migrate"
    breaks = replace(SERVICE, migration=MigrationSettings(("x",), backward_compatible=False))
    assert not run_task.intended(b.deployment(), breaks, b.NOW).backward_compatible


def test_what_people_do_by_hand_is_in_the_record() -> None:
    """Whoever reads about the migration learns that it was more than its command, and where the confirmation is."""
    by_hand = replace(SERVICE, migration=MigrationSettings(("x",), manual="index built"))
    known = run_task.intended(b.deployment(), by_hand, b.NOW)
    assert dict(migration_words.full(known))["by hand"] == "index built; an item of the sign-off"
    assert "by hand" not in dict(migration_words.full(KNOWN))


def test_the_request_is_the_same_at_each_try() -> None:
    """A token goes with its parameters: ECS refuses the same token with others."""
    one, two = (run_task.request(b.release(), KNOWN, KNOWN.command, PLACEMENT) for _ in range(2))
    assert one == two
    model = botocore.session.get_session().get_service_model("ecs").operation_model("RunTask")
    assert one.keys() <= set(model.input_shape.members)
    assert one["overrides"]["containerOverrides"] == [{"name": "app", "command": ["python", "-m", "migrate"]}]
    assert (one["taskDefinition"], one["count"], one["launchType"]) == (KNOWN.revision, 1, "FARGATE")
    assert {tag["key"]: tag["value"] for tag in one["tags"]} == {
        "landfall:git-sha": b.SHA,
        "landfall:image-digest": b.DIGEST,
        "landfall:deployment": b.release().deployment_id,
        "landfall:role": "migration",
    }


def test_the_token_is_of_the_deployment_and_as_ecs_takes_it() -> None:
    """64 characters at most; another deployment has another token (ECS API reference, RunTask)."""
    longest = "x" * 80
    assert len(run_task.token(longest)) == 64
    assert run_task.token("one") != run_task.token("two")
    assert run_task.started_by("one") == "landfall-migration/one"
    assert re.fullmatch(r"[A-Za-z0-9/_-]{1,128}", run_task.started_by(f"20260102T030405Z-{longest}"))


@pytest.mark.parametrize(("minutes", "may"), [(0, True), (54, True), (55, False), (120, False)])
def test_a_repeat_is_sent_within_an_hour_alone(minutes: int, may: bool) -> None:
    """A token may end an hour after the task stopped, and then the same call starts a second task."""
    assert run_task.may_repeat(KNOWN, b.NOW + timedelta(minutes=minutes)) is may


UNFIT: dict[str, tuple[list[dict[str, Any]], str]] = {
    "it fits": ([{"name": "app"}], ""),
    "it is essential": ([{"name": "app", "essential": True}, {"name": "log", "essential": False}], ""),
    "it is not there": ([{"name": "web"}, {"name": "log"}], "it has log, web"),
    "it is not essential": ([{"name": "app", "essential": False}], "not essential"),
    "it may be restarted": ([{"name": "app", "restartPolicy": {"enabled": True}}], "restart policy"),
    "its policy is off": ([{"name": "app", "restartPolicy": {"enabled": False}}], ""),
    "it is restarted after its limit only": (
        [{"name": "app", "restartPolicy": {"enabled": True, "restartAttemptPeriod": 900}}],
        "",
    ),
    "a sidecar may be restarted": ([{"name": "app"}, {"name": "log", "restartPolicy": {"enabled": True}}], ""),
}


@pytest.mark.parametrize(("containers", "why"), UNFIT.values(), ids=UNFIT)
def test_a_container_that_can_not_end_the_task_is_refused(containers: list[dict[str, Any]], why: str) -> None:
    """Before RunTask: the message names the setting, and nothing was started."""
    refusal = run_task.unfit({"containerDefinitions": containers}, "app", "sample", 900)
    assert (refusal is None) == (why == "")
    if refusal:
        assert refusal.code == "MIGRATION_CONTAINER"
        assert why in refusal.reason
        assert "services.sample.migration." in refusal.reason


def test_a_record_that_somebody_changed_is_unknown() -> None:
    """What can't be read was not written by Landfall: it counts as a migration that may have done anything."""
    assert migration.read(None) is migration.read({}) is None
    assert migration.read({"migration": migration.written(KNOWN)}) == KNOWN
    for text in ("", "{}", "[]", "no json", 7):
        found = migration.read({"migration": text})
        assert isinstance(found, Migration)
        assert (found.stage, found.backward_compatible) == (Stage.UNKNOWN, False)


@pytest.mark.parametrize(("limit", "fits"), [(299, True), (300, True), (301, False)])
def test_a_restart_period_that_is_not_set_is_five_minutes(limit: int, fits: bool) -> None:
    """ECS's own default (ECS API reference, ContainerRestartPolicy): a shorter migration is never run twice."""
    template = {"containerDefinitions": [{"name": "app", "restartPolicy": {"enabled": True}}]}
    assert (run_task.unfit(template, "app", "sample", limit) is None) is fits


def test_only_these_errors_say_that_nothing_was_started() -> None:
    """Any other error of RunTask may have come after the task began: then the migration is looked for, not denied."""
    model = botocore.session.get_session().get_service_model("ecs").operation_model("RunTask")
    listed = {shape.name for shape in model.error_shapes}
    assert listed - {"ServerException", run_task.CONFLICT} == run_task.REFUSALS
    assert run_task.OF_ANOTHER == "MIGRATION_OF_ANOTHER"
