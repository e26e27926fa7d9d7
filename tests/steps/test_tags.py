"""Resolve where settings say which tags name a release: from a push of any tool to the commit that is deployed."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import resolve
from landfall.aws.image_manifest import MANIFEST_TYPES
from landfall.ledger.resolved import Resolved
from landfall.model import Outcome
from landfall.reconcile.findings import Kind
from landfall.runtime.shared_pace import Pacing
from landfall.runtime.world import World
from landfall.steps.reconciling import reconcile_reads
from landfall.steps.reconciling.reconcile_shared import Shared
from tests.steps import machine, standin
from tests.support import builders as b

SHORT, LABEL = b.SHA[:7], "org.opencontainers.image.revision"
BASE = """\
[services.sample]
cluster = "c"
service = "sample"
container = "app"
repository = "landfall/sample"
task_role = "task"
execution_role = "execution"
"""
SHA_OR_VERSION = f"{BASE}tag_pattern = 'sha-(?P<commit>[0-9a-f]{{7,40}})|v[0-9.]+'\ncommit_label = '{LABEL}'\n"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, aws: None) -> Path:
    """A services.toml of this test's own."""
    path = tmp_path / "services.toml"
    path.write_text(SHA_OR_VERSION)
    monkeypatch.setenv("LANDFALL_SETTINGS", str(path))
    return path


def resolved(document: Any, deployment_id: str = machine.EXECUTION["deployment_id"]) -> Resolved:
    """Resolve an input by these settings."""
    execution = resolve.Execution(f"{b.EXECUTION}-{deployment_id}", deployment_id, b.NOW.isoformat())
    return resolve.run(resolve.ResolveInput(document, execution), World())


def put(*tags: str, commit: str = "", content: str = "one") -> str:
    """Push an image under these tags, with its commit as an annotation. Return its digest."""
    manifest: dict[str, Any] = {"schemaVersion": 2, "mediaType": MANIFEST_TYPES[0], "layers": [{"digest": content}]}
    if commit:
        manifest["annotations"] = {LABEL: commit}
    for tag in tags:
        reply = standin.client("ecr").put_image(
            repositoryName=standin.REPOSITORY, imageManifest=json.dumps(manifest), imageTag=tag
        )
    return str(reply["image"]["imageId"]["imageDigest"])


def pushed(tag: str, digest: str, at: str = "2026-01-02T03:04:05Z") -> dict[str, Any]:
    """ECR's event of it."""
    return standin.push_event(tag, digest, time=at)


COMMITS: dict[str, tuple[tuple[str, ...], str, str, str]] = {
    "a tag with a short commit": ((f"sha-{SHORT}", "latest"), "", f"sha-{SHORT}", SHORT),
    "the same with all digits beside it": ((f"sha-{SHORT}", b.SHA), "", f"sha-{SHORT}", b.SHA),
    "all digits": ((b.SHA,), "", b.SHA, b.SHA),
    "a version, whose image says it": (("v1.2.3",), b.SHA, "v1.2.3", b.SHA),
    "a version, beside a tag that says it": (("v1.2.3", f"sha-{SHORT}"), b.OLD_SHA, "v1.2.3", SHORT),
}


@pytest.mark.parametrize(("tags", "labelled", "tag", "sha"), COMMITS.values(), ids=COMMITS)
def test_a_push_is_of_its_commit(settings: Path, tags: tuple[str, ...], labelled: str, tag: str, sha: str) -> None:
    """By the tag, else by its image's other tags, else by its label; whoever asks, and by tag or by digest."""
    digest = put(*tags, commit=labelled)
    asked = {"service": "sample", "image_digest": digest}
    for number, document in enumerate((pushed(tag, digest), {"service": "sample", "image_tag": tag}, asked)):
        answer = resolved(document, f"20260102T03040{number}Z-one")
        assert (answer.verdict.code, answer.release.git_sha, answer.release.image_digest) == ("RESOLVED", sha, digest)


NO_COMMIT: dict[str, tuple[tuple[str, ...], str, str]] = {
    "two commits": ((f"sha-{SHORT}", f"sha-{b.OLD_SHA[:7]}", "v1"), "", "as 2 commits"),
    "no label": (("v1",), "", "no label"),
    "a label that is none": (("v1",), "UNKNOWN", "is 'UNKNOWN'"),
}


@pytest.mark.parametrize(("tags", "labelled", "why"), NO_COMMIT.values(), ids=NO_COMMIT)
def test_an_image_of_no_certain_commit(settings: Path, tags: tuple[str, ...], labelled: str, why: str) -> None:
    """It can't be proven by its commit, so it is not deployed."""
    digest = put(*tags, commit=labelled)
    answer = resolved(pushed("v1", digest))
    assert answer.verdict.code == "NO_COMMIT"
    assert why in answer.verdict.reason


def test_a_tag_that_moved_on_is_no_refusal(settings: Path) -> None:
    """A version that was pushed anew before the first event came: what was pushed first is what that event means."""
    first = put("v1", "kept", commit=b.OLD_SHA)  # moto deletes an image that loses its last tag; ECR keeps it
    put("v1", commit=b.SHA, content="two")
    answer = resolved(pushed("v1", first))
    assert answer.way == "RESOLVED", answer.verdict
    assert (answer.release.image_digest, answer.release.git_sha) == (first, b.OLD_SHA)


def test_a_push_of_two_tags_is_deployed_once(settings: Path) -> None:
    """The second event leaves no record; the same one again is a replay, and goes as it always did."""
    digest = put("v1.2.3", f"sha-{SHORT}")
    assert resolved(pushed("v1.2.3", digest), "20260102T030405Z-one").way == "RESOLVED"
    other = resolved(pushed(f"sha-{SHORT}", digest, "2026-01-02T03:04:06Z"), "20260102T030406Z-two")
    assert (other.way, len(standin.records())) == ("IGNORED", 1)
    assert "20260102T030405Z-one" in other.verdict.reason
    assert resolved(pushed("v1.2.3", digest), "20260102T030407Z-three").way == "RESOLVED"


def test_what_its_form_does_not_read_is_refused_by_name(settings: Path) -> None:
    """A person is told what would be read; an event of it is ignored with the same words."""
    digest = put("latest")
    asked = resolved({"service": "sample", "image_tag": "latest"}).verdict
    assert asked.code == "BAD_TAG"
    assert "tag_pattern" in asked.reason
    assert resolved(pushed("latest", digest)).way == "IGNORED"


def test_going_back_by_digest_is_to_the_commit_that_was_proven(settings: Path) -> None:
    """Whatever became of its tags, and whatever settings say now."""
    digest = put("v9")
    release = b.release(image_digest=digest, git_sha=SHORT, deployment_id="20260101T000000Z-before")
    standin.open_record(release)
    landed = b.deployment(task_definition="sample:7")
    machine.invoke("report", asdict(b.ended(Outcome.SUCCEEDED, release=release, deployment=landed)))
    answer = resolved({"service": "sample", "image_digest": digest, "intent": "rollback"})
    assert (answer.verdict.code, answer.release.git_sha, answer.release.revision) == ("RESOLVED", SHORT, "sample:7")


def test_a_push_that_nothing_reads_is_raised_and_cleared(settings: Path) -> None:
    """Twice seen it is told; with a pattern that reads it, it is gone."""
    put("sha-0123456")
    standin.age("sha-0123456", timedelta(hours=1))
    settings.write_text(BASE)

    def kinds() -> set[Kind]:
        shared = Shared("sample", World(), (), tuple, Pacing(), whole=False)
        looked = reconcile_reads.pushes(World().service("sample"), shared)
        return {seen.kind for seen in looked.seen}

    assert kinds() == {Kind.PUSH_NOT_READ}
    settings.write_text(SHA_OR_VERSION)
    assert kinds() == {Kind.PUSH_NOT_DEPLOYED}


def test_a_commit_that_is_asked_for_is_found_under_another_tag(settings: Path) -> None:
    """A front passes a commit on and no tag: of the images whose tags say that commit, the one pushed last is meant."""
    put(f"sha-{b.OLD_SHA[:7]}", content="other")
    digest = put(f"sha-{SHORT}")
    found = resolved({"service": "sample", "image_tag": b.SHA})
    assert (found.way, found.release.image_digest) == ("RESOLVED", digest)
    missing = resolved({"service": "sample", "image_tag": "c" * 40}, "20260102T030405Z-two")
    assert missing.verdict.code == "IMAGE_NOT_FOUND"
