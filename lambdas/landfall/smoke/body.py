"""Finds a value in a service's answer, and decides whether it may be shown."""

from __future__ import annotations

from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError

from landfall.smoke.http_answers import BYTE_ORDER_MARK, Answer
from landfall.text.lazy_pattern import Later

_PLAIN = Later(r"[\w.+-]{1,40}")


def find(answer: Answer, path: str) -> Any:
    """Return the value at a JMESPath; None if there is none.

    A body that is not JSON is one text, which `@` returns: ASP.NET's health checks answer `Healthy`.
    """
    try:
        body = answer.json
    except ValueError:
        body = None if answer.cut else answer.body.removeprefix(BYTE_ORDER_MARK).strip()
    try:
        return jmespath.search(path, body)
    except (JMESPathError, ValueError, TypeError, RecursionError):
        return None


def equal(value: Any, wanted: str | int | float | bool | None) -> bool:
    """Say whether a value equals the wanted one. 1 does not equal true."""
    return bool(value == wanted) and isinstance(value, bool) == isinstance(wanted, bool)


def may_be_shown(value: Any) -> bool:
    """Say whether a value looks like a version or a state. Anything else may be personal data or a secret."""
    return (
        value is None
        or isinstance(value, bool | int | float)
        or (isinstance(value, str) and bool(_PLAIN.fullmatch(value)))
    )
