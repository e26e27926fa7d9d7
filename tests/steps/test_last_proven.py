"""Which release a service goes back to: what ran before where that was proven, else what was proven last.

Met by chaos (seed 424242, numbers 9 and 15). Two pushes came within one second, and both landed. Ids begin with whole
seconds and go on with a random name, so the older one sorted last. The next release was stopped, and its recovery put
the older one back and called it proven again. Nobody heard that the newer one was gone.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest

from landfall.model import UNKNOWN, Outcome, Release
from tests.steps import machine, standin
from tests.support import builders as b

REGISTRY = f"registry/{standin.REPOSITORY}"
OLDER, NEWER, NEXT = "a" * 40, "b" * 40, "c" * 40
IMAGES = {OLDER: b.OTHER_DIGEST, NEWER: b.DIGEST, NEXT: f"sha256:{'e' * 64}"}

IDS = [
    pytest.param("20260102T030405Z-a", "20260102T030405Z-b", id="one second, names in order"),
    pytest.param("20260102T030405Z-b", "20260102T030405Z-a", id="one second, names against it"),
    pytest.param("20260102T040405Z-a", "20260102T030406Z-b", id="a laptop's clock an hour ahead"),
    pytest.param("20991231T235959Z-now", "20260102T030406Z-b", id="a name that somebody typed"),
]
"""Ids of two deployments, in the order in which they landed."""


@pytest.fixture(autouse=True)
def _images(live: str) -> None:
    """Push the images."""
    for sha, digest in IMAGES.items():
        standin.push(sha, content=sha, digest=digest)


def asked(sha: str, deployment_id: str) -> Release:
    """Return a release of a commit."""
    return b.release(
        deployment_id=deployment_id,
        execution_arn=f"{b.EXECUTION}-{deployment_id}",
        git_sha=sha,
        image=f"{REGISTRY}@{IMAGES[sha]}",
        image_digest=IMAGES[sha],
        accepted_digests=(IMAGES[sha],),
    )


def begun(release: Release) -> dict[str, Any]:
    """Lock and register a release over what runs now. Return the machine's variables."""
    locked = machine.locked(release)
    runs = standin.service_of().task_definition
    digest = standin.image_of(runs).rpartition("@")[2]
    baseline = b.baseline(task_definition=runs, restore_to=None, digests={"app": digest}, git_sha=UNKNOWN)
    variables = {**machine.begin({}), "release": asdict(locked), "baseline": asdict(baseline)}
    return machine.walk(variables, "RegisterTaskDefinition")


def landed(release: Release) -> str:
    """Let a release land. Return its revision."""
    variables = machine.walk(begun(release), "UpdateService")
    standin.roll_out()
    report(variables, Outcome.SUCCEEDED)
    return str(variables["deployment"]["task_definition"])


def report(variables: dict[str, Any], outcome: Outcome) -> None:
    """Close a deployment's record and give its lock back."""
    machine.walk({**variables, "outcome": outcome.value}, "ReportSuccess")
    machine.invoke("finish", {"release": variables["release"]})


@pytest.mark.parametrize(("first", "second"), IDS)
def test_a_failed_release_goes_back_to_what_ran_before_it(first: str, second: str) -> None:
    """Two releases landed one after the other, and the second one runs: a third one that fails leaves it there."""
    landed(asked(OLDER, first))
    newer = landed(asked(NEWER, second))

    failing = machine.walk(begun(asked(NEXT, "20260102T030500Z-next")), "UpdateService")
    back = machine.walk(failing, "Rollback")

    assert failing["baseline"]["restores"] == f"the last proven release, {NEWER}"
    assert (back["deployment"]["task_definition"], back["deployment"]["digests"]) == (newer, {"app": [IMAGES[NEWER]]})
    assert standin.service_of().task_definition == newer


@pytest.mark.parametrize(("first", "second"), IDS)
def test_where_something_unproven_runs_the_way_back_is_to_what_was_proven_last(first: str, second: str) -> None:
    """Last is what landed last, and not what has the last id."""
    landed(asked(OLDER, first))
    newer = landed(asked(NEWER, second))
    standin.service_of().task_definition = standin.register("sample", f"{REGISTRY}@{b.OLD_DIGEST}")
    standin.roll_out()

    baseline = begun(asked(NEXT, "20260102T030500Z-next"))["baseline"]

    assert (baseline["restore_to"], baseline["proven_sha"]) == (newer, NEWER)


def test_a_record_that_is_closed_late_is_not_what_ran_before() -> None:
    """A success that could not be reported is closed by a recovery, after the next one landed: that one runs."""
    older = machine.walk(begun(asked(OLDER, "20260102T030405Z-a")), "UpdateService")
    standin.roll_out()
    machine.invoke("finish", {"release": older["release"]})
    newer = machine.walk(begun(asked(NEWER, "20260102T030410Z-b")), "UpdateService")
    standin.roll_out()
    for variables in (newer, older):
        report(variables, Outcome.SUCCEEDED)

    baseline = begun(asked(NEXT, "20260102T030500Z-next"))["baseline"]

    assert baseline["restore_to"] == newer["deployment"]["task_definition"] == baseline["task_definition"]


@pytest.mark.parametrize(("first", "second"), IDS)
def test_going_back_to_an_image_takes_the_revision_that_proved_it_last(first: str, second: str) -> None:
    """It landed twice, and what else its revision says changed in between."""
    landed(asked(NEWER, first))
    landed(asked(OLDER, "20260102T030405Z-between"))
    again = landed(asked(NEWER, second))
    landed(asked(OLDER, "20260102T030500Z-after"))

    document = {"service": "sample", "image_digest": IMAGES[NEWER], "intent": "rollback"}

    assert machine.resolve(document)["release"]["revision"] == again
