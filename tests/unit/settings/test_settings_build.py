"""The build table of services.toml: what it may contain, and what it must not contain."""

from __future__ import annotations

from pathlib import Path

import pytest

from landfall.errors import SettingsError
from landfall.settings import Build
from landfall.settings_file import read as settings_file

FILE = Path("/etc/landfall/services.toml")
TABLE = """\
[services.sample]
cluster = "c"
service = "s"
container = "app"
repository = "landfall/sample"
task_role = "task"
execution_role = "execution"
[services.sample.build]
source = "owner/name"
"""
PASTED = "ghp_" + "a1B2" * 9


def build(lines: str) -> Build:
    """Return the build table with these lines in it."""
    (service,) = settings_file.parse(f"{TABLE}{lines}\n", FILE).services
    assert service.build is not None
    return service.build


def refused(lines: str) -> str:
    """Return the error for lines of the table."""
    with pytest.raises(SettingsError) as error:
        build(lines)
    return str(error.value)


def test_a_stage_arguments_and_secrets() -> None:
    """In the table itself, or as tables below it; a secret is named, never written down."""
    inline = build(
        'target = "runtime"\narguments = { REGISTRY = "mirror", EMPTY = "" }\nsecrets = { "pip.conf" = "ci/pip" }'
    )
    below = build(
        'target = "runtime"\n[services.sample.build.arguments]\nREGISTRY = "mirror"\nEMPTY = ""\n'
        '[services.sample.build.secrets]\n"pip.conf" = "ci/pip"'
    )
    assert inline == below
    assert (inline.target, dict(inline.arguments), dict(inline.secrets)) == (
        "runtime",
        {"REGISTRY": "mirror", "EMPTY": ""},
        {"pip.conf": "ci/pip"},
    )


def test_nothing_is_set_unless_said() -> None:
    """The last stage, no argument, no secret, CodeBuild's image by the platform."""
    plain = build("")
    assert (plain.target, plain.arguments, plain.secrets, plain.base_repositories) == (None, {}, {}, ())
    assert plain.environment_image is None


@pytest.mark.parametrize(
    "image",
    [
        'environment_image = "aws/codebuild/standard:7.0"',
        'environment_image = "aws/codebuild/amazonlinux-x86_64-standard:5.0-24.10.29"',
        'platform = "linux/arm64"\nenvironment_image = "aws/codebuild/amazonlinux2-aarch64-standard:3.0"',
        'buildkit_image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/docker-hub/moby/buildkit:v0.29.0"',
        f'buildkit_image = "moby/buildkit@sha256:{"a" * 64}"',
        'base_repositories = ["ecr-public/docker/library/python", "team/base"]',
        'target = "0"',
    ],
)
def test_images_that_will_do(image: str) -> None:
    """CodeBuild's own with Docker, any image of BuildKit, repositories of this account by name."""
    build(image)


WRONG = {
    "a stage with a blank": ('target = "run time"', ".target", "'run time'", "after AS"),
    "a stage that is an option": ('target = "--push"', ".target", "'--push'", "after AS"),
    "arguments that are no table": ('arguments = ["A=b"]', ".arguments", "['A=b']", "must be a table"),
    "a number": ("arguments = { LEVEL = 3 }", ".arguments.LEVEL", "is of type int", 'must be a text, "…"'),
    "a name with a dash": ('arguments = { a-b = "c" }', ".arguments.a-b", "'a-b'", "letters, digits"),
    "the commit": ('arguments = { GIT_SHA = "x" }', ".arguments.GIT_SHA", "set by the build itself", "leave it out"),
    "the time": ('arguments = { BUILD_TIME = "x" }', ".arguments.BUILD_TIME", "set by the build", "ARG BUILD_TIME"),
    "a proxy": ('arguments = { http_proxy = "http://x" }', ".arguments.http_proxy", "predefined", "another name"),
    "a platform": ('arguments = { TARGETARCH = "x" }', ".arguments.TARGETARCH", "predefined", "another name"),
    "another frontend": (
        'arguments = { BUILDKIT_SYNTAX = "x" }',
        ".arguments.BUILDKIT_SYNTAX",
        "predefined",
        "another name",
    ),
    "two lines": (r'arguments = { A = "b\nc" }', ".arguments.A", r"'b\nc'", "one line of printable text"),
    "a colour": (r'arguments = { A = "\u001b[31m" }', ".arguments.A", r"\x1b[31m", "one line of printable text"),
    "too long": (f'arguments = {{ A = "{"b" * 1001}" }}', ".arguments.A", "'bbb", "at most 1000 characters"),
    "an id with a comma": ('secrets = { "a,src=/etc/passwd" = "b" }', ".secrets", "a,src=", "id of RUN --mount"),
    "an ARN": (
        'secrets = { a = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:a-abcdef" }',
        ".secrets.a",
        "not a secret's name",
        "not an ARN",
    ),
    "a table": ('secrets = { a = { secret = "b" } }', ".secrets.a", "is of type dict", "must be a text"),
    "no repository": ('base_repositories = ["team/base:1"]', ".base_repositories", "'team/base:1'", "name alone"),
    "a repository of everybody's": ('base_repositories = ["*"]', ".base_repositories", "'*'", "name alone"),
    "another architecture": (
        'environment_image = "aws/codebuild/amazonlinux-aarch64-standard:3.0"',
        ".environment_image",
        "amazonlinux-aarch64",
        "for linux/amd64",
    ),
    "an image without Docker": (
        'environment_image = "aws/codebuild/amazonlinux-x86_64-lambda-standard:python3.13"',
        ".environment_image",
        "lambda-standard",
        "with Docker",
    ),
    "somebody's image": (
        'environment_image = "ubuntu:24.04"',
        ".environment_image",
        "'ubuntu:24.04'",
        "CodeBuild's Linux images",
    ),
    "BuildKit by an option": ('buildkit_image = "x,network=host"', ".buildkit_image", "'x,network=host'", "tag"),
    "BuildKit without a tag": ('buildkit_image = "moby/buildkit"', ".buildkit_image", "'moby/buildkit'", ":buildx"),
}


@pytest.mark.parametrize("lines", WRONG.values(), ids=WRONG)
def test_a_setting_that_will_not_do(lines: tuple[str, ...]) -> None:
    """Refused at synth, with file and line, the field, the value and the way out."""
    text, field, *parts = lines
    said = refused(text)
    assert said.startswith(f"{FILE}:")
    assert f"services.sample.build{field}: " in said or f"services.sample.build{field}." in said
    assert all(part in said for part in parts), said


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NPM_TOKEN", "x"),
        ("DB_PASSWORD", "hunter22"),
        ("apiKey", "abc"),
        ("GITHUB_PAT", "x"),
        ("INDEX", "https://user:hunter22@packages.example.com/simple"),
        ("WHATEVER", PASTED),
    ],
)
def test_a_secret_is_no_build_argument(name: str, value: str) -> None:
    """Arguments stay in the image's history: what looks like one is sent to `secrets`, and not repeated."""
    said = refused(f'arguments = {{ {name} = "{value}" }}')
    assert f"services.sample.build.arguments.{name}: looks like a secret" in said
    assert f"secrets = {{ {name} = " in said
    assert "hunter22" not in said
    assert PASTED not in said


def test_a_secret_in_the_place_of_its_name_is_not_repeated() -> None:
    """Somebody pastes the token itself: the refusal ends up in a log."""
    said = refused(f'secrets = {{ npm = "{PASTED}" }}')
    assert "services.sample.build.secrets.npm: " in said
    assert PASTED not in said


def test_there_are_bounds() -> None:
    """A build's environment and a role's policy are finite."""
    many = "\n".join(f'A{number} = "x"' for number in range(51))
    assert "51 entries; it takes 50" in refused(f"[services.sample.build.arguments]\n{many}")
    assert "21 entries; it takes 20" in refused(
        "[services.sample.build.secrets]\n" + "\n".join(f'a{number} = "x"' for number in range(21))
    )
