"""Names of images: which are of one repository, and which are one image."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landfall.images import image_name
from tests.support import builders as b

ECR = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/api"
AT, OTHER = f"@{b.DIGEST}", f"@{b.OTHER_DIGEST}"

SAME: dict[str, tuple[str, str, bool]] = {
    "one tag": (f"{ECR}:1", f"{ECR}:1", True),
    "two tags": (f"{ECR}:1", f"{ECR}:2", False),
    "no tag is latest": (ECR, f"{ECR}:latest", True),
    "one digest": (ECR + AT, ECR + AT, True),
    "one digest, two tags": (f"{ECR}:1{AT}", f"{ECR}:2{AT}", True),
    "one tag, two digests": (f"{ECR}:1{AT}", f"{ECR}:1{OTHER}", False),
    "a digest and a tag": (ECR + AT, f"{ECR}:1", False),
    "a digest and latest": (ECR + AT, ECR, False),
    "a tag with a digest, and the tag": (f"{ECR}:1{AT}", f"{ECR}:1", True),
    "another repository": (f"{ECR}:1", f"{ECR}-worker:1", False),
    "another registry": (f"{ECR}:1", "ghcr.io/shop/api:1", False),
    "another account": (f"{ECR}:1", f"{ECR}:1".replace("123456789012", "210987654321"), False),
    "another region": (f"{ECR}:1", f"{ECR}:1".replace("eu-west-1", "eu-west-2"), False),
    "another port": ("localhost:5000/api", "localhost:5001/api", False),
    "a host in capitals": ("GHCR.io/shop/api", "ghcr.io/shop/api", True),
    # Amazon ECR user guide: dual-stack and FIPS endpoints are other names of one registry
    "dual-stack": (f"{ECR}:1", "123456789012.dkr-ecr.eu-west-1.on.aws/shop/api:1", True),
    "FIPS": (f"{ECR}:1", "123456789012.dkr.ecr-fips.eu-west-1.amazonaws.com/shop/api:1", True),
    "Docker Hub": ("nginx:1", "docker.io/library/nginx:1", True),
    "Docker Hub, of somebody": ("shop/api:1", "index.docker.io/shop/api:1", True),
    "Docker Hub and a namesake": ("shop/api:1", "quay.io/shop/api:1", False),
}


@pytest.mark.parametrize(("one", "other", "same"), SAME.values(), ids=SAME.keys())
def test_same_image(one: str, other: str, same: bool) -> None:
    """By registry, repository and digest, or else by tag; in both directions."""
    assert image_name.read(one).same_image(image_name.read(other)) is same
    assert image_name.read(other).same_image(image_name.read(one)) is same


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    """A task definition may hold anything: an image without sense is like itself alone."""
    assert image_name.read(text).same_image(image_name.read(text))
