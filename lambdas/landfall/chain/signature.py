"""Verifies that Landfall closed a record: the hash is signed with a key that only the closing step may use.

ECDSA over P-256 and SHA-256, by AWS KMS (developer guide, key spec ECC_NIST_P256). The signed message is a fixed prefix
and the record's hash, which covers place, previous hash and all content. So verifying needs only the record and the
public key, and no AWS.

The library takes long to load, and most steps verify nothing: so it is imported only when it is used.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from landfall.chain import HASH, SIGNATURE, is_placed

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey


def message(digest: str) -> bytes:
    """Return the message that is signed for a record's hash (hex). Its prefix separates it from other messages."""
    return f"landfall record {digest}".encode("ascii")


@dataclass(frozen=True)
class PublicKey:
    """The public half of a signing key, as KMS returns it: DER, SubjectPublicKeyInfo, in base64."""

    encoded: str

    @cached_property
    def fingerprint(self) -> str:
        """Return the SHA-256 of the key, by which people compare it. Raises ValueError if it is not a key."""
        self.curve()
        return hashlib.sha256(base64.b64decode(self.encoded)).hexdigest()

    def curve(self) -> EllipticCurvePublicKey:
        """Return the key itself. Raises ValueError if it is not on the curve P-256."""
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.hazmat.primitives.serialization import load_der_public_key

        try:
            found = load_der_public_key(base64.b64decode(self.encoded, validate=True))
        except (binascii.Error, UnsupportedAlgorithm, ValueError) as error:
            raise ValueError(f"no public key in DER and base64: {error}") from error
        if not isinstance(found, ec.EllipticCurvePublicKey) or found.curve.name != ec.SECP256R1.name:
            raise ValueError("the key is not on the curve P-256")
        return found

    @cached_property
    def _curve(self) -> EllipticCurvePublicKey:
        return self.curve()

    def signed(self, digest: object, signature: object) -> bool:
        """Say whether this key signed a hash, given in hex. Any other value is not signed."""
        if not isinstance(digest, str) or not isinstance(signature, str):
            return False
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
        from cryptography.hazmat.primitives.hashes import SHA256

        try:
            self._curve.verify(base64.b64decode(signature, validate=True), message(digest), ECDSA(SHA256()))
        except (InvalidSignature, binascii.Error, ValueError):
            return False
        return True


def bears_signature(record: Mapping[str, Any], keys: Iterable[PublicKey]) -> bool:
    """Say whether one of these keys signed a record's hash, even if the hash is wrong."""
    return SIGNATURE in record and any(key.signed(record.get(HASH), record[SIGNATURE]) for key in keys)


def is_signed(record: Mapping[str, Any], keys: Iterable[PublicKey]) -> bool:
    """Say whether a record has a valid place and hash, and one of these keys signed it."""
    return SIGNATURE in record and is_placed(record) and bears_signature(record, keys)
