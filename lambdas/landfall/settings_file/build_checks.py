"""Checks the build table of a service. Its values end up in a shell, in policies, and some in an image."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from landfall.images.image_secrets import is_secret
from landfall.settings import Build
from landfall.settings_file import aws_names, path_patterns
from landfall.settings_file.problem import Problems, limits
from landfall.text.lazy_pattern import Later

Where = tuple[str, ...]
MOST_ARGUMENTS, MOST_SECRETS = 50, 20
LONGEST_VALUE = 1000
OURS = frozenset({"GIT_SHA", "BUILD_TIME"})
"""Build arguments that the build itself sets. If settings could set the commit, the image would prove nothing."""
PREDEFINED = {
    *(f"{each}_PROXY" for each in ("HTTP", "HTTPS", "FTP", "NO", "ALL")),
    *(f"{where}{what}" for where in ("TARGET", "BUILD") for what in ("PLATFORM", "OS", "ARCH", "VARIANT")),
    *("TARGETSTAGE", "SOURCE_DATE_EPOCH"),
}
"""Predefined arguments (docs.docker.com, Dockerfile reference, ARG). `BUILDKIT_…` are predefined too; one of them
replaces the Dockerfile frontend."""
_SOURCE = Later(r"[A-Za-z0-9][A-Za-z0-9_-]{0,38}/(?!\.{1,2}$|.*\.git$)[A-Za-z0-9._-]{1,100}")
"""A managed user's name ends in `_` and the enterprise's short code (GitHub Docs, enterprise managed users). A
repository can't have the name `.` or `..`, or a name that ends in `.git`."""
_BRANCH = Later(r"[A-Za-z0-9\xc0-\xd6\xd8-\xf6\xf8-\xff._/#+@=,%-]+")
"""A trust policy holds the branch, and takes no letters beyond Latin-1 (IAM API reference, CreateRole)."""
_NO_BRANCH = Later(r"\.\.|//|(^|/)\.|\.lock(/|$)|[./]$|^(@|HEAD)$|^refs/")
"""What git forbids, and a ref in full: the branch is what follows refs/heads/."""
_SUBJECT = Later(r"([A-Za-z0-9_-]+)@\d+/([A-Za-z0-9._-]+)@\d+")
_CONNECTION = Later(r"arn:[a-z-]+:(codeconnections|codestar-connections):[a-z0-9-]+:\d{12}:connection/[0-9a-f-]+")
_PLAIN = Later(r"[A-Za-z0-9._/-]+")  # these end up in shell commands of a build
_STAGE = Later(r"[A-Za-z][A-Za-z0-9_.-]{0,99}|\d{1,3}")
"""A stage's name (BuildKit allows only these characters), or its number."""
_ARGUMENT = Later(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_SECRET_ID = Later(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_ENVIRONMENT = {
    "linux/amd64": r"aws/codebuild/(?:standard|amazonlinux2?-x86_64-standard):\d+\.\d+(?:-\d\d\.\d\d\.\d\d)?",
    "linux/arm64": r"aws/codebuild/amazonlinux2?-aarch64-standard:\d+\.\d+(?:-\d\d\.\d\d\.\d\d)?",
}
"""CodeBuild's own images that have Docker, by the machine's architecture (CodeBuild user guide)."""
_IMAGE = Later(
    r"(?=.{1,255}$)[a-z0-9][a-z0-9._:/-]*[a-z0-9](?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}|@sha256:[0-9a-f]{64})"
)


def texts(table: Any, where: Where, problem: Problems) -> None:
    """Check that tables of a build hold texts, before they are read. So the error can name the wrong key."""
    for key in ("arguments", "secrets"):
        inner = table.get(key, {}) if isinstance(table, dict) else {}
        if not isinstance(inner, dict):
            raise problem.at((*where, key), f'is {inner!r}; must be a table, {key} = {{ NAME = "text" }}')
        for name, value in inner.items():
            if not isinstance(value, str):
                raise problem.at((*where, key, name), f'is of type {type(value).__name__}; must be a text, "…"')


def check(build: Build, where: Where, problem: Problems) -> None:
    """Check the values of a build table beyond their types. Raises SettingsError."""
    if not _SOURCE.fullmatch(build.source):
        raise problem.at((*where, "source"), f"{build.source!r} is not the owner/name of a GitHub repository")
    if build.subject is not None:
        found = _SUBJECT.fullmatch(build.subject)
        if not found or "/".join(found.groups()) != build.source:
            raise problem.at(
                (*where, "subject"), f"{build.subject!r} is not the source with its ids, as in owner@ID/name@ID"
            )
    if build.connection is not None and not _CONNECTION.fullmatch(build.connection):
        raise problem.at((*where, "connection"), f"{build.connection!r} is not the ARN of a CodeConnections connection")
    branch = build.branch
    if not _BRANCH.fullmatch(branch) or branch.startswith(("/", "-")) or _NO_BRANCH.search(branch):
        way_out = "give a name that git accepts, such as 'main' or 'release/1.x', without 'refs/heads/'"
        raise problem.at((*where, "branch"), f"{branch!r} can't be a branch's name; {way_out}")
    for key in ("context", "dockerfile"):
        value = getattr(build, key)
        if not value or value.startswith(("/", "-")) or ".." in value.split("/") or not _PLAIN.fullmatch(value):
            way_out = "letters, digits and . _ / -, relative to the repository's root, and without '..'"
            raise problem.at((*where, key), f"{value!r} is not allowed; it takes {way_out}")
    path_patterns.check(build.paths, (*where, "paths"), problem)
    limits({"deployment_begins_within_seconds": build.deployment_begins_within_seconds}, where, problem)
    _images(build, where, problem)
    _few_enough(build.arguments, MOST_ARGUMENTS, (*where, "arguments"), problem)
    for name, value in build.arguments.items():
        _argument(name, value, (*where, "arguments", name), problem)
    _few_enough(build.secrets, MOST_SECRETS, (*where, "secrets"), problem)
    for name, value in build.secrets.items():
        _secret(name, value, (*where, "secrets", name), problem)


def _images(build: Build, where: Where, problem: Problems) -> None:
    """Check the stage to build, and the images that it is built with and from."""
    if build.target is not None and not _STAGE.fullmatch(build.target):
        way_out = "give the name after AS in the Dockerfile: a letter, then letters, digits and _ . -; or its number"
        raise problem.at((*where, "target"), f"{build.target!r} names no stage; {way_out}")
    for name in build.base_repositories:
        if not aws_names.is_repository(name):
            way_out = "give its name alone, without registry or tag, such as 'ecr-public/docker/library/python'"
            raise problem.at((*where, "base_repositories"), f"{name!r} is not an ECR repository's name; {way_out}")
    if build.environment_image is not None and not re.fullmatch(_ENVIRONMENT[build.platform], build.environment_image):
        example = "amazonlinux-aarch64-standard:4.0" if build.platform == "linux/arm64" else "standard:7.0"
        way_out = f"one of CodeBuild's Linux images with Docker for {build.platform}: aws/codebuild/{example}"
        raise problem.at(
            (*where, "environment_image"), f"{build.environment_image!r} is not allowed; it takes {way_out}"
        )
    if not _IMAGE.fullmatch(build.buildkit_image):
        way_out = "give it as registry/repository:tag or …@sha256:…, such as moby/buildkit:buildx-stable-1"
        raise problem.at((*where, "buildkit_image"), f"{build.buildkit_image!r} is not an image; {way_out}")


def _argument(name: str, value: str, where: Where, problem: Problems) -> None:
    if not _ARGUMENT.fullmatch(name):
        way_out = "it takes at most 64 letters, digits and '_', and doesn't begin with a digit"
        raise problem.at(where, f"{name!r} is not a build argument's name; {way_out}")
    if name in OURS:
        raise problem.at(
            where, f"{name} is set by the build itself; leave it out, and declare it in the Dockerfile: ARG {name}"
        )
    if name.upper() in PREDEFINED or name.upper().startswith("BUILDKIT_"):
        way_out = "every Dockerfile has it, and it changes the builder; use another name"
        raise problem.at(where, f"{name} is predefined; {way_out}")
    if is_secret(name, value):
        way_out = f'put it into Secrets Manager, and give its name there: secrets = {{ {name} = "its name" }}'
        why = "everybody who can pull the image can read its build arguments"
        raise problem.at(where, f"looks like a secret, and {why}; {way_out}")
    if len(value) > LONGEST_VALUE or not value.isprintable():
        way_out = f"one line of printable text with at most {LONGEST_VALUE} characters"
        raise problem.at(where, f"{value[:40]!r} is not allowed; it takes {way_out}")


def _secret(name: str, value: str, where: Where, problem: Problems) -> None:
    if not _SECRET_ID.fullmatch(name):
        way_out = "the id of RUN --mount=type=secret,id=…: at most 64 letters, digits and _ . -"
        raise problem.at(where, f"{name!r} is not a secret's id; it takes {way_out}")
    if is_secret("", value) or not aws_names.is_secret_name(value):
        # don't quote the value: it may be the secret itself
        way_out = (
            "the name of a secret in this account and region: at most 512 letters, digits and /_+=.@-; not an ARN, and"
            " never the secret itself"
        )
        raise problem.at(
            where, f"holds {len(value)} characters that are not a secret's name in Secrets Manager; it takes {way_out}"
        )


def _few_enough(table: Mapping[str, str], most: int, where: Where, problem: Problems) -> None:
    if len(table) > most:
        raise problem.at(where, f"has {len(table)} entries; it takes {most} at most")
