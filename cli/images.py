"""Which image a commit is, as ECR has it."""

from __future__ import annotations

from cli.cloud import Cloud
from landfall.errors import AwsCallFailed, trying
from landfall.settings import Service


def digest_of(cloud: Cloud, service: Service, tag: str) -> str | None:
    """Return the digest a tag names; None where there is no such tag."""
    try:
        with trying(f"looking for {service.repository}:{tag}"):
            images = cloud.client("ecr").describe_images(
                repositoryName=service.repository, imageIds=[{"imageTag": tag}]
            )
    except AwsCallFailed as error:
        if error.code == "ImageNotFoundException":
            return None
        raise
    return str(images["imageDetails"][0]["imageDigest"])
