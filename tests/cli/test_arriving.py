"""`landfall watch` right after a push: the deployment is waited for, so long as one may be about to begin."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace

import pytest

from cli.cloud import LATE_SECONDS
from cli.command import At
from cli.deployments import arriving
from cli.exits import Refused
from landfall.model import Outcome
from tests.cli.world import SERVICE, record
from tests.steps import standin
from tests.support import builders as b


@pytest.fixture
def at(at: At) -> At:
    """Return an AWS where a deployment may begin as late as on AWS."""
    patient = replace(at.cloud, late_seconds=LATE_SECONDS)
    return replace(at, connect=lambda: patient)


class Said(io.StringIO):
    """Collects the output. As soon as it says to wait, the ledger gets the deployment of this image."""

    coming = ""

    def write(self, text: str) -> int:
        """Take it down."""
        if "waiting up to" in text and self.coming:
            record("20260105T000000Z", self.coming)
        return super().write(text)


@pytest.fixture
def said(at: At) -> Said:
    """Return the output if nothing was pushed yet."""
    old = [{"imageTag": "old"}]
    at.cloud.client("ecr").batch_delete_image(repositoryName=SERVICE.repository, imageIds=old)
    at.out.console.file = told = Said()
    return told


NAMES = {"commit": lambda _: b.SHA, "short": lambda _: b.SHA[:8], "digest": str, "nothing": lambda _: ""}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
@pytest.mark.parametrize("before", [None, Outcome.SUCCEEDED], ids=["the first", "after another"])
def test_what_was_pushed_just_now_is_waited_for(
    at: At,
    said: Said,
    name: Callable[[str], str],
    before: Outcome | None,
) -> None:
    """By whatever name, and also where an older deployment is over: that is not the one that was meant."""
    if before:
        record("20260101T000000Z", b.OLD_DIGEST, before)
    digest = standin.push(digest="")
    said.coming = digest
    assert arriving.record(at, name(digest), None)["image_digest"] == digest
    assert "waiting up to" in said.getvalue()


def test_what_is_built_or_pushed_this_minute_is_waited_for(at: At, said: Said) -> None:
    """A commit that ECR does not know yet: a CI says `watch` as soon as it has pushed to Git."""
    said.coming = b.DIGEST
    assert arriving.record(at, b.DIGEST[7:47], SERVICE.name)["image_digest"] == b.DIGEST


def test_the_waiting_ends(at: At) -> None:
    """With the ways to find out why."""
    hasty = replace(at.cloud, late_seconds=0)
    with pytest.raises(Refused, match=r"began within 1 s; see `landfall findings`") as refused:
        arriving.record(replace(at, connect=lambda: hasty), b.SHA, None)
    assert refused.value.code == "NO_DEPLOYMENT"


@pytest.mark.parametrize("wanted", ["no-such-deployment", "20260101T000000Z-x", "final-v3"])
def test_what_is_no_push_is_refused_at_once(at: At, said: Said, wanted: str) -> None:
    """An id that the ledger doesn't know now it won't know later."""
    with pytest.raises(Refused):
        arriving.record(at, wanted, None)
    assert "waiting" not in said.getvalue()


def test_what_is_known_is_told_at_once(at: At, said: Said) -> None:
    """The newest deployment, over or not, where nothing was pushed since."""
    record("20260101T000000Z", standin.push(digest=""), Outcome.SUCCEEDED)
    assert arriving.record(at, "", None)["outcome"] == Outcome.SUCCEEDED
    assert "waiting" not in said.getvalue()


def test_a_push_of_long_ago_is_waited_for_no_more() -> None:
    """Its deployment must have begun: the build's watch, or the reconciler, tells of it."""
    assert arriving.Push(SERVICE, b.DIGEST, (b.SHA,), age=3600).left < 0
