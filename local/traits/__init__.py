"""Corrects the emulator where it differs from AWS, with one module per trait.

Each module's docstring says what AWS does, what the emulator does, and what is done here. ``apply()`` does it in the
emulator's process before it serves. The emulator looks up its functions by name at each call, so replacing a name is
enough.
"""

from __future__ import annotations

import importlib

EMULATOR = "1.5.33"  # the version of ministack that these traits were written for

TRAITS = (
    "target_health",
    "alb_routing",
    "weighted_forward",
    "elb_lookups",
    "local.ecs.draining",
    "rollout",
    "service_deployments",
    "stopped_reasons",
    "task_memory",
    "container_exit",
    "container_health",
    "task_started_by",
    "run_task_token",
    "image_digest",
    "task_definitions",
    "services",
    "cloudformation_ecs",
    "ecr.host",
    "no_image_cache",
    "ecr.images",
    "ecr.deletion",
    "ecr.layer_url",
    "ecr.push_event",
    "ecr.scan",
    "codebuild",
    "build_by_states",
    "unpacked_once",
    "callback_waits",
    "function_url_caller",
    "forked_workers",
    "error_types",
    "log_filters",
)


def apply_all() -> None:
    """Apply every trait, in order."""
    for name in TRAITS:
        importlib.import_module(name if name.startswith("local.") else f"local.traits.{name}").apply()
