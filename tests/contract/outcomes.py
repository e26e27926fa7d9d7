"""What becomes of an error that AWS gives, and the errors that the models list."""

from __future__ import annotations

from functools import cache
from typing import Any

from botocore.session import get_session

from tests.contract import adapters
from tests.contract.adapters import METHODS, REPLIES
from tests.contract.boundary import Boundary

DOWNLOADS = ("Ecr.label", "image_manifest.config")
"""Methods that download what ECR names the address of, which here nobody answers at."""


@cache
def operations(method: str) -> tuple[str, ...]:
    """Return the calls that a method makes where all is well."""
    at = Boundary(REPLIES)
    came = outcome(method, at)
    assert not isinstance(came, Exception) or method in DOWNLOADS, came
    return tuple(dict.fromkeys(at.made))


def outcome(method: str, at: Boundary) -> Any:
    """Return what a method returns, or the error it raises."""
    try:
        return METHODS[method](at)
    except Exception as error:
        return error


def modelled() -> dict[str, set[str]]:
    """Return the codes that the services' models list, by operation."""
    session, found = get_session(), {}
    for name in adapters.SERVICES:
        model = session.get_service_model(name)
        for operation in set(model.operation_names) & REPLIES.keys():
            found[operation] = {shape.error_code for shape in model.operation_model(operation).error_shapes}
    return found


LISTED = modelled()
