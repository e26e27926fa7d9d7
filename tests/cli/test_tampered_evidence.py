"""Whether anybody changed a record: the command on a ledger, or a bucket, that somebody did something to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from landfall.aws.dynamodb.ledger import Ledger
from landfall.partitions import CHAINS
from tests.campaigns.tampering import chains
from tests.cli.evidenced import LENGTH, Run, deployed, documents, key, run
from tests.steps import standin

__all__ = ["run"]  # a fixture


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    """A ledger of the test's own, to be tampered with."""
    with deployed() as made:
        yield made


def _change(**_: Any) -> None:
    standin.table().update_item(
        Key=key(4), UpdateExpression="SET outcome = :o", ExpressionAttributeValues={":o": "SUCCEEDED"}
    )


def _cut_off(**_: Any) -> None:
    standin.table().delete_item(Key=key(LENGTH))


def _cut_off_with_head(**_: Any) -> None:
    _cut_off()
    newest = standin.ledger().record(**key(LENGTH - 1)) or {}
    head = {"service": CHAINS, "deployment_id": "sample", "last": newest["deployment_id"]}
    standin.table().put_item(Item={**head, "sequence": newest["sequence"], "hash": newest["hash"]})


def _rewrite(ledger: Ledger) -> None:
    for number in range(1, LENGTH + 1):
        standin.table().delete_item(Key=key(number))
    standin.table().delete_item(Key={"service": CHAINS, "deployment_id": "sample"})
    for number in range(1, LENGTH + 1):
        ledger.close(chains.record(number) | {"requested_by": "somebody else"})


def _forge(**_: Any) -> None:
    standin.table().put_item(Item=chains.record(77))


def _delete_an_anchor(**_: Any) -> None:
    standin.client("s3").delete_object(Bucket=standin.BUCKET, Key=standin.anchors()[2])


@pytest.mark.parametrize(
    ("tamper", "codes"),
    [
        (_change, {"CHANGED"}),
        (_cut_off, {"TRUNCATED"}),
        (_cut_off_with_head, {"TRUNCATED"}),
        (_rewrite, {"REWRITTEN"}),
        (_forge, {"UNCHAINED"}),
        (_delete_an_anchor, {"ANCHOR_HIDDEN"}),
    ],
)
def test_what_was_done_to_the_table_or_the_bucket_is_found(
    ledger: Ledger, run: Run, tmp_path: Path, tamper: Callable[..., None], codes: set[str]
) -> None:
    """Online and in an export made afterwards; exit 1, and the finding says what."""
    tamper(ledger=ledger)
    assert run("history", "--export", str(tmp_path / "out")).exit_code == 0
    for arguments in ((), (str(tmp_path / "out"),)):
        told = run("verify-evidence", *arguments, "--service", "sample", "--json")
        assert told.exit_code == 1
        (service,) = documents(told)["services"]
        assert {f["code"] for f in service["findings"]} == codes
        for code in codes:
            assert code in run("verify-evidence", *arguments).stdout
