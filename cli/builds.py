"""Gets a commit's image into ECR: the one that is there already, or one built by CodeBuild or on this machine."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from cli import image_source, local_builder
from cli.exits import Refused
from cli.verb import At
from landfall import build_watch, naming
from landfall.aws.codebuild import CodeBuild
from landfall.errors import trying
from landfall.model import State
from landfall.settings import Build, Service

POLL_SECONDS, LOCAL_POLL_SECONDS = 5.0, 0.3


@dataclass(frozen=True)
class Image:
    """A commit's image. `pushed`: it was pushed just now, after `since`, and that push starts its deployment."""

    git_sha: str
    digest: str
    pushed: bool
    since: datetime


def image(at: At, service: Service, git_sha: str, drill: str) -> Image:
    """Return the image of a commit, building it where there is none. Raises Refused: nothing is deployed then."""
    since = datetime.now(UTC)
    found = image_source.digest_of(at.cloud.client("ecr"), service.repository, git_sha)
    if found and drill:
        raise Refused("BUILT_BEFORE", f"{git_sha} was built before, without the drill {drill!r}; name another --commit")
    if found:
        at.out.check("build", True, f"{git_sha[:12]} was built before: {found}")
        return Image(git_sha, found, pushed=False, since=since)
    if service.build is None:
        way_out = "push it there, or add a build table to services.toml"
        raise Refused("NO_IMAGE", f"{service.repository}:{git_sha} does not exist, and no build is set up: {way_out}")
    exported = _built(at, service, service.build, git_sha, drill)
    digest = image_source.digest_of(at.cloud.client("ecr"), service.repository, git_sha)
    if digest is None:
        raise Refused(
            "NOTHING_BUILT", f"the build succeeded, but {service.repository}:{git_sha} is not in ECR; see its log"
        )
    if exported.get("IMAGE_DIGEST") != digest:
        saw = f"the build says {exported.get('IMAGE_DIGEST')}, and ECR has {digest} for {git_sha}"
        raise Refused("OTHER_DIGEST", f"{saw}; a tag names one image for ever: find out who else pushed it")
    at.out.check("build", True, f"{git_sha[:12]} is {digest}")
    return Image(git_sha, digest, pushed=exported.get("BUILT") != "no", since=since)


def _built(at: At, service: Service, build: Build, git_sha: str, drill: str) -> Mapping[str, str]:
    """Build, and return what the build exports."""
    if build.builder == "local":
        return local_builder.built(at, service, build, git_sha)
    codebuild, project = at.cloud.client("codebuild"), naming.build_project(service.name)
    # no empty list: the role of a CI may not override the environment at all
    fault = [{"name": "FAULT", "value": drill, "type": "PLAINTEXT"}]
    override = {"environmentVariablesOverride": fault} if drill else {}
    with trying(f"starting a build of {project}"):
        begun = codebuild.start_build(projectName=project, sourceVersion=git_sha, **override)["build"]
    at.reattach[:] = [f"  the build {begun['id']} goes on, and its push starts the deployment"]
    return _followed(at, CodeBuild(codebuild), begun["id"], service)


def _followed(at: At, codebuild: CodeBuild, build_id: str, service: Service) -> Mapping[str, str]:
    began, phase = time.monotonic(), ""
    while True:
        view = codebuild.build(build_id)
        if view.phases and view.phases[-1].name != phase:
            phase = view.phases[-1].name
            at.out.say(f"{time.monotonic() - began:7.1f} s  build {phase}", "dim")
        if view.status != build_watch.IN_PROGRESS:
            verdict, _ = build_watch.assess(view, service, within=0)
            if verdict.state == State.FAIL:
                raise Refused(verdict.code, f"build {build_id}: {verdict.reason}")
            return view.exported
        time.sleep(LOCAL_POLL_SECONDS if at.cloud.local else POLL_SECONDS)
