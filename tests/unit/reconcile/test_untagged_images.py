"""Images that no tag makes a release: raised once, with the setting that would help, and never beside a good tag."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import pytest

from landfall.images.image_tags import TagForm
from landfall.images.stored import Listed
from landfall.intake.request import moment
from landfall.reconcile import pushes, untagged_images
from landfall.reconcile.findings import Kind, Seen
from landfall.settings import NO_RELEASES
from tests.support import builders as b

GRACE = timedelta(minutes=15)
SIGNED = f"sha256-{'1' * 64}"


def image(*tags: str, ago: float = 20, artifact: bool = False) -> Listed:
    """An image that was pushed so many minutes ago."""
    digest = f"sha256:{hashlib.sha256(repr((tags, ago)).encode()).hexdigest()}"
    return Listed(digest, tags, moment(b.NOW - timedelta(minutes=ago)), artifact)


def seen(*images: Listed, **form: Any) -> Seen | None:
    """What one look says."""
    known = TagForm(**{"ignored": NO_RELEASES, **form})
    return untagged_images.assess(pushes.read(images, known), known, "web", b.NOW, GRACE)


SILENT: dict[str, tuple[Listed, ...]] = {
    "no image": (),
    "a commit's": (image(b.SHA),),
    "latest beside a commit": (image("latest", b.SHA),),
    "latest, which moved on to a commit's image": (image(b.SHA, "latest"), image(ago=30)),
    "untagged": (image(),),
    "within the grace": (image("v1.2.3", ago=14),),
    "older than the last release": (image("v1.2.3", ago=40), image(b.SHA, ago=30)),
    "as old as the last release": (image("v1.2.3"), image(b.SHA)),
    "platforms of an index, pushed before it": (
        image(f"{b.SHA}-amd64", ago=22),
        image(f"{b.SHA}-arm64", ago=21),
        image(b.SHA),
    ),
    "a signature": (image(f"{SIGNED}.sig"),),
    "an attestation and an SBOM": (image(f"{SIGNED}.att"), image(f"{SIGNED}.sbom")),
    "a referrers' index": (image(SIGNED),),
    "a chart under its version": (image("1.2.3", artifact=True),),
    "a build cache, pushed last": (image(b.SHA, ago=30), image("buildcache")),
    "a pull request": (image("pr-12"),),
}


@pytest.mark.parametrize("images", SILENT.values(), ids=SILENT)
def test_what_alarms_nobody(images: tuple[Listed, ...]) -> None:
    """Most of what lies in a repository is no release, and is not meant to be one."""
    assert seen(*images) is None


RAISED: dict[str, tuple[tuple[Listed, ...], dict[str, str], tuple[str, ...]]] = {
    "docker/metadata-action": ((image("sha-0123456", "main"),), {}, ("main, sha-0123456", "'sha-(?P<commit>")),
    "a short commit": ((image("0123456"),), {}, ("tag_pattern = '(?P<commit>",)),
    "Flux": ((image("main-0123456-1700000000"),), {}, ("-[0-9]{10}'",)),
    "git describe": ((image("v1.2.3-5-g0123456"),), {}, ("-g(?P<commit>",)),
    "a version": ((image("v1.2.3"),), {}, ("commit_label = 'org.opencontainers.image.revision'",)),
    "latest alone": ((image("latest"),), {}, ("latest", "no tag is a 40-hex commit SHA", "ignored_tags")),
    "a person's": ((image(b.SHA, ago=30), image("final-v3")), {}, ("final-v3",)),
    "a pattern that misses it": ((image("git-0123456"),), {"pattern": "sha-([0-9a-f]+)"}, ("tag_pattern 'sha-",)),
    "a cache's and another tag": ((image("buildcache", "v2"),), {}, ("as v2;",)),
    "many tags": ((image(*(f"t{n}" for n in range(9))),), {}, ("t4 and 4 more",)),
}


@pytest.mark.parametrize(("images", "form", "said"), RAISED.values(), ids=RAISED)
def test_what_is_raised(images: tuple[Listed, ...], form: dict[str, str], said: tuple[str, ...]) -> None:
    """The finding says the tags, and the setting that would read them."""
    found = seen(*images, **form)
    assert found is not None
    assert (found.kind, found.subject, found.start) == (Kind.PUSH_NOT_READ, untagged_images.SUBJECT, None)
    assert images[-1].digest in found.what
    assert all(part in found.what for part in said), found.what


def test_what_a_setting_reads_or_leaves_out_is_not_raised() -> None:
    """The way out that a finding names is one."""
    assert seen(image("sha-0123456"), pattern="sha-(?P<commit>[0-9a-f]{7,40})") is None
    assert seen(image("v1.2.3"), pattern=r"v[0-9.]+", label="revision") is None
    assert seen(image("nightly"), ignored="nightly") is None


@pytest.mark.parametrize("count", [1, 10, 100, 1000])
def test_there_is_one_finding_however_many_images(count: int) -> None:
    """A hundred unreadable pushes are one finding, with one notification."""
    found = seen(*(image(f"v1.{n}", ago=20 + n) for n in range(count)))
    assert found is not None
    assert ("others before it" in found.what) is (count > 1)
    assert len(found.what) < 1000
