"""What a function's answer means: yes, no, not yet, or not a valid answer.

Only the JSON values true and false of `ok` decide. Source of the forms of an error: Lambda developer guide, "Error
handling": `FunctionError` in the reply, and `errorType` and `errorMessage` in its payload.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from landfall.settings.after import LONGEST_ASKED_WAIT
from landfall.wire import cut

MOST_BYTES = 64 * 1024
"""Bytes of an answer that are read. Lambda allows 6 MB (Lambda quotas)."""
REASON_BYTES, DETAILS_BYTES = 500, 2000
"""The most bytes of an answer's details, as JSON, that are kept."""
SHOWN = 120
EXPECTED = '{"ok": true} or {"ok": false, "reason": "why"}'


class Says(Enum):
    """What an answer says. NOTHING: it is not valid, or there is none."""

    YES = auto()
    NO = auto()
    NOT_YET = auto()
    NOTHING = auto()


@dataclass(frozen=True)
class Reply:
    """The result of a call. `failed`: the function's error. `missing`: why there is no reply.

    `may_run`: no reply came, and the function may still run.
    """

    payload: bytes = b""
    failed: bool = False
    missing: str = ""
    may_run: bool = False


@dataclass(frozen=True)
class Answer:
    """What a function said. `retry_after`: when it wants to be asked again, in seconds; 0 where it did not say."""

    says: Says
    reason: str = ""
    details: str = ""
    retry_after: int = 0
    may_run: bool = False


class _Twice(ValueError):
    """A name occurs twice in one object, so it is not known which value counts."""


def read(reply: Reply, redact: Callable[[str], str]) -> Answer:
    """Return what a reply means. Its texts are redacted and shortened."""
    told = _read(reply)
    return Answer(
        told.says,
        cut(redact(told.reason), REASON_BYTES),
        cut(redact(told.details), DETAILS_BYTES),
        told.retry_after,
        told.may_run,
    )


def _read(reply: Reply) -> Answer:
    if reply.missing:
        return Answer(Says.NOTHING, reply.missing, may_run=reply.may_run)
    if len(reply.payload) > MOST_BYTES:
        return _nothing(f"its answer has more than {MOST_BYTES} bytes")
    try:
        value = json.loads(reply.payload.decode("utf-8"), object_pairs_hook=_pairs)
    except (ValueError, RecursionError) as error:
        why = str(error) if isinstance(error, _Twice) else "is not JSON"
        return _nothing(f"its answer {why}: {_shown(reply.payload.decode('utf-8', 'replace'))}")
    if reply.failed:
        return _nothing(f"it failed: {_error(value)}")
    return _judged(value)


def _judged(value: Any) -> Answer:
    if not isinstance(value, dict) or "ok" not in value:
        return _nothing(f"its answer has no `ok`{_hint(value)}; it must be {EXPECTED}: {_shown(_text(value))}")
    ok, reason = value["ok"], value.get("reason")
    told = reason if isinstance(reason, str) else "" if reason is None else _text(reason)
    details = _text(value["details"]) if value.get("details") not in (None, "", [], {}) else ""
    if ok is True or ok is False:
        return Answer(Says.YES if ok else Says.NO, told, details)
    if ok is None:
        return Answer(Says.NOT_YET, told, details, _pause(value.get("retry_after")))
    return _nothing(f"`ok` of its answer is {_shown(_text(ok))}; it must be true or false")


def _nothing(why: str) -> Answer:
    return Answer(Says.NOTHING, why)


def _hint(value: Any) -> str:
    if value is None:
        return ": it returned nothing"
    if isinstance(value, dict) and "body" in value:
        return ": it is an answer for API Gateway, with a `body`"
    return ""


def _error(value: Any) -> str:
    if not isinstance(value, dict):
        return _shown(_text(value))
    told = (str(value[key]) for key in ("errorType", "errorMessage") if value.get(key))
    return ": ".join(told) or _shown(_text(value))


def _pause(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < float("inf"):
        return 0
    return max(1, min(int(value), LONGEST_ASKED_WAIT))


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _Twice("names one key twice")
    return found


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _shown(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[:SHOWN]} …"
