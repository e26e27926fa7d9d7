"""Signs closed records with the pipeline's KMS key, and says which records of the ledger count.

When signing begins for a service, the public key is written to the report bucket under the service's name, where
writers of the ledger can't change it. From then on a record without a signature was not closed by Landfall.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from threading import Lock
from typing import Any

from landfall.aws.reports import Reports
from landfall.aws.trying import trying
from landfall.chain import HASH, SIGNATURE, SIGNED_BY, Record, is_placed, key_name, key_names
from landfall.chain.signature import PublicKey, is_signed, message


class Signing:
    """The key, by its ARN, and the bucket. `former` are keys of before, which the settings name."""

    def __init__(self, client: Any, key: str, reports: Reports, former: Iterable[str] = ()) -> None:
        self._client, self._key, self._reports = client, key, reports
        self._former = tuple(map(PublicKey, former))
        self._public: PublicKey | None = None
        self._reading = Lock()

    @property
    def public_key(self) -> PublicKey:
        """Return the public half, which never changes. It is read once, however many threads ask."""
        with self._reading:
            self._public = self._public or self._read()
            return self._public

    def _read(self) -> PublicKey:
        with trying(f"reading the public key of {self._key}"):
            key = PublicKey(base64.b64encode(self._client.get_public_key(KeyId=self._key)["PublicKey"]).decode())
            key.curve()  # with another kind of key no record could be verified
            return key

    @property
    def keys(self) -> tuple[PublicKey, ...]:
        """Return the keys whose signatures count, today's first."""
        return (self.public_key, *self._former)

    def sign(self, sealed: Record) -> Record:
        """Return a sealed record with its signature (KMS API reference, Sign: KMS hashes a RAW message itself)."""
        with trying(f"signing ledger record {sealed['deployment_id']}"):
            reply = self._client.sign(
                KeyId=self._key,
                Message=message(sealed[HASH]),
                MessageType="RAW",
                SigningAlgorithm="ECDSA_SHA_256",
            )
            return {**sealed, SIGNATURE: base64.b64encode(reply["Signature"]).decode()}

    def signed(self, record: Record) -> bool:
        """Say whether Landfall closed a record: by its own signature."""
        return is_signed(record, self.keys)

    def trusts(self, record: Record) -> bool:
        """Say whether a record that HEAD names counts: it is signed, or signing has not begun for its service."""
        if SIGNATURE in record or SIGNED_BY in record:
            return self.signed(record)
        return is_placed(record) and not self.begun(str(record.get("service")))

    def begun(self, service: str) -> bool:
        """Say whether a record of the service was ever signed. Hiding the key in the bucket changes nothing."""
        return self._reports.ever_had(key_names(service))

    def begin(self, service: str) -> None:
        """Put the public key where the service's anchors are, once."""
        key = self.public_key
        document = {"fingerprint": key.fingerprint, "public_key": key.encoded}
        self._reports.put(key_name(service, key.fingerprint), json.dumps(document), "application/json")
