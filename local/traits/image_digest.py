"""Trait: a running task reports its image digest and its network interface.

AWS ("API_Container", "API_Attachment"): every container reports ``imageDigest``, even if its image is named by tag. In
awsvpc mode it also reports ``networkInterfaces`` with the attachment's id and private address. The attachment names its
interface.
Emulator: the digest only if it resolved the tag of a service's task; no network interfaces.
Here: the digest of what the engine really pulled, and the interface, are recorded as each container starts.
"""

from __future__ import annotations

from typing import Any

from ministack.core.concurrency import resource_lock
from ministack.services import ecs


def apply() -> None:
    """Complete the container's record when it is attached to its task."""
    original = ecs._attach_started_container

    def attach(task: dict[str, Any], container: Any, index: int, token: str, network: str | None) -> Any:
        attached = original(task, container, index, token, network)
        if attached and index < len(task["containers"]):
            digest = pulled_digest(container)
            with resource_lock("ecs-task", task["taskArn"]):
                _complete(task, task["containers"][index], digest)
        return attached

    ecs._attach_started_container = attach


def pulled_digest(container: Any) -> str:
    """Return the manifest digest of the container's image in the engine; empty if it has none."""
    try:
        known = container.image.attrs.get("RepoDigests") or [""]
    except Exception:  # the engine doesn't know; each engine has its own error
        return ""
    return str(known[0]).partition("@")[2]


def _complete(task: dict[str, Any], record: dict[str, Any], digest: str) -> None:
    """Add the missing fields. A digest that ECS itself resolved stays."""
    if digest:
        record.setdefault("imageDigest", digest)
    for attachment in task.get("attachments") or []:
        details = {detail["name"]: detail["value"] for detail in attachment["details"]}
        if "networkInterfaceId" not in details:
            interface = f"eni-{attachment['id'].replace('-', '')[:17]}"
            attachment["details"].append({"name": "networkInterfaceId", "value": interface})
        address = details.get("privateIPv4Address", "")
        record["networkInterfaces"] = [{"attachmentId": attachment["id"], "privateIpv4Address": address}]
