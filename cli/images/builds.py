"""Finds a commit's image in ECR, or has it built by CodeBuild or on this machine."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn

from cli.command import At
from cli.deployments import ask
from cli.deployments.ask import Wants
from cli.exits import NotKnown, Refused
from cli.images import image_source, local_builder
from landfall import naming
from landfall.aws.codebuild import CodeBuild
from landfall.aws.trying import trying
from landfall.builds import build_watch
from landfall.builds.build_watch import BuildView
from landfall.errors import AwsCallFailed
from landfall.model import State
from landfall.settings import Build, Service
from landfall.steps.resolving import image_lookup

POLL_SECONDS = 5.0
MISSED_AT_FIRST = 5
"""How many times CodeBuild may not know a build that was just started."""


@dataclass(frozen=True)
class Image:
    """A commit's image. `pushed`: it was pushed just now, and that push starts its deployment.

    `tag` is the tag that contains its commit, if the tag is not the commit itself.
    """

    git_sha: str
    digest: str
    pushed: bool
    tag: str = ""


def faulty(at: At, service: Service, git_sha: str, reason: str, *, fault: str) -> Image:
    """Return an image of the commit with a fault in it, under another commit's name. Raises Refused.

    A tag names one image for ever, and the ledger keeps its outcome. Under the commit's own name, both would block the
    commit's real release.
    """
    named = rehearsed(git_sha, fault)
    at.out.check("fault", True, f"{fault}, in an image with the name {named[:12]}; {git_sha[:12]} is not changed")
    return image(at, service, named, reason, fault)


def rehearsed(git_sha: str, fault: str) -> str:
    """Return a made-up commit id for this commit and fault. It is the same each time."""
    return hashlib.sha1(f"{git_sha} with the fault {fault}".encode(), usedforsecurity=False).hexdigest()


def image(at: At, service: Service, git_sha: str, reason: str, fault: str = "") -> Image:
    """Return the image of a commit; build it if there is none. Raises Refused if nothing will be deployed.

    Who asks for the build and why is recorded before it begins, since the push says neither.
    """
    found = built_before(at, service, git_sha)
    if found:
        at.out.check("build", True, told(found))
        return found
    if service.build is None:
        raise Refused("NO_IMAGE", no_image(service, git_sha))
    exported = _built(at, service, service.build, git_sha, reason, fault=fault)
    digest = _in_ecr(at, service, git_sha)
    if digest is None:
        raise Refused(
            "NOTHING_BUILT", f"the build succeeded, but {service.repository}:{git_sha} is not in ECR; see its log"
        )
    if exported.get("IMAGE_DIGEST") != digest:
        saw = f"the build reports {exported.get('IMAGE_DIGEST')}, but ECR has {digest} for {git_sha}"
        raise Refused("OTHER_DIGEST", f"{saw}; a tag names one image for ever: find out who else pushed it")
    at.out.check("build", True, f"{git_sha[:12]} is {digest}")
    return Image(git_sha, digest, pushed=True)


def _built(at: At, service: Service, build: Build, git_sha: str, reason: str, *, fault: str) -> Mapping[str, str]:
    """Record the request, build, and return the variables that the build exports."""
    if build.builder == "local":
        if fault:
            raise Refused(
                "NO_FAULT", f'--fault {fault!r} needs a build by the local AWS, but builder is "local"; leave it out'
            )
        ask.asked(at, service, git_sha, Wants.PUSH, reason)
        return local_builder.built(at, service, build, git_sha)
    at.reattach[:] = [
        f"  if the build has begun, it goes on, and its push starts a deployment: landfall watch {git_sha}"
    ]
    if fault:
        ask.asked(at, service, git_sha, Wants.PUSH, reason)
        build_id = _with_fault(at, service, git_sha, fault)
    else:
        build_id = str(ask.asked(at, service, git_sha, Wants.BUILD, reason)["build"])
    at.reattach[:] = [f"  build {build_id} goes on, and its push starts a deployment: landfall watch {git_sha}"]
    view = _followed(at, CodeBuild(at.cloud.client("codebuild")), build_id)
    verdict, _ = build_watch.assess(view, service, within=0)
    if verdict.state == State.FAIL:
        _failed(at, service, git_sha, verdict.code, f"build {build_id}: {verdict.reason}")
    return view.exported


def _with_fault(at: At, service: Service, git_sha: str, fault: str) -> str:
    """Start a build with a fault on the local AWS, and return its id. A front can't pass a fault on."""
    project = naming.build_project(service.name)
    baked_in = [{"name": "FAULT", "value": fault, "type": "PLAINTEXT"}]
    with trying(f"starting a build of {project}"):
        begun = at.cloud.client("codebuild").start_build(
            projectName=project, sourceVersion=git_sha, environmentVariablesOverride=baked_in
        )
    return str(begun["build"]["id"])


def no_image(service: Service, git_sha: str) -> str:
    """Return the message that a commit has no image and no build is configured."""
    way_out = "push it there, or add a build table to services.toml"
    form = (
        f", nor does an image with a tag in which tag_pattern {service.tag_pattern!r} finds that commit"
        if service.tag_pattern
        else ""
    )
    return f"{service.repository}:{git_sha} does not exist{form}, and no build is configured: {way_out}"


def told(image: Image) -> str:
    """Return the message that an image exists already, and under which tag."""
    under = f", under tag {image.tag}" if image.tag else ""
    return f"{image.git_sha[:12]} was built before: {image.digest}{under}"


def built_before(at: At, service: Service, git_sha: str) -> Image | None:
    """Return a commit's image: the one tagged with the commit, else one with a tag in which `tag_pattern` finds it."""
    if digest := _in_ecr(at, service, git_sha):
        return Image(git_sha, digest, pushed=False)
    if service.tag_pattern is None:
        return None
    found = image_lookup.of_commit(at.cloud.ecr(service).images(), service.tags, git_sha)
    return Image(git_sha, found[0].digest, pushed=False, tag=found[1]) if found else None


def _in_ecr(at: At, service: Service, git_sha: str) -> str | None:
    pushed = image_source.pushed(at.cloud.client("ecr"), service.repository, git_sha)
    return pushed.digest if pushed else None


def _failed(at: At, service: Service, git_sha: str, code: str, why: str) -> NoReturn:
    """Raise that a build failed. If it had pushed an image before, that push has started a deployment."""
    if _in_ecr(at, service, git_sha):
        raise NotKnown(
            code, f"{why}; but it had pushed an image, which starts a deployment: `landfall watch {git_sha}`"
        )
    raise Refused(code, why)


def _followed(at: At, codebuild: CodeBuild, build_id: str) -> BuildView:
    """Wait until the build ends, and return it."""
    began, phase, missed = time.monotonic(), "", 0
    while True:
        try:
            view = codebuild.build(build_id)
        except AwsCallFailed as error:
            missed += 1
            if error.code != "BuildMissing" or missed > MISSED_AT_FIRST:
                raise
        else:
            if view.phases and view.phases[-1].name != phase:
                phase = view.phases[-1].name
                at.out.say(f"{time.monotonic() - began:7.1f} s  build {phase}", "dim")
            if view.status != build_watch.IN_PROGRESS:
                return view
        time.sleep(at.cloud.pause(POLL_SECONDS))
