"""What a service depends on: roles, secrets, alarms. Preflight checks them as far as it may read them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from botocore.exceptions import ClientError

from landfall.aws.trying import trying

_ABSENT = frozenset({"NoSuchEntity", "ResourceNotFoundException"})
_UNREADABLE = frozenset({"AccessDenied", "AccessDeniedException"})


class Surroundings:
    """Each answer is True, False, or None where this step may not look (another account's, for instance)."""

    def __init__(self, client: Callable[[str], Any]) -> None:
        self._client = client

    def role_exists(self, arn: str) -> bool | None:
        """Say whether an IAM role is there."""
        name = arn.rsplit("/", 1)[-1]
        found = _known(f"reading role {name}", lambda: self._client("iam").get_role(RoleName=name))
        return None if found == {} else found is not None

    def secret_exists(self, secret: str) -> bool | None:
        """Say whether a secret is there and not about to be deleted."""
        client = self._client("secretsmanager")
        found = _known(f"reading secret {secret}", lambda: client.describe_secret(SecretId=secret))
        return None if found == {} else found is not None and "DeletedDate" not in found

    def firing(self, names: Sequence[str]) -> tuple[str, ...]:
        """Return the alarms among these that are in ALARM."""
        with trying("reading the deployment's alarms"):
            kinds = ["MetricAlarm", "CompositeAlarm"]
            reply = self._client("cloudwatch").describe_alarms(
                AlarmNames=list(names), AlarmTypes=kinds, StateValue="ALARM"
            )
            alarms = [*reply.get("MetricAlarms", []), *reply.get("CompositeAlarms", [])]
            return tuple(str(a["AlarmName"]) for a in alarms)


def _known(what: str, read: Callable[[], Any]) -> Any:
    """Return what was read, None if it does not exist, {} if it may not be read."""
    with trying(what):
        try:
            return read()
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in _ABSENT:
                return None
            if code in _UNREADABLE:
                return {}
            raise
