"""The steps that change a service: a revision is registered, and the service updated to it."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from landfall.model import Release
from tests.steps import machine, standin
from tests.support import builders as b

REGISTRY = f"registry/{standin.REPOSITORY}"
RELEASE = b.release(image=f"{REGISTRY}@{b.DIGEST}")
LOCKED = asdict(replace(RELEASE, fence=1))


def register(old: str, release: Release = RELEASE, **changes: Any) -> Any:
    """Invoke RegisterTaskDefinition on a baseline."""
    baseline = asdict(b.baseline(**{"task_definition": old, "restore_to": None, **changes}))
    return machine.invoke("register_task_definition", {"release": asdict(release), "baseline": baseline})


def update(old: str, deployment: Any, **changes: Any) -> Any:
    """Invoke UpdateService."""
    baseline = asdict(b.baseline(task_definition=old, **changes))
    return machine.invoke("update_service", {"release": LOCKED, "baseline": baseline, "deployment": deployment})
