"""Which texts are a commit, and which tags hold one: by the forms that the tools of the field give their tags."""

from __future__ import annotations

from pathlib import Path

import pytest

from landfall.errors import SettingsError, StepError
from landfall.images import image_tags
from landfall.images.image_tags import Tag, TagForm
from landfall.reconcile import untagged_images
from landfall.settings import NO_RELEASES
from landfall.settings_file import read
from tests.support import builders as b

SHA = b.SHA
FORM = r"(?:sha|git)-(?P<commit>[0-9a-f]{7,40})"
TOOLS = {
    # https://github.com/docker/metadata-action#typesha: `sha-` and 7 digits, or all of them
    "metadata-action, short": (f"sha-{SHA[:7]}", FORM, SHA[:7]),
    "metadata-action, long": (f"sha-{SHA}", FORM, SHA),
    # https://skaffold.dev/docs/taggers/#gitcommit-uses-git-commitsreferences-as-tags: variant AbbrevCommitSha
    "skaffold, AbbrevCommitSha": (SHA[:7], "([0-9a-f]{7,40})", SHA[:7]),
    # https://fluxcd.io/flux/guides/sortable-image-tags/: branch, commit and time
    "flux": (f"main-{SHA[:8]}-1700000000", r"main-([0-9a-f]{7,40})-\d+", SHA[:8]),
    # https://git-scm.com/docs/git-describe: tag, commits since, `g` and the commit
    "git describe": (f"v1.2.3-5-g{SHA[:7]}", r"v.*-\d+-g([0-9a-f]{7,40})", SHA[:7]),
    "a date and the commit": (f"20240102-{SHA[:7]}", r"\d{8}-(?P<commit>[0-9a-f]{7,40})", SHA[:7]),
    "a date and time": (f"20240102T030405.{SHA[:12]}", r"\d{8}T\d{6}\.([0-9a-f]{7,40})", SHA[:12]),
    # https://docs.gitlab.com/ee/ci/variables/predefined_variables.html: CI_COMMIT_SHORT_SHA has 8
    "gitlab's branch and short SHA": (f"release-1.x-{SHA[:8]}", r".+-([0-9a-f]{8})", SHA[:8]),
    "a build number behind it": (f"{SHA[:10]}.build.77", r"([0-9a-f]{7,40})\.build\.\d+", SHA[:10]),
    # https://aws.github.io/copilot-cli/docs/developing/custom-environment-variables: COPILOT_IMAGE_TAG, a short SHA
    "a commit in several groups": (f"web-{SHA[:9]}", r"(web|api)-(?P<commit>[0-9a-f]{7,40})", SHA[:9]),
}


@pytest.mark.parametrize(("tag", "pattern", "held"), TOOLS.values(), ids=TOOLS)
def test_the_forms_of_tools(tag: str, pattern: str, held: str) -> None:
    """A tag that its pattern takes as a whole holds the commit of the group; `latest` beside it holds none."""
    assert image_tags.read((tag, "latest", SHA), TagForm(pattern)) == [
        Tag(tag, readable=True, commit=held),
        Tag("latest", readable=False),
        Tag(SHA, readable=True, commit=SHA),
    ]


@pytest.mark.parametrize("tag", [each[0] for each in TOOLS.values()], ids=TOOLS)
def test_the_form_that_is_proposed_reads_the_tag(tag: str) -> None:
    """A finding that names a setting that would not help would cost more than it saves."""
    proposed = next(
        (form for form in untagged_images.FORMS if image_tags.read((tag,), TagForm(form))[0].readable), None
    )
    ends_in_a_build = tag.endswith(".build.77")
    assert (proposed is None) is ends_in_a_build


UNREADABLE = (
    "v1.2.3",
    "latest",
    "final-v3",
    "sha-123456",
    f"sha-{SHA.upper()}",
    f"xsha-{SHA[:7]}",
    f"sha-{SHA[:7]}\n",
    "",
)


@pytest.mark.parametrize("tag", UNREADABLE)
def test_what_is_no_commit(tag: str) -> None:
    """Six digits, capitals, or other text around it: this is not a commit."""
    assert not image_tags.read((tag,), TagForm(FORM))[0].readable
    assert not image_tags.read((tag,), TagForm())[0].readable


def test_a_group_that_holds_no_commit() -> None:
    """A version is not a commit, and is shown. With a label the tag still names a release."""
    assert image_tags.read(("v1.2.3",), TagForm(r"v([0-9.]+)")) == [Tag("v1.2.3", readable=False, commit="1.2.3")]
    labelled = TagForm(r"v([0-9.]+)|sha-(?P<commit>[0-9a-f]+)", label="revision")
    assert image_tags.read(("v1.2.3", f"sha-{SHA[:7]}"), labelled) == [
        Tag("v1.2.3", readable=True),
        Tag(f"sha-{SHA[:7]}", readable=True, commit=SHA[:7]),
    ]


OF_TAGS: dict[str, tuple[tuple[str, ...], list[str]]] = {
    "none": (("latest", "v1.2.3"), []),
    "one": ((f"sha-{SHA[:7]}", "latest"), [SHA[:7]]),
    "the same, shorter and longer": ((f"sha-{SHA[:7]}", f"git-{SHA[:12]}"), [SHA[:12]]),
    "all digits and some": ((f"sha-{SHA[:7]}", SHA), [SHA]),
    "all digits, and others that look like one": (("sha-20240102", SHA), [SHA]),
    "two": ((f"sha-{SHA[:7]}", f"sha-{b.OLD_SHA[:7]}"), sorted([SHA[:7], b.OLD_SHA[:7]])),
    "two with all digits": ((SHA, b.OLD_SHA), sorted([SHA, b.OLD_SHA])),
}


@pytest.mark.parametrize(("tags", "found"), OF_TAGS.values(), ids=OF_TAGS)
def test_the_commits_of_an_image(tags: tuple[str, ...], found: list[str]) -> None:
    """A short commit is the long one that begins with it; all digits go before some."""
    assert sorted(image_tags.of_tags(image_tags.read(tags, TagForm(FORM)))) == found


def test_a_pattern_that_searches_for_ever_is_given_up() -> None:
    """Everybody who can push can choose tags, so no tag may block a step."""
    with pytest.raises(StepError, match="make it simpler"):
        image_tags.read(("a" * 127 + "!",), TagForm("(a+)+(b)"))


def test_a_thousand_images_are_read_at_once() -> None:
    """Of 1, 10, 100 and 1,000 images with three tags each, in one go."""
    for count in (1, 10, 100, 1000):
        tags = [tag for n in range(count) for tag in (f"sha-{n:07x}", "latest", f"v1.{n}")]
        assert sum(tag.readable for tag in image_tags.read(tags, TagForm(FORM))) == count


SERVICE = (
    '[services.web]\ncluster="c"\nservice="s"\ncontainer="a"\nrepository="r"\ntask_role="t"\nexecution_role="e"\n{}'
)
SETTINGS = {
    "a named group": (f"tag_pattern = '{FORM}'", ""),
    "the only group": ("tag_pattern = 'sha-([0-9a-f]+)'", ""),
    "one named among others": ("tag_pattern = '(a|b)-(?P<commit>[0-9a-f]+)'", ""),
    "a label, and which tags": (
        r"""tag_pattern = 'v[0-9.]+'
commit_label = 'org.opencontainers.image.revision'""",
        "",
    ),
    "nothing ignored": ("ignored_tags = ''", ""),
    "no group": ("tag_pattern = 'sha-.*'", "has no group"),
    "two groups": ("tag_pattern = '(sha|git)-([0-9a-f]+)'", "none of them named 'commit'"),
    "latest": ("tag_pattern = '(.*)'", "'latest'"),
    "latest, with a label": ("tag_pattern = '.*'\ncommit_label = 'revision'", "'latest'"),
    "a label alone": ("commit_label = 'revision'", "needs tag_pattern"),
    "an empty label": ("tag_pattern = 'v[0-9.]+'\ncommit_label = ''", "give a label's name"),
    "unreadable": ("tag_pattern = 'sha-('", "can't be read"),
    "empty": ("tag_pattern = ''", "1 to 200"),
    "too long": (f"tag_pattern = '({'a' * 200})'", "1 to 200"),
    "ignored, unreadable": ("ignored_tags = '['", "can't be read"),
    "no text": ("tag_pattern = 7", "wrong"),
}


@pytest.mark.parametrize(("text", "why"), SETTINGS.values(), ids=SETTINGS)
def test_settings(text: str, why: str) -> None:
    """What can't say a commit stops the synth, with the key and what to do."""
    if not why:
        assert read.parse(SERVICE.format(text), Path("services.toml")).services
        return
    with pytest.raises(SettingsError, match=f"services.web.*{why}"):
        read.parse(SERVICE.format(text), Path("services.toml"))


@pytest.mark.parametrize(
    ("tag", "is_meant"),
    {
        "buildcache": True,  # https://docs.docker.com/build/cache/backends/registry/
        "cache": True,
        "web.buildcache": True,  # https://docs.convox.com/configuration/rack-parameters/aws/disable_image_manifest_cache
        "main-cache": True,
        "cache-amd64": True,
        "build-cache": True,
        "pr-12": True,  # https://github.com/docker/metadata-action#tags-input
        "f" * 64: True,  # Kaniko's layers, where they are cached in the image's own repository
        "latest": False,
        "v1.2.3": False,
        "memcached": False,
        "cached-proxy-1": False,
        "pr-reviewer": False,
    }.items(),
)
def test_tags_that_are_no_releases_on_purpose(tag: str, is_meant: bool) -> None:
    """Tags of tools raise no finding, but tags that only contain such a word do."""
    assert (tag in image_tags.ignored((tag,), TagForm(ignored=NO_RELEASES))) is is_meant
