"""A release whose owner has a function that is asked afterwards: the function, and the step that asks it."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import Any

import pytest
from moto.awslambda.models import LambdaBackend
from moto.core.exceptions import JsonRESTError

from landfall.after import inquiry
from landfall.after.inquiry import Inquiry
from tests.steps import machine, standin
from tests.support import builders as b

SERVICE = "checked"
RELEASE = b.release(service=SERVICE, after_attempts=40)


class Function:
    """The function of the owner. `says` are its answers in turn; an exception is raised."""

    def __init__(self) -> None:
        self.says: list[Any] = [{"ok": True}]
        self.told: list[dict[str, Any]] = []
        self.failed = False
        self.denies = False

    def invoke(self, name: str, _qualifier: str, body: str, headers: Any, reply: Any) -> Any:
        """Answer Invoke, in moto's place: moto would run it in a container."""
        assert name == "sample-check"
        if headers.get("X-Amz-Invocation-Type") == "DryRun":
            if self.denies:
                raise JsonRESTError("AccessDeniedException", "not authorized to perform: lambda:InvokeFunction")
            return b""
        self.told.append(json.loads(body))
        said = self.says.pop(0) if len(self.says) > 1 else self.says[0]
        if isinstance(said, Exception):
            raise said
        if self.failed:
            reply["x-amz-function-error"] = "Unhandled"
        return json.dumps(said).encode()


@pytest.fixture
def function(aws: None, monkeypatch: pytest.MonkeyPatch) -> Function:
    """Return the function that the settings name."""
    made = Function()
    monkeypatch.setattr(LambdaBackend, "invoke", made.invoke)
    return made


def asked() -> dict[str, Any]:
    """Return the step's input: the record is open, and the lock is held."""
    release = machine.locked(RELEASE)
    return {"release": asdict(release), "baseline": asdict(b.baseline()), "deployment": asdict(b.deployment())}


def check(event: dict[str, Any]) -> dict[str, Any]:
    """Invoke AfterCheck."""
    return dict(machine.invoke("after_check", event)["verdict"])


def known() -> Inquiry:
    """Return what the record says."""
    found = inquiry.read(standin.ledger().record(SERVICE, RELEASE.deployment_id))
    assert found
    return found


def record(**changes: Any) -> None:
    """Change what the record says of the after-check."""
    text = inquiry.written(replace(known(), **changes))
    standin.ledger().update(SERVICE, RELEASE.deployment_id, after_check=text)
