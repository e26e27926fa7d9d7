"""Decides whether an abort counts, and how the function answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from landfall import naming
from landfall.abort import aborted
from landfall.abort.aborted import Aborted
from landfall.door import identity
from landfall.door.reply import CONFLICT, FORBIDDEN, NOT_FOUND, OK, Reply
from landfall.door.signed import Signed
from landfall.text.lazy_pattern import Later

_EXECUTION = Later(r"arn:aws[a-z-]{0,30}:states:[a-z0-9-]{1,30}:[0-9]{12}:execution:[^:]{1,80}:(?P<name>[^:]{1,80})")


@dataclass(frozen=True)
class Decided(Reply):
    """The reply to an abort. `abort` is written to the record; None changes nothing."""

    abort: Aborted | None = None


def decided(asked: Signed, record: Mapping[str, Any] | None, aborters: tuple[str, ...], now: datetime) -> Decided:
    """Return the reply to an abort. If the abort counts, the caller stops the execution.

    `aborters` is the setting. If it is empty, everybody whom IAM allows to call the function may abort. A deployment
    may be aborted again: its execution may still run.
    """
    if record is None:
        return Decided(NOT_FOUND, f"{asked.service} has no deployment {asked.deployment}")
    if not names_its_own(record):
        return Decided(CONFLICT, f"the record of {asked.deployment} names another execution: somebody changed it")
    own = identity.home(str(record["execution_arn"]))
    if aborters and asked.who not in {identity.named(entry, *own) for entry in aborters}:
        return Decided(FORBIDDEN, f"{asked.who} is not in `aborters` of {asked.service}'s settings")
    if "outcome" in record:
        return Decided(CONFLICT, has_ended(asked.deployment, str(record["outcome"])))
    if earlier := aborted.read(record):
        return Decided(OK, f"already {aborted.told(earlier)}")
    who = Aborted(str(asked.who), asked.arn, now.isoformat(), asked.reason)
    return Decided(OK, f"aborted by {asked.who}", who)


def has_ended(deployment: str, outcome: str) -> str:
    """Say that a deployment can't be aborted any more, and what can be done instead."""
    ended = f"deployment {deployment} ended as {outcome}, so there is nothing to abort"
    return f"{ended}; to go back to an earlier release: landfall rollback"


def names_its_own(record: Mapping[str, Any]) -> bool:
    """Say whether a record names the execution of its own deployment.

    If somebody wrote another deployment's execution there, an abort would stop an execution that the caller may not
    abort.
    """
    found, deployment = _EXECUTION.fullmatch(str(record.get("execution_arn", ""))), str(record["deployment_id"])
    return found is not None and found["name"] in (deployment, deployment[naming.TIMED :])
