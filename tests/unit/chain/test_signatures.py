"""Signatures: a key of P-256 and no other, and a chain that may begin unsigned but not go on so."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from landfall import chain
from landfall.chain.check.verification import verify
from landfall.chain.signature import PublicKey
from tests.campaigns.tampering import chains
from tests.support.signing import KMS, signed


def encoded(key: Any) -> str:
    """Return the public half of a key as it is kept."""
    form = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(key.public_key().public_bytes(*form)).decode()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (encoded(ec.generate_private_key(ec.SECP384R1())), "the key is not on the curve P-256"),
        (encoded(rsa.generate_private_key(65537, 2048)), "the key is not on the curve P-256"),
        (base64.b64encode(b"key").decode(), "no public key in DER"),
        ("%", "no public key in DER"),
    ],
    ids=["another curve", "RSA", "no key", "no base64"],
)
def test_what_is_no_key_of_the_pipeline(text: str, why: str) -> None:
    """A key that can't have signed is refused at synth, not at the first check."""
    with pytest.raises(ValueError, match=why):
        PublicKey(text).curve()


DIGEST = "ab" * 32


@pytest.mark.parametrize(
    ("digest", "signature"), [(DIGEST, None), (None, "AAAA"), (7, "AAAA"), (DIGEST, "%"), (DIGEST, "AAAA")], ids=repr
)
def test_what_is_no_signature_signs_nothing(digest: object, signature: object) -> None:
    """The ledger can be written by others: any value may stand where a signature should."""
    assert not KMS.public.signed(digest, signature)


def test_a_signature_is_of_one_record() -> None:
    """It signs the hash that stands beside it, and no other."""
    record = signed(chain.sealed(chains.record(1), None, KMS.public.fingerprint))
    assert KMS.public.signed(record[chain.HASH], record[chain.SIGNATURE])
    assert not KMS.public.signed(DIGEST, record[chain.SIGNATURE])


@pytest.mark.parametrize("unsigned", [0, 1, 3])
def test_the_first_signed_record_covers_all_before_it(unsigned: int) -> None:
    """They can't be changed without it: its hash leads to each of them."""
    told = verify(chains.of(5, unsigned))
    assert (told.findings, told.signed, told.covered) == ((), 5 - unsigned, unsigned)


def test_a_record_that_is_missing_ends_what_is_covered() -> None:
    """What lies behind a gap is led to by nothing."""
    evidence = chains.of(5, 3)
    gap = replace(evidence, records=(evidence.records[0], *evidence.records[2:]))
    assert verify(gap).covered == 1


def test_nothing_unsigned_follows_what_is_signed() -> None:
    """Anybody who may write the table could have closed it."""
    evidence = chains.of(3)
    head = chain.head_of(evidence.records[-1])
    stranger = chain.sealed(chains.record(4), head)
    told = verify(replace(evidence, records=(*evidence.records, stranger)))
    found = [(f.code, f.deployment_id) for f in told.findings if f.code == "UNSIGNED"]
    assert found == [("UNSIGNED", stranger["deployment_id"])]
