"""Secrets Manager: the values that checks send. They are read at each round, so that a new value counts at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from botocore.exceptions import ClientError

from landfall import secret
from landfall.aws.trying import trying
from landfall.secret import Known, Secret, Unreadable

_FINAL = {
    "ResourceNotFoundException": "does not exist",
    "AccessDeniedException": "may not be read by this role",
    "InvalidRequestException": "is about to be deleted, or has no value",
    "DecryptionFailure": "can't be decrypted: its KMS key does not allow this role",
}
"""Errors that a retry does not fix (Secrets Manager API reference, GetSecretValue)."""


class Secrets:
    """Reads secrets by name."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def known(self, wanted: Iterable[Secret]) -> Known:
        """Return each secret's value, with one call for each name. Raises AwsCallFailed if a retry may help."""
        texts: dict[str, str | Unreadable | None] = {}
        found: dict[Secret, str | Unreadable] = {}
        for each in wanted:
            if each.secret not in texts:
                texts[each.secret] = self._text(each.secret)
            text = texts[each.secret]
            found[each] = text if isinstance(text, Unreadable) else secret.value(each, text)
        return found

    def _text(self, name: str) -> str | Unreadable | None:
        with trying(f"reading secret {name!r}"):
            try:
                reply = self._client.get_secret_value(SecretId=name)
            except ClientError as error:
                why = _FINAL.get(error.response["Error"]["Code"])
                if why is None:
                    raise
                return Unreadable(why)
        text = reply.get("SecretString")
        return None if text is None else str(text)
