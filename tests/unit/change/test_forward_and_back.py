"""The way forward and the way back are both known before anything changes."""

from __future__ import annotations

from typing import Any

import pytest

from landfall.change import forward_and_back
from tests.support import builders as b

BY_TAG: dict[str, Any] = {"containerDefinitions": [{"name": "app", "image": "registry/landfall/sample:1"}]}
BY_DIGEST: dict[str, Any] = {
    "containerDefinitions": [{"name": "app", "image": f"registry/landfall/sample@{b.OLD_DIGEST}"}]
}


@pytest.mark.parametrize(
    ("template", "pins"),
    [
        (BY_DIGEST, None),
        (BY_TAG, {"app": b.OLD_DIGEST}),
        ({**BY_DIGEST, "status": "ACTIVE"}, None),
        ({**BY_DIGEST, "status": "INACTIVE"}, {}),
        ({**BY_TAG, "status": "INACTIVE"}, {"app": b.OLD_DIGEST}),
    ],
)
def test_what_names_a_tag_or_can_not_be_deployed_is_copied(
    template: dict[str, Any], pins: dict[str, str] | None
) -> None:
    """A tag may lead to other bytes by then, and ECS deploys no INACTIVE revision."""
    assert forward_and_back.pins(template, b.baseline(digests={"app": b.OLD_DIGEST})) == pins


def test_a_container_that_does_not_run_is_not_pinned() -> None:
    """Nobody knows which bytes it would have run."""
    assert forward_and_back.pins(BY_TAG, b.baseline(digests={})) is None


def test_the_way_to_the_last_proven_release() -> None:
    """It may report that release's digests, must serve its commit, and says that what ran was never proven."""
    proven = b.release(git_sha=b.SHA, accepted_digests=("sha256:a", "sha256:b"))
    back = forward_and_back.to_proven(b.baseline(), "arn:2", BY_TAG, proven, b.settings_of())
    assert (back.restore_to, back.proven_sha) == ("arn:2", b.SHA)
    assert back.accepted == {"app": ("sha256:a", "sha256:b")}
    assert back.restores == f"the last proven release, {b.SHA}, since what ran was never proven"


def test_the_way_to_what_ran() -> None:
    """It says whether the ledger knows what ran as proven."""
    back = forward_and_back.to_unproven(b.baseline(task_definition="arn:1"), "arn:2")
    assert (back.restore_to, back.restores) == ("arn:2", forward_and_back.UNPROVEN)
    assert forward_and_back.named(back, None) == back
    assert forward_and_back.named(back, {"task_definition": "arn:3", "git_sha": "s"}) == back
    named = forward_and_back.named(back, {"task_definition": "arn:1", "git_sha": "s"})
    assert (named.restore_to, named.restores) == ("arn:2", "the last proven release, s")


def test_the_way_forward() -> None:
    """It is judged by the release's digests and commit; only released containers with a health check wait for it."""
    registered = {"containerDefinitions": [{"name": "app", "image": "x", "healthCheck": {"command": ["CMD", "true"]}}]}
    release = b.release(git_sha=b.SHA)
    made = forward_and_back.forward("arn:2", registered, {"app": (b.DIGEST,)}, release, 3)
    assert (made.kind, made.id, made.task_definition, made.desired_count) == ("release", "", "arn:2", 3)
    assert (made.digests, made.git_sha, made.health_checked) == ({"app": (b.DIGEST,)}, b.SHA, ("app",))
