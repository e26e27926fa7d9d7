"""Trait: CloudFormation passes everything in the template to ECS.

AWS ("AWS::ECS::Service", "AWS::ECS::TaskDefinition"): every property has its counterpart in the API.
Emulator: in a container definition it renames only some nested properties (``HealthCheck.Command`` stays as it is, so
there is no health check). Of a service it drops HealthCheckGracePeriodSeconds, EnableExecuteCommand, PropagateTags and
others.
Here: all nested properties of container definitions are renamed, except keys of users' maps. The service's other
properties are passed on.
"""

from __future__ import annotations

import threading
from typing import Any

from ministack.services import ecs
from ministack.services.cloudformation import provisioners

USER_KEYS = frozenset({"dockerLabels", "options"})  # maps with keys of users
SERVICE = {
    "HealthCheckGracePeriodSeconds": "healthCheckGracePeriodSeconds",
    "EnableExecuteCommand": "enableExecuteCommand",
    "EnableECSManagedTags": "enableECSManagedTags",
    "PlatformVersion": "platformVersion",
    "PropagateTags": "propagateTags",
    "SchedulingStrategy": "schedulingStrategy",
    "DeploymentController": "deploymentController",
}
TASK = {"RuntimePlatform": "runtimePlatform", "EphemeralStorage": "ephemeralStorage", "Volumes": "volumes"}


HANDED_ON = threading.local()


def apply() -> None:
    """Replace the renaming, and the creation of services and task definitions."""
    plain = ecs._create_service
    ecs._create_service = lambda request: plain(request | getattr(HANDED_ON, "properties", {}))
    provisioners._normalize_container_defs = lambda definitions: [renamed(each) for each in definitions]
    handlers = provisioners._RESOURCE_HANDLERS
    handlers["AWS::ECS::Service"]["create"] = _service_created(handlers["AWS::ECS::Service"]["create"])
    create = provisioners._ecs_task_def_create

    def create_task_definition(logical_id: str, props: dict[str, Any], stack: str) -> Any:
        arn, attributes = create(logical_id, props, stack)
        record = ecs._task_defs[arn.rpartition("/")[2]]
        record |= {key: renamed(props[name]) for name, key in TASK.items() if props.get(name)}
        return arn, attributes

    provisioners._ecs_task_def_create = create_task_definition
    handlers["AWS::ECS::TaskDefinition"]["create"] = create_task_definition


def _service_created(original: Any) -> Any:
    """Create a service with the properties that the emulator drops. Its CreateService reads them on this thread."""

    def create(logical_id: str, props: dict[str, Any], stack: str) -> Any:
        HANDED_ON.properties = {key: renamed(props[n]) for n, key in SERVICE.items() if props.get(n) is not None}
        try:
            return original(logical_id, props, stack)
        finally:
            HANDED_ON.properties = {}

    return create


def renamed(value: Any, key: str = "") -> Any:
    """Return a property, with all nested ones, in the API's spelling."""
    if isinstance(value, dict):
        if key in USER_KEYS:
            return value
        pairs = ((provisioners._cfn_to_camel(name), inner) for name, inner in value.items())
        return {name: renamed(inner, name) for name, inner in pairs}
    if isinstance(value, list):
        return [renamed(each, key) for each in value]
    return value
