"""Trait: a repository's URI leads to ECR.

AWS ("Amazon ECR private registry"): tasks pull from ``<account>.dkr.ecr.<region>.amazonaws.com``.
Emulator: its repositories have URIs on that host too, which a real engine would look for on the internet.
Here: an engine is told to pull from the emulator's own address. The task still names the URI.
"""

from __future__ import annotations

import os
from typing import Any

from ministack.services import ecs

from cli.loopback import LOOPBACK
from local.engine.pull import ECR_HOST


def apply() -> None:
    """Change the address for a real engine. The process engine understands the URI."""
    if os.environ.get("DOCKER_HOST", "").endswith("no-docker.sock"):
        return
    run = ecs._run_docker_container

    def run_from_here(engine: Any, definition: dict[str, Any], *arguments: Any, **settings: Any) -> Any:
        return run(engine, {**definition, "image": here(definition["image"])}, *arguments, **settings)

    ecs._run_docker_container = run_from_here


def here(image: str) -> str:
    """Return the reference of an ECR image in the emulator; other images unchanged."""
    host, _, path = image.partition("/")
    return f"{LOOPBACK}:{os.environ['GATEWAY_PORT']}/{path}" if ECR_HOST.match(host) else image
