"""Trait: a push to ECR is an event.

AWS ("Amazon ECR events and EventBridge"): each completed push of a manifest sends an ``ECR Image Action``
event from ``aws.ecr`` with ``resources`` empty and in ``detail`` the result, repository, digest,
``action-type`` PUSH and the tag; a manifest pushed by digest (an index's children) has none.
Emulator: nothing.
Here: it is sent for every accepted PUT of a manifest over the registry protocol and every PutImage, to the
default bus.
"""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

from ministack.services import ecr

from local import events


def apply() -> None:
    """Send the event after each kind of push of a manifest."""
    put_manifest, put_image = ecr._v2_put_manifest, ecr._put_image

    def pushed_over_registry(name: str, ref: str, headers: Any, body: Any) -> Any:
        reply = put_manifest(name, ref, headers, body)
        if reply[0] == HTTPStatus.CREATED:
            announce(name, reply[1]["Docker-Content-Digest"], None if ref.startswith("sha256:") else ref)
        return reply

    def pushed_by_api(data: Any) -> Any:
        reply = put_image(data)
        if reply[0] == HTTPStatus.OK:
            image = json.loads(reply[2])["image"]
            announce(data["repositoryName"], image["imageId"]["imageDigest"], data.get("imageTag"))
        return reply

    ecr._v2_put_manifest = pushed_over_registry
    ecr._put_image = pushed_by_api


def announce(repository: str, digest: str, tag: str | None) -> None:
    """Send the event of one image."""
    detail = {"result": "SUCCESS", "repository-name": repository, "image-digest": digest, "action-type": "PUSH"}
    if tag:
        detail["image-tag"] = tag
    events.send("aws.ecr", "ECR Image Action", detail)
