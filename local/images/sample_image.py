"""Builds the sample service's image without Docker, and pushes it to the local registry.

It is a real OCI image: a manifest, a configuration and two layers, addressed by digest. There is one difference to
`docker build` with the same Dockerfile: it has no base image, and so no interpreter. The local engine supplies
`python`. With Docker or Podman the Dockerfile itself is built instead.
"""

import argparse
import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from landfall.images.commit_details import NOTHING, Told, as_annotations
from landfall.images.image_tags import is_full
from local.images.dockerfile import DockerfileError, image_config
from local.images.layers import LayerError, app_layer, dependencies_layer
from local.images.oci import Image, assemble
from local.images.registry import RegistryError, push_image
from sample_service.faults import FAULTS

__all__ = ["BuildError", "Image", "build_image", "push_image"]

SERVICE = Path(__file__).resolve().parents[2] / "sample_service"

_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z", re.ASCII)


class BuildError(Exception):
    """The image can't be built from these inputs."""


def build_image(
    git_sha: str,
    build_time: str,
    fault: str = "",
    extra_env: Mapping[str, str] | None = None,
    *,
    arguments: Mapping[str, str] | None = None,
    said: Told = NOTHING,
) -> Image:
    """Return the image of this commit, with `fault` in it if given. The same inputs give the same digest.

    `extra_env` is added to the environment, for an image that must differ from the Dockerfile's. `arguments` are more
    build arguments. `said` are the commit details in the image.
    """
    if not is_full(git_sha):
        raise BuildError(f"git_sha is {git_sha!r}: it must be a full commit id, 40 lowercase hex digits")
    if not _TIME.fullmatch(build_time):
        raise BuildError(f"build_time is {build_time!r}: it must be a time in UTC such as 2024-01-31T12:00:00Z")
    own = {"GIT_SHA": git_sha, "BUILD_TIME": build_time, **({"FAULT": fault} if fault else {})}
    config = image_config(SERVICE / "Dockerfile", {**(arguments or {}), **own})
    environment = dict(entry.split("=", 1) for entry in config["Env"]) | dict(extra_env or {})
    config["Env"] = [f"{name}={value}" for name, value in environment.items()]
    root = PurePosixPath(config["WorkingDir"].lstrip("/"))
    # Dependencies are below the app: they rarely change, so most pushes send only the small layer above.
    layers = (dependencies_layer(SERVICE / "requirements.txt", root), app_layer(SERVICE, root))
    return assemble(config, layers, created=build_time, annotations=as_annotations(said) if said.sha else None)


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m local.images.sample_image",
        description="Build the sample service's image without Docker and push it to the local registry. "
        "Prints the digest. A push with a commit's id as tag starts a release.",
        epilog="Without --build-time, each build of a commit gives a different image. A fault is inside the image, "
        "like in a bad release; the pipeline doesn't know about it.",
    )
    parser.add_argument("--repository", required=True, help="an existing ECR repository")
    parser.add_argument("--tag", help="default: the commit's id")
    parser.add_argument("--sha", help="the commit that the image reports (default: HEAD of this clone)")
    parser.add_argument("--build-time", help="UTC, such as 2024-01-31T12:00:00Z (default: now)")
    choices = sorted(FAULTS)
    parser.add_argument("--fault", default="", choices=choices, metavar="FAULT", help=f"one of {', '.join(choices)}")
    parser.add_argument(
        "--endpoint",
        default=os.environ.get("AWS_ENDPOINT_URL") or "http://127.0.0.1:4566",
        help="the local AWS, on a loopback address (default: AWS_ENDPOINT_URL, here %(default)s)",
    )
    return parser


def _head() -> str:
    """Return HEAD of this clone."""
    command = ["git", "-C", str(SERVICE), "rev-parse", "--verify", "HEAD"]
    try:
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError) as error:
        raise BuildError("no commit to build; give one with --sha") from error


def main(arguments: Sequence[str] | None = None) -> int:
    """Build and push. Prints only the digest to stdout, for scripts; everything else goes to stderr."""
    options = _arguments().parse_args(arguments)
    build_time = options.build_time or datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    try:
        sha = options.sha or _head()
        image = build_image(sha, build_time, options.fault)
        tag = options.tag or sha
        digest = push_image(options.endpoint, options.repository, image, tag)
    except (BuildError, DockerfileError, LayerError, RegistryError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"pushed {options.repository}:{tag}, {image.size / 1e6:.1f} MB in all", file=sys.stderr)
    print(digest)
    return 0


if __name__ == "__main__":
    sys.exit(main())
