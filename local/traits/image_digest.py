"""Trait: a running task tells which bytes it runs and where it is reached.

AWS ("API_Container", "API_Attachment"): every container reports ``imageDigest``, also where its image is
named by tag, and in awsvpc mode ``networkInterfaces`` with the attachment's id and private address; the
attachment names its interface.
Emulator: the digest only for a service's task whose tag it resolved, no network interfaces.
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
    """The manifest digest under which the engine knows the container's image; empty if it has none."""
    try:
        known = container.image.attrs.get("RepoDigests") or [""]
    except Exception:  # an engine that can't tell: any error of its own
        return ""
    return str(known[0]).partition("@")[2]


def _complete(task: dict[str, Any], record: dict[str, Any], digest: str) -> None:
    """Add what is missing; a digest that ECS itself resolved stays."""
    if digest:
        record.setdefault("imageDigest", digest)
    for attachment in task.get("attachments") or []:
        details = {detail["name"]: detail["value"] for detail in attachment["details"]}
        if "networkInterfaceId" not in details:
            interface = f"eni-{attachment['id'].replace('-', '')[:17]}"
            attachment["details"].append({"name": "networkInterfaceId", "value": interface})
        address = details.get("privateIPv4Address", "")
        record["networkInterfaces"] = [{"attachmentId": attachment["id"], "privateIpv4Address": address}]
