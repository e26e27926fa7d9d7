"""buildspec.yml: its own commands, run phase by phase, with what Docker and the AWS CLI once answered."""

from __future__ import annotations

import re

import pytest

from cli.images.buildspec import BuildFailed
from landfall.settings import Build
from tests.building.answers import BUILD, BUILDX, BUILT, EXPORTED, LOGIN, LOOK_UP, NOT_THERE, OURS, READY, there, values
from tests.building.clone import IMAGE, REGISTRY, SETTINGS, Source
from tests.building.recorded import Answer

THEIRS = "sha256:" + "b" * 64


DENIED = Answer(
    LOOK_UP,
    stderr="\nAn error occurred (AccessDeniedException) when calling the DescribeImages operation: User: … is not "
    "authorized to perform: ecr:DescribeImages\n",
    exit=254,
)


TAG_TAKEN = Answer(
    BUILD,
    stderr=f"{EXPORTED}#9 ERROR: failed to push {IMAGE}: unexpected status from PUT request: 400 Bad Request\n"
    "ERROR: failed to build: failed to solve: failed to push: unknown: The image tag already exists in the "
    "'landfall/sample' repository and cannot be overwritten because the tag is immutable.\n",
    exit=1,
)


def test_a_first_build_is_pushed_under_its_commit_and_read_back(source: Source) -> None:
    """One image, tagged with the whole commit, and the digest that ECR itself has."""
    exported, programs = source.build([NOT_THERE, *READY, BUILT, there(OURS)])

    assert exported == {"GIT_SHA": source.commit, "IMAGE_DIGEST": OURS, "BUILT": "yes"}
    assert f"{source.commit} is {IMAGE}@{OURS} (built now: yes)" in source.said
    for look_up in programs.to(*LOOK_UP):
        assert values(look_up["argv"], "--image-ids") == [f"imageTag={source.commit}"]
        assert values(look_up["argv"], "--repository-name") == ["landfall/sample"]


def test_the_image_says_which_commit_it_holds_and_when_it_was_made(source: Source) -> None:
    """As build arguments for the service, and as the OCI's labels for everybody else."""
    _, programs = source.build([NOT_THERE, *READY, BUILT, there(OURS)])
    (build,) = programs.to(*BUILD)
    arguments = dict(pair.split("=", 1) for pair in values(build["argv"], "--build-arg"))
    labels = dict(pair.split("=", 1) for pair in values(build["argv"], "--label"))

    assert arguments["GIT_SHA"] == source.commit
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", arguments["BUILD_TIME"])
    assert labels == {
        "org.opencontainers.image.revision": source.commit,
        "org.opencontainers.image.created": arguments["BUILD_TIME"],
        "org.opencontainers.image.source": "https://github.com/example/shop",
    }
    assert values(build["argv"], "--tag") == [f"{IMAGE}:{source.commit}"]
    assert values(build["argv"], "--platform") == ["linux/amd64"]


def test_a_push_is_one_manifest_and_so_one_event(source: Source) -> None:
    """Provenance and SBOM would be manifests of their own."""
    _, programs = source.build([NOT_THERE, *READY, BUILT, there(OURS)])
    (build,) = programs.to(*BUILD)

    assert {"--provenance=false", "--sbom=false"} <= set(build["argv"])
    assert values(build["argv"], "--output") == ["type=registry,oci-mediatypes=true"]


def test_the_cache_is_kept_apart_and_its_loss_fails_nothing(source: Source) -> None:
    """In a repository of its own, whose tags are written over."""
    _, programs = source.build([NOT_THERE, *READY, BUILT, there(OURS)])
    (build,) = programs.to(*BUILD)
    (to,) = values(build["argv"], "--cache-to")

    assert values(build["argv"], "--cache-from") == [f"type=registry,ref={IMAGE}-cache:buildcache"]
    assert to.startswith(f"type=registry,ref={IMAGE}-cache:buildcache,")
    assert {"image-manifest=true", "ignore-error=true"} <= set(to.split(","))


def test_what_is_built_is_the_commits_files_and_nothing_else(source: Source) -> None:
    """Not what somebody forgot to commit, and nothing outside the context."""
    _, programs = source.build([NOT_THERE, *READY, BUILT, there(OURS)])
    (build,) = programs.to(*BUILD)

    assert build["context"] == ["Dockerfile", "main.py"]


def test_the_password_is_never_an_argument_and_is_given_back(source: Source) -> None:
    """It goes through stdin, and a laptop is logged out again."""
    _, programs = source.build([NOT_THERE, *READY, BUILT, there(OURS)])
    (login,) = programs.to("docker", "login")

    assert login["stdin"] == "the-password\n"
    assert login["argv"][-1] == REGISTRY
    assert not [call for call in programs.calls if "the-password" in " ".join(call["argv"])]
    assert programs.to("docker", "logout")
    assert "the-password" not in source.said


def test_a_commit_that_was_built_is_not_built_again(source: Source) -> None:
    """Its digest is reused, and Docker is not so much as asked for its version."""
    exported, programs = source.build([there(THEIRS)])

    assert exported == {"GIT_SHA": source.commit, "IMAGE_DIGEST": THEIRS, "BUILT": "no"}
    assert [call["argv"][0] for call in programs.calls] == ["aws"]


@pytest.mark.parametrize(
    "commit", ["", "main", "a" * 39, "a" * 41, "A" * 40, "a" * 39 + "\n", f"{'a' * 40}\n{'a' * 40}"]
)
def test_a_source_that_is_no_commit_is_refused_before_anything_is_called(source: Source, commit: str) -> None:
    """A branch, a short id, another spelling: none of them names one state of the source for ever."""
    recorded = source.recorded([])

    with pytest.raises(BuildFailed, match="no commit") as failed:
        source.run(recorded, commit=commit)

    assert failed.value.phase == "pre_build"
    assert recorded.calls == []


def test_a_commit_that_the_clone_does_not_have_is_refused(source: Source) -> None:
    """Before there is a login."""
    recorded = source.recorded([NOT_THERE, *READY])

    with pytest.raises(BuildFailed, match=f"no commit {'d' * 40}") as failed:
        source.run(recorded, commit="d" * 40)

    assert failed.value.phase == "build"
    assert not recorded.to("docker")


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        (Build(source="example/shop", context="nowhere"), "a directory 'nowhere'"),
        (Build(source="example/shop", context=".", dockerfile="Dockerfile"), "no 'Dockerfile' in '.'"),
    ],
)
def test_a_missing_context_or_dockerfile_names_the_setting(source: Source, settings: Build, why: str) -> None:
    """And nothing was built."""
    recorded = source.recorded([NOT_THERE, *READY])

    with pytest.raises(BuildFailed, match=re.escape(why)) as failed:
        source.run(recorded, settings=settings)

    assert "set build." in failed.value.tail[-1]
    assert not recorded.to("docker")


def test_an_ecr_that_does_not_answer_is_not_taken_for_an_empty_one(source: Source) -> None:
    """A refused look-up builds nothing, and ECR's own words are shown."""
    recorded = source.recorded([DENIED])

    with pytest.raises(BuildFailed, match=r"AccessDeniedException.*\n.*nothing was built"):
        source.run(recorded)

    assert not recorded.to("docker")


def test_two_builds_of_one_commit_end_in_the_first_ones_image(source: Source) -> None:
    """The second's push is refused; it overwrites nothing, says whose image stays, and releases that."""
    exported, _ = source.build([NOT_THERE, *READY, TAG_TAKEN, there(THEIRS)])

    assert exported == {"GIT_SHA": source.commit, "IMAGE_DIGEST": THEIRS, "BUILT": "no"}
    assert (
        f"another build of {source.commit} pushed first. Its image stays: {THEIRS}. This build's ({OURS})"
        in source.said
    )


def test_a_push_that_arrived_though_its_answer_was_an_error_is_this_builds_own(source: Source) -> None:
    """The tag names the very digest that was being pushed, and that is checked once more."""
    exported, _ = source.build([NOT_THERE, *READY, TAG_TAKEN, there(OURS), there(OURS)])

    assert exported == {"GIT_SHA": source.commit, "IMAGE_DIGEST": OURS, "BUILT": "yes"}
    assert "this very build's image" in source.said


def test_a_build_that_fails_shows_the_builders_words_and_leaves_no_login(source: Source) -> None:
    """So does a push that the registry refuses for another reason."""
    broken = Answer(BUILD, stderr='ERROR: failed to solve: process "/bin/sh -c false" did not complete\n', exit=1)
    recorded = source.recorded([NOT_THERE, *READY, broken, NOT_THERE])

    with pytest.raises(BuildFailed, match=r"failed to solve(.|\n)*failed, or its push was refused") as failed:
        source.run(recorded)

    assert failed.value.phase == "build"
    assert recorded.to("docker", "logout")


def test_a_digest_that_reads_back_differently_is_no_release(source: Source) -> None:
    """Somebody else pushes to the repository; both digests are named."""
    recorded = source.recorded([NOT_THERE, *READY, BUILT, there(THEIRS)])

    with pytest.raises(BuildFailed, match=f"made {OURS}, but the tag {source.commit} names {THEIRS}") as failed:
        source.run(recorded)

    assert failed.value.phase == "post_build"


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ([Answer(BUILD, writes={"--metadata-file": '{"buildx.build.ref": "landfall"}'})], "named no image"),
        ([Answer(BUILD)], "named no image"),
        ([BUILT, NOT_THERE], "has no image tagged"),
    ],
)
def test_a_build_that_ended_well_and_produced_nothing_is_no_release(
    source: Source, answers: list[Answer], why: str
) -> None:
    """Whether the builder made nothing or the registry kept nothing."""
    recorded = source.recorded([NOT_THERE, *READY, *answers])

    with pytest.raises(BuildFailed, match=why) as failed:
        source.run(recorded)

    assert failed.value.phase == "post_build"


def test_a_failed_login_says_what_to_look_at(source: Source) -> None:
    """No build is tried."""
    refused = (
        Answer(("aws", "ecr", "get-login-password"), stderr="Unable to locate credentials\n", exit=253),
        Answer(("docker", "login"), stderr="Error: Password Required\n", exit=1),
        *LOGIN[2:],
    )
    recorded = source.recorded([NOT_THERE, *BUILDX, *refused])

    with pytest.raises(BuildFailed, match="could not log in"):
        source.run(recorded)

    assert not recorded.to(*BUILD)


def test_a_variable_that_is_missing_is_named(source: Source) -> None:
    """The project's environment is at fault then, not the commit."""
    recorded = source.recorded([])

    with pytest.raises(BuildFailed, match="DOCKERFILE is not set") as failed:
        source.run(recorded, settings=Build(source=SETTINGS.source, context="service", dockerfile=""))

    assert failed.value.phase == "install"


def test_podman_builds_where_docker_has_no_buildx(source: Source) -> None:
    """With the same arguments and the same checks; in Docker's format, since the OCI's knows no health check."""
    programs = source.recorded(
        [
            NOT_THERE,
            Answer(("docker", "buildx", "version"), stderr="docker: unknown command: docker buildx\n", exit=1),
            LOGIN[0],
            Answer(("podman", "login"), stdout="Login Succeeded!\n"),
            Answer(("podman", "build"), stdout="COMMIT\n"),
            Answer(("podman", "push"), stderr="Writing manifest to image destination\n", writes={"--digestfile": OURS}),
            Answer(("podman", "logout")),
            there(OURS),
        ]
    )
    programs.names = ("aws", "docker", "podman")

    exported = source.run(programs)
    (build,) = programs.to("podman", "build")

    assert exported == {"GIT_SHA": source.commit, "IMAGE_DIGEST": OURS, "BUILT": "yes"}
    assert values(build["argv"], "--format") == ["docker"]
    assert f"GIT_SHA={source.commit}" in values(build["argv"], "--build-arg")
