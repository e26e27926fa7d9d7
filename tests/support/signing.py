"""A key as KMS has it, and a bucket's memory of it, where the AWS of a test is in memory."""

from __future__ import annotations

import base64
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from landfall.aws.signing import Signing
from landfall.chain import Record
from landfall.chain.signature import PublicKey


class Kms:
    """One key of P-256, behind the two calls that Landfall makes (KMS API reference, Sign, GetPublicKey)."""

    def __init__(self) -> None:
        self._private = ec.generate_private_key(ec.SECP256R1())

    def sign(self, Message: bytes, **_: Any) -> dict[str, bytes]:  # noqa: N803
        """Sign a message."""
        return {"Signature": self._private.sign(Message, ec.ECDSA(hashes.SHA256()))}

    def get_public_key(self, **_: Any) -> dict[str, bytes]:
        """Return the public half."""
        form = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        return {"PublicKey": self._private.public_key().public_bytes(*form)}

    @property
    def public(self) -> PublicKey:
        """Return the public half as a check takes it."""
        return PublicKey(base64.b64encode(self.get_public_key()["PublicKey"]).decode())


class Bucket(dict[str, str]):
    """A report bucket that keeps what it is given."""

    def put(self, key: str, body: str, _content_type: str) -> str:
        """Store a file unless it is there."""
        self.setdefault(key, body)
        return f"s3://reports/{key}"

    def ever_had(self, prefix: str) -> bool:
        """Say whether a file's key begins so."""
        return any(key.startswith(prefix) for key in self)


KMS, OTHER = Kms(), Kms()
"""The pipeline's key, and somebody else's."""


def signing(bucket: Any = None, kms: Kms = KMS) -> Signing:
    """Return what signs and believes; without a bucket, one that says that nothing was signed yet."""
    return Signing(kms, "key", Bucket() if bucket is None else bucket)  # type: ignore[arg-type]


def signed(sealed: Record, kms: Kms = KMS) -> Record:
    """Return a sealed record with a signature."""
    return signing(kms=kms).sign(sealed)
