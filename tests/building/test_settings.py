"""Stages, build arguments and secrets: what settings say arrives at the builder, and a secret nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from cli.images.buildspec import BuildFailed
from landfall.settings import Build
from tests.building.answers import BUILD, BUILT, LOGIN, NOT_THERE, OURS, READY, there, values
from tests.building.clone import SETTINGS, Source
from tests.building.recorded import Answer, Recorded

READ = ("aws", "secretsmanager", "get-secret-value", "--secret-id")
NETRC = "machine packages.example.com\nlogin ci password correct-horse-battery\n\n"
NPM = '{"user": "ci", "token": "tr0ub4dor-and-3"}'
SECRET = replace(SETTINGS, secrets={"netrc": "ci/netrc", "npm": "ci/npm=1"})
NO_BUILDX = Answer(("docker", "buildx", "version"), exit=1)


def holds(name: str, text: str) -> Answer:
    """Return what the CLI prints of a secret that is a text."""
    return Answer((*READ, name), stdout=f"string\t{text}\n")


HELD = (holds("ci/netrc", NETRC), holds("ci/npm=1", NPM))


def podman(*answers: Answer) -> list[Answer]:
    """Return the answers of a machine without buildx, up to its build."""
    login = Answer(("podman", "login"))
    return [NOT_THERE, NO_BUILDX, LOGIN[0], login, *answers, Answer(("podman", "logout"))]


def built(
    source: Source, settings: Build, *answers: Answer, build: Answer = BUILT
) -> tuple[Recorded, Mapping[str, list[str]]]:
    """Build with these settings; return the programs, and of the builder's call the options that settings make."""
    _, programs = source.build([NOT_THERE, *READY, *answers, build, there(OURS)], settings=settings)
    (call,) = programs.to(*BUILD)
    return programs, {option: values(call["argv"], option) for option in ("--target", "--build-arg", "--secret")}


def test_without_settings_nothing_is_added(source: Source) -> None:
    """The last stage, and the two arguments that every build has."""
    _, options = built(source, SETTINGS)
    assert (options["--target"], options["--secret"]) == ([], [])
    assert [pair.partition("=")[0] for pair in options["--build-arg"]] == ["GIT_SHA", "BUILD_TIME"]


def test_a_stage_and_arguments_arrive_as_they_are_written(source: Source) -> None:
    """Blanks, quotes, dollars and what a shell would run stay text; the commit's own come last, so that they hold."""
    odd = {"REGISTRY": "mirror.example.com/library", "FLAGS": "-O2  \"a b\" '$HOME' `id` $(id) \\n *", "EMPTY": ""}
    _, options = built(source, replace(SETTINGS, target="runtime", arguments=odd))
    assert options["--target"] == ["runtime"]
    assert options["--build-arg"][:3] == [f"{name}={value}" for name, value in odd.items()]
    assert options["--build-arg"][3] == f"GIT_SHA={source.commit}"


def test_secrets_are_files_for_the_builder_alone(source: Source) -> None:
    """To the last byte, readable by nobody else, and gone afterwards; no argument and no output holds them."""
    programs, options = built(source, SECRET, *HELD)
    (call,) = programs.to(*BUILD)
    assert call["secrets"] == {"netrc": NETRC, "npm": NPM}
    assert call["modes"] == ["0o600", "0o600"]
    assert [word.partition(",")[0] for word in options["--secret"]] == ["id=netrc", "id=npm"]
    for held in ("correct-horse-battery", "tr0ub4dor-and-3"):
        assert held not in source.said
        assert not [each for each in programs.calls if held in " ".join(each["argv"])]


def test_podman_gets_the_same(source: Source) -> None:
    """A laptop without buildx builds the same stage, with the same arguments and secrets."""
    done = (Answer(("podman", "build")), Answer(("podman", "push"), writes={"--digestfile": OURS}))
    programs = source.recorded([*podman(*HELD, *done), there(OURS)])
    programs.names = ("aws", "docker", "podman")
    source.run(programs, settings=replace(SECRET, target="runtime", arguments={"A": "b c"}))
    (call,) = programs.to("podman", "build")
    assert values(call["argv"], "--target") == ["runtime"]
    assert "A=b c" in values(call["argv"], "--build-arg")
    assert call["secrets"] == {"netrc": NETRC, "npm": NPM}
    assert "--no-cache" in call["argv"]
    assert "will not say when, by whom" in source.said


@pytest.mark.parametrize("exit_code", [0, 1])
def test_a_secret_that_a_dockerfile_prints_is_not_in_the_log(source: Source, exit_code: int) -> None:
    """No builder takes it out: a line of it, the value of a JSON key and a word after `=` are taken out here."""
    printed = (
        "#9 0.1 login ci password correct-horse-battery\n#9 0.2 token is tr0ub4dor-and-3, twice tr0ub4dor-and-3!\n"
        f"#9 0.3 {NPM}\n#9 0.4 harmless\n"
    )
    loud = Answer(BUILD, stderr=printed + BUILT.stderr, writes=BUILT.writes, exit=exit_code)
    answers = [NOT_THERE, *READY, *HELD, loud, NOT_THERE if exit_code else there(OURS)]
    if exit_code:
        with pytest.raises(BuildFailed) as failed:
            source.build(answers, settings=SECRET)
        assert "tr0ub4dor" not in str(failed.value)
    else:
        source.build(answers, settings=SECRET)
    assert "correct-horse" not in source.said
    assert "tr0ub4dor" not in source.said
    assert "#9 0.2 token is [secret] twice [secret]" in source.said.replace("[secret],", "[secret]")
    assert "#9 0.4 harmless" in source.said


def test_masking_does_not_lose_the_digest(source: Source) -> None:
    """The log is read for the digest of a push whose answer was lost; words of a secret must not stand in its way."""
    exported, _ = source.build(
        [NOT_THERE, *READY, *HELD, replace(BUILT, exit=1, writes={}), there(OURS), there(OURS)], settings=SECRET
    )
    assert exported["BUILT"] == "yes"


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (
            Answer(
                (*READ, "ci/netrc"),
                stderr="An error occurred (ResourceNotFoundException) when calling the GetSecretValue operation\n",
                exit=254,
            ),
            "the secret 'ci/netrc' could not be read, which build.secrets gives the build as 'netrc'",
        ),
        (Answer((*READ, "ci/netrc"), stdout="null\tNone\n"), "holds bytes and no text"),
    ],
)
def test_a_secret_that_can_not_be_had_ends_the_build(source: Source, answer: Answer, why: str) -> None:
    """Before anything is built, by its name, with AWS's words; a build without it would be another image."""
    programs = source.recorded([NOT_THERE, *READY, answer])
    with pytest.raises(BuildFailed, match=why) as failed:
        source.run(programs, settings=SECRET)
    assert failed.value.phase == "build"
    assert not programs.to(*BUILD)
    assert programs.to("docker", "logout")


def test_a_commit_that_was_built_before_reads_no_secret(source: Source) -> None:
    """They are read for a build alone."""
    _, programs = source.build([there(OURS)], settings=SECRET)
    assert not programs.to("aws", "secretsmanager")


def test_buildkit_comes_from_where_settings_say(source: Source) -> None:
    """Docker Hub limits who pulls without signing in, and CodeBuild's builds share addresses."""
    programs, _ = built(source, replace(SETTINGS, buildkit_image="mirror.example.com/moby/buildkit:v0.29.0"))
    (create,) = programs.to("docker", "buildx", "create")
    assert values(create["argv"], "--driver-opt") == ["image=mirror.example.com/moby/buildkit:v0.29.0"]
