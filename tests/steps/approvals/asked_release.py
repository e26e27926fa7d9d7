"""A release that people are asked about, and the steps that ask them and take their answers."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from landfall.approval import approval
from landfall.approval.approval import Approval
from landfall.model import Release
from tests.steps import machine, standin
from tests.support import builders as b
from tests.support import sign_off

SERVICE = "asked"
RELEASE = b.release(service=SERVICE, approval="before", approval_attempts=60, by_push=True)


def release() -> Release:
    """Return a release whose record is open, and which has the lock."""
    return machine.locked(RELEASE)


def check(release: Release, attempt: int = 1) -> dict[str, Any]:
    """Invoke CheckApproval."""
    return dict(machine.invoke("check_approval", {"release": asdict(release), "attempt": attempt})["verdict"])


def wait(release: Release, token: str) -> None:
    """Invoke AwaitApproval."""
    machine.invoke("await_approval", {"release": asdict(release), "token": token})


def answer(role: str, **changes: Any) -> dict[str, Any]:
    """Invoke Approve as the function URL does. Return its response."""
    return dict(machine.invoke("approve", sign_off.event(role, service=SERVICE, **changes)))


def kept() -> Approval:
    """Return what the record says."""
    found = approval.read(standin.ledger().record(SERVICE, RELEASE.deployment_id))
    assert found
    return found
