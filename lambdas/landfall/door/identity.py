"""Reads the caller's identity from the ARN that AWS itself gives, and says whether a setting names that caller.

The caller chooses the session name of an assumed role, so it is not part of an identity. A session's ARN lacks the path
of its role; a name is unique in its account whatever its path (IAM user guide, IAM identifiers and quotas).
"""

from __future__ import annotations

from dataclasses import dataclass

from landfall.text.lazy_pattern import Later

_PARTITION = r"(?P<partition>aws[a-z-]{0,30})"
_ACCOUNT = r"(?P<account>[0-9]{12})"
_NAME = r"[A-Za-z0-9_+=,.@-]{1,64}"
_SESSION = Later(rf"arn:{_PARTITION}:sts::{_ACCOUNT}:assumed-role/(?P<name>{_NAME})/[A-Za-z0-9_+=,.@-]{{2,64}}")
_USER = Later(rf"arn:{_PARTITION}:iam::{_ACCOUNT}:user/(?:[!-~]{{1,510}}/)?(?P<name>{_NAME})")
_SETTING = Later(rf"arn:{_PARTITION}:iam::{_ACCOUNT}:(?P<kind>role|user)/(?:[!-~]{{1,510}}/)?(?P<name>{_NAME})")
_OWN = Later(rf"(?P<kind>role|user)/(?P<name>{_NAME})")


@dataclass(frozen=True)
class Identity:
    """A role or a user of one account. Two sessions of one role are one identity."""

    partition: str
    account: str
    kind: str
    name: str

    def __str__(self) -> str:
        """Return its ARN without a path."""
        return f"arn:{self.partition}:iam::{self.account}:{self.kind}/{self.name}"


def of(user_arn: object) -> Identity | None:
    """Return the identity in an ARN; None if the ARN is neither a role's session nor a user.

    None stands for an absent, empty or malformed ARN, for the root user, and for a federated user, whose name the
    caller chose (STS API reference, GetFederationToken). It never counts as a person.
    """
    if not isinstance(user_arn, str):
        return None
    if found := _SESSION.fullmatch(user_arn):
        return Identity(found["partition"], found["account"], "role", found["name"])
    if found := _USER.fullmatch(user_arn):
        return Identity(found["partition"], found["account"], "user", found["name"])
    return None


def home(execution_arn: str) -> tuple[str, str]:
    """Return Landfall's own partition and account: those of an execution."""
    _, partition, _, _, account = execution_arn.split(":")[:5]
    return partition, account


def named(setting: str, partition: str, account: str) -> Identity | None:
    """Return the identity that an entry of `approvers` names: an ARN, or a name in Landfall's account; else None."""
    if found := _SETTING.fullmatch(setting):
        return Identity(found["partition"], found["account"], found["kind"], found["name"])
    if found := _OWN.fullmatch(setting):
        return Identity(partition, account, found["kind"], found["name"])
    return None
