"""What Docker and the AWS CLI once answered."""

from __future__ import annotations

import json

from tests.building.clone import REGISTRY
from tests.building.recorded import Answer

OURS = "sha256:" + "a" * 64
LOOK_UP = ("aws", "ecr", "describe-images")
BUILD = ("docker", "buildx", "build")
NOT_THERE = Answer(
    LOOK_UP,
    stderr="\nAn error occurred (ImageNotFoundException) when calling the DescribeImages operation: The image with "
    "imageId {imageDigest:'null', imageTag:'…'} does not exist within the repository with name 'landfall/sample' in "
    "the registry with id '123456789012'\n",
    exit=254,
)
LOGIN = (
    Answer(("aws", "ecr", "get-login-password"), stdout="the-password\n"),
    Answer(("docker", "login"), stdout="Login Succeeded\n"),
    Answer(("docker", "logout"), stdout=f"Removing login credentials for {REGISTRY}\n"),
)
BUILDX = (
    Answer(("docker", "buildx", "version"), stdout="github.com/docker/buildx v0.32.1\n"),
    Answer(("docker", "buildx", "inspect"), stderr='ERROR: no builder "landfall" found\n', exit=1),
    Answer(("docker", "buildx", "create"), stdout="landfall\n"),
)
READY = (*BUILDX, *LOGIN)


def metadata(digest: str) -> str:
    """Return what buildx writes of a pushed image."""
    descriptor = {"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": digest, "size": 1237}
    document = {
        "buildx.build.ref": "landfall/x",
        "containerimage.descriptor": descriptor,
        "containerimage.digest": digest,
    }
    return json.dumps(document, indent=2)


EXPORTED = (
    "#9 exporting to image\n#9 exporting layers 0.1s done\n"
    f"#9 exporting manifest {OURS} 0.0s done\n#9 exporting config sha256:{'c' * 64} 0.0s done\n#9 pushing layers\n"
)
BUILT = Answer(BUILD, stderr=f"{EXPORTED}#9 DONE 1.9s\n", writes={"--metadata-file": metadata(OURS)})


def there(digest: str) -> Answer:
    """Return ECR's answer where the tag names this image."""
    return Answer(LOOK_UP, stdout=f"{digest}\n")


def values(argv: list[str], option: str) -> list[str]:
    """Return what an option was given, each time."""
    return [argv[n + 1] for n, word in enumerate(argv) if word == option]
