"""Whether a record was closed by Landfall: its hash is signed by a key that only the step that closes may use.

ECDSA over P-256 and SHA-256, by AWS KMS (developer guide, key spec ECC_NIST_P256). What is signed says what it is and
is the record's hash, which covers place, the hash before and all of its content. So to verify takes the record and the
public key, and nothing of AWS.

The library that verifies takes long to load, and most steps verify nothing: it is imported where it does.
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
    """Return what is signed of a record, by its hash in hex: nothing else that a key signs could be taken for it."""
    return f"landfall record {digest}".encode("ascii")


@dataclass(frozen=True)
class PublicKey:
    """The public half of a key that closings are signed by, as KMS gives it: DER, SubjectPublicKeyInfo, in base64."""

    encoded: str

    @cached_property
    def fingerprint(self) -> str:
        """Return the SHA-256 of the key, by which people compare it. Raises ValueError for what is no key."""
        self.curve()
        return hashlib.sha256(base64.b64decode(self.encoded)).hexdigest()

    def curve(self) -> EllipticCurvePublicKey:
        """Return the key itself. Raises ValueError for what is none of P-256."""
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
        """Say whether this key signed a hash, given in hex; anything else that stands there is not signed."""
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
    """Say whether one of these keys signed a record's hash, be that right or not."""
    return SIGNATURE in record and any(key.signed(record.get(HASH), record[SIGNATURE]) for key in keys)


def is_signed(record: Mapping[str, Any], keys: Iterable[PublicKey]) -> bool:
    """Say whether a record has its place and is as it was signed there, by one of these keys."""
    return SIGNATURE in record and is_placed(record) and bears_signature(record, keys)
