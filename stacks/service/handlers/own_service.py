"""The handler that CloudFormation invokes for the ECS service of a stack.

`Custom::LandfallService` is the service. `Custom::LandfallIdentity` holds the properties that can't change while it is
live. Everything else in the stack waits for it, so if it refuses, nothing has changed.
"""

from __future__ import annotations

import hashlib
import json
import urllib.request
from collections.abc import Mapping
from typing import Any

import boto3

from .ecs_service import Aws, EcsService
from .refused import Refused

IDENTITY = "Custom::LandfallIdentity"
SERVICE = "Custom::LandfallService"
KEPT = ("Cluster", "ServiceName", "Container", "Repository", "TaskRole", "ExecutionRole")
"""The properties that revisions of a live service depend on."""
LONGEST_REASON = 1000
"""A response may have 4,096 bytes (CloudFormation user guide, custom resource response objects)."""


def handler(event: dict[str, Any], _context: object) -> None:
    """Do what CloudFormation asks, and send the result. The response's URL is signed, so it is never logged."""
    what = f"{event['RequestType']} {event['ResourceType']}"
    answer = {key: event[key] for key in ("StackId", "RequestId", "LogicalResourceId")}
    try:
        known = asked(event, Aws(*(boto3.client(name) for name in ("ecs", "elbv2", "iam"))))
        answer |= {"Status": "SUCCESS", "PhysicalResourceId": known}
        print(f"{what}: {known}")
    except Exception as error:  # without an answer CloudFormation would wait until its timeout
        reason = f"{type(error).__name__}: {error}"[:LONGEST_REASON]
        answer |= {"Status": "FAILED", "Reason": reason, "PhysicalResourceId": event.get("PhysicalResourceId", "none")}
        print(f"{what}: {reason}")
    body = json.dumps(answer).encode()
    request = urllib.request.Request(event["ResponseURL"], body, {"content-type": ""}, method="PUT")  # noqa: S310
    urllib.request.urlopen(request, timeout=30).close()  # noqa: S310  CloudFormation's own URL


def asked(event: Mapping[str, Any], aws: Aws) -> str:
    """Handle the request, and return the resource's physical id. Raises Refused, or AWS's error."""
    new, old = event["ResourceProperties"], event.get("OldResourceProperties") or {}
    if event["ResourceType"] == IDENTITY:
        return _kept(event, new, old, aws)
    service = EcsService(aws, new)
    if event["RequestType"] == "Delete":
        service.delete()
        service.protect(on=False)
        return str(event["PhysicalResourceId"])
    service.ensure(old)
    service.protect(on=True)
    former = EcsService(aws, old) if old else service
    if former.name != service.name:
        former.delete()  # it has no tasks, since otherwise this change would have been refused
    # The id never changes: CloudFormation deletes a resource with a former id, and would so delete the service.
    return f"{new['Stack']}/service"


def _kept(event: Mapping[str, Any], new: Mapping[str, str], old: Mapping[str, str], aws: Aws) -> str:
    """Refuse another identity while the service is live, and a service of another stack.

    The physical id shows whether CloudFormation rolls back: after a refusal it restores the identity that this resource
    already has, and that is always allowed.
    """
    known = _mark(new)
    if event["RequestType"] == "Create":
        EcsService(aws, new).refuse_another_owner()
    if event["RequestType"] != "Update" or known == event["PhysicalResourceId"]:
        return known
    differ = [key for key in KEPT if new[key] != old[key]]
    service = EcsService(aws, old)
    if differ and service.is_live():
        changes = ", ".join(f"{key} from {old[key]!r} to {new[key]!r}" for key in differ)
        raise Refused(
            f"{service.name} is live, and a deploy can't change {changes}: its tasks would lose what they need. "
            "Restore it in services.toml. To move a service, add a second one, and delete the first one when that is "
            "live"
        )
    return known


def _mark(properties: Mapping[str, str]) -> str:
    text = json.dumps([properties[key] for key in KEPT])
    return f"{properties['Cluster']}/{properties['ServiceName']}/{hashlib.sha256(text.encode()).hexdigest()[:12]}"
