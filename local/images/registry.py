"""Pushes an image to the local registry over the registry protocol."""

import json
from http import HTTPStatus
from typing import Protocol
from urllib.parse import urljoin

import httpx

from landfall.addresses import is_loopback

_TIMEOUT_SECONDS = 30


class RegistryError(Exception):
    """The registry refused the image, or stored another digest."""


class Pushable(Protocol):
    """The parts of an image that a push needs."""

    @property
    def manifest(self) -> bytes:
        """Return the manifest's exact bytes."""

    @property
    def media_type(self) -> str:
        """Return the manifest's media type."""

    @property
    def digest(self) -> str:
        """Return the digest of the manifest."""

    @property
    def blobs(self) -> dict[str, bytes]:
        """Return everything that the manifest names, by digest."""


def push_image(endpoint: str, repository: str, image: Pushable, tag: str, *, registry_host: str | None = None) -> str:
    """Push the image under the tag and return its digest, which the registry has confirmed.

    Blobs that the repository has are not sent again. `registry_host`, a name such as
    ACCOUNT.dkr.ecr.REGION.amazonaws.com, selects the account if several have such a repository.
    """
    headers = {"Host": registry_host} if registry_host else {}
    base = f"{_loopback(endpoint)}/v2/{repository}/"
    # The environment's proxy settings don't apply to this machine.
    with httpx.Client(timeout=_TIMEOUT_SECONDS, headers=headers, trust_env=False) as client:
        try:
            for digest, data in image.blobs.items():
                _push_blob(client, base, digest, data)
            return _push_manifest(client, base, image, tag)
        except httpx.TransportError as error:
            raise RegistryError(f"no registry answers at {endpoint}: {error}") from error


def _loopback(endpoint: str) -> str:
    """Return the endpoint if it is on this machine. A faulty image must never reach a registry that others use."""
    if not is_loopback(httpx.URL(endpoint).host):
        raise RegistryError(
            f"endpoint {endpoint!r} is not on this machine: images are pushed only to loopback addresses"
        )
    return endpoint.rstrip("/")


def _push_blob(client: httpx.Client, base: str, digest: str, data: bytes) -> None:
    """Send one blob unless the registry has it."""
    present = client.head(f"{base}blobs/{digest}")
    if present.status_code == HTTPStatus.OK:
        return
    if present.status_code != HTTPStatus.NOT_FOUND:
        raise _refused("asking for a blob", present)
    upload = client.post(f"{base}blobs/uploads/")
    if upload.status_code != HTTPStatus.ACCEPTED:
        raise _refused("starting an upload", upload)
    location = httpx.URL(urljoin(str(upload.url), upload.headers["Location"]))
    stored = client.put(
        location.copy_merge_params({"digest": digest}),
        content=data,
        headers={"Content-Type": "application/octet-stream"},
    )
    if stored.status_code != HTTPStatus.CREATED:
        raise _refused("sending a blob", stored)


def _push_manifest(client: httpx.Client, base: str, image: Pushable, tag: str) -> str:
    """Send the manifest after its blobs, and compare the digests."""
    reply = client.put(f"{base}manifests/{tag}", content=image.manifest, headers={"Content-Type": image.media_type})
    if "TAG_INVALID" in _codes(reply):
        raise RegistryError(
            f"tag {tag!r} already names another image, and the repository is immutable; "
            f"push {image.digest} under another tag"
        )
    if reply.status_code != HTTPStatus.CREATED:
        raise _refused(f"naming the image {tag!r}", reply)
    confirmed = reply.headers.get("Docker-Content-Digest", "")
    if confirmed != image.digest:
        raise RegistryError(f"the registry stored {confirmed or 'no digest'}, but {image.digest} was pushed")
    return image.digest


def _refused(what: str, reply: httpx.Response) -> RegistryError:
    """Return an error with the registry's own message."""
    if "NAME_UNKNOWN" in _codes(reply) or reply.status_code == HTTPStatus.NOT_FOUND:
        repository = reply.url.path.removeprefix("/v2/").partition("/blobs/")[0].partition("/manifests/")[0]
        return RegistryError(f"the registry has no repository {repository!r}: create it in ECR first")
    return RegistryError(f"{what}: the registry answered {reply.status_code}: {reply.text[:300]}")


def _codes(reply: httpx.Response) -> set[str]:
    """Return the error codes in a registry's reply, if it has any."""
    try:
        return {error["code"] for error in json.loads(reply.content)["errors"]}
    except (ValueError, KeyError, TypeError):
        return set()
