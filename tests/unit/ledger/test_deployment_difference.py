"""What differs between two deployments: what is recorded and what AWS has, no secret, and nothing that is not known."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landfall.change import revision_difference
from landfall.change.revision_difference import Field
from landfall.images.commit_details import CUT, WHOLE, Told
from landfall.ledger import deployment_record
from landfall.ledger.deployment_difference import Image, Known, Pair, commits, difference_of
from landfall.model import Outcome
from landfall.settings import Limits
from landfall.smoke.case import Check
from tests.support import builders as b

ONE, TWO, THREE = (str(n) * 40 for n in (1, 2, 3))


def record(**changes: Any) -> dict[str, Any]:
    """Return a closed record of a release that succeeded."""
    return deployment_record.closed(replace(b.ended(Outcome.SUCCEEDED), **changes), b.NOW)


def revision(**app: Any) -> tuple[dict[str, Any], dict[str, str]]:
    """Return a revision of one container."""
    container = {"name": "app", "image": "r@one", "environment": [], "secrets": []}
    return {"family": "f", "cpu": "256", "containerDefinitions": [{**container, **app}]}, {"landfall:git-sha": "x"}


def manifest(*layers: tuple[str, int]) -> dict[str, Any]:
    """Return an image's manifest."""
    return {"layers": [{"digest": digest, "size": size} for digest, size in layers]}


def test_two_deployments() -> None:
    """Commits, image, task definition, settings, checks and durations are compared, each where both are known."""
    checks = (Check("version", "PASS", "a", "b"), Check("cors", "PASS", "a", "b"))
    after = record(
        release=b.release(git_sha=TWO, image_digest=b.OTHER_DIGEST, limits=Limits(bake_seconds=30)),
        checks=(checks[0], replace(checks[1], state="FAIL"), Check("mine", "PASS", "a", "b")),
    )
    told = difference_of(
        Known(
            record(release=b.release(git_sha=ONE), checks=checks),
            Told(sha=ONE, history=WHOLE),
            manifest(("base", 100), ("old", 10)),
            revision(environment=[{"name": "URL", "value": "hidden-1"}]),
            {"timeline": [{"state": "CheckStability", "seconds": 2.5}, {"state": "CheckStability", "seconds": 1.0}]},
        ),
        Known(
            after,
            Told(sha=TWO, subject="the fix", history=WHOLE, ancestors=(ONE,)),
            manifest(("base", 100), ("new", 25)),
            revision(image="r@two", environment=[{"name": "URL", "value": "hidden-2"}]),
            {"timeline": [{"state": "CheckStability", "seconds": 9.0}, {"state": "Report", "seconds": None}]},
        ),
    )
    assert (told.commits.relation, told.commits.added, told.after.subject) == ("ahead", (TWO,), "the fix")
    assert told.image == Image(110, 125, 2, 2, 1, 25)
    assert told.task_definition == (
        Field("containerDefinitions.app.image", "changed", "r@one", "r@two"),
        Field("containerDefinitions.app.environment.URL", "changed"),
    )
    assert told.settings == (Pair("bake_seconds", 60, 30),)
    assert told.checks == (Pair("cors", "PASS", "FAIL"), Pair("mine", None, "PASS"))
    assert told.durations == (Pair("CheckStability", 3.5, 9.0),)
    assert told.unknown == ()


def test_what_is_not_known_is_said_and_is_no_difference() -> None:
    """Where a report, a revision or a manifest is gone, there is nothing to compare, and the reader is told so."""
    told = difference_of(Known(record()), Known(record(release=b.release(image_digest=b.OTHER_DIGEST, git_sha=TWO))))
    assert (told.commits.relation, told.image, told.task_definition, told.durations) == ("unknown", None, (), ())
    assert [each.partition(":")[0] for each in told.unknown] == [
        "the commits between them",
        "the images' layers",
        "the task definitions",
        "the durations of the states",
    ]


def test_the_same_image_needs_no_manifest() -> None:
    """Its layers are the same, whether ECR still has it or not."""
    told = difference_of(Known(record()), Known(record()))
    assert (told.same_image, told.commits.relation) == (True, "same")
    assert not any("images" in each for each in told.unknown)


@pytest.mark.parametrize(
    ("before", "after", "relation", "added", "removed"),
    [
        (Told(sha=ONE), Told(sha=TWO, history=CUT, ancestors=(THREE, ONE)), "ahead", (TWO, THREE), ()),
        (Told(sha=TWO, history=WHOLE, ancestors=(ONE,)), Told(sha=ONE), "behind", (), (TWO,)),
        (
            Told(sha=ONE, history=WHOLE, ancestors=(THREE,)),
            Told(sha=TWO, history=WHOLE, ancestors=(THREE,)),
            "apart",
            (TWO,),
            (ONE,),
        ),
        (Told(sha=ONE, history=CUT), Told(sha=TWO, history=WHOLE), "unknown", (), ()),
        (Told(), Told(sha=TWO, history=WHOLE), "unknown", (), ()),
    ],
)
def test_commits_between(before: Told, after: Told, relation: str, added: Any, removed: Any) -> None:
    """Only what the builds list is told: a list that is cut proves no absence."""
    found = commits(before, after, ONE, TWO)
    assert (found.relation, found.added, found.removed) == (relation, added, removed)


SECRET = "hunter2-never-shown"  # noqa: S105
PLACES = {
    "environment": [{"name": "DB_URL", "value": SECRET}],
    "secrets": [{"name": "DB_PASSWORD", "valueFrom": f"arn:aws:secretsmanager:r:1:secret:{SECRET}"}],
    "command": ["run", SECRET],
    "entryPoint": [SECRET],
    "dockerLabels": {"key": SECRET},
    "healthCheck": {"command": ["CMD", SECRET]},
    "logConfiguration": {"logDriver": "splunk", "options": {"splunk-token": SECRET}},
    "repositoryCredentials": {"credentialsParameter": SECRET},
    "environmentFiles": [{"type": "s3", "value": SECRET}],
    "extraHosts": [{"hostname": "h", "ipAddress": SECRET}],
}


@pytest.mark.parametrize("place", PLACES)
def test_no_value_that_may_be_a_secret(place: str) -> None:
    """Wherever in a task definition a secret stands, its name is told and its value is not."""
    for changed in ((revision(), revision(**{place: PLACES[place]})), (revision(**{place: PLACES[place]}), revision())):
        told = revision_difference.without_secrets(revision_difference.between(*changed))
        assert told
        assert SECRET not in json.dumps([[each.name, each.before, each.after] for each in told])


def test_a_secret_is_told_by_its_name() -> None:
    """Whoever reads the difference sees that it moved, and not where to."""
    changed = revision(), revision(secrets=PLACES["secrets"], environment=PLACES["environment"])
    assert revision_difference.without_secrets(revision_difference.between(*changed)) == (
        Field("containerDefinitions.app.environment.DB_URL", "added"),
        Field("containerDefinitions.app.secrets.DB_PASSWORD", "added"),
    )


@given(
    st.dictionaries(
        st.sampled_from(["release", "ended", "outcome", "ended_at", "commit_subject"]),
        st.one_of(st.text(max_size=9), st.sampled_from(['{"limits": 3}', '{"checks": [1]}', "[]", "null"])),
    )
)
def test_no_record_stops_the_difference(fields: dict[str, str]) -> None:
    """A record that somebody damaged is compared as far as it can be read."""
    if "ended_at" in fields:
        fields["ended_at"] = b.NOW.isoformat()
    difference_of(Known({"service": "s", **fields}), Known({"service": "s"}))
