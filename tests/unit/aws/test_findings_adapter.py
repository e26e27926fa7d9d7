"""The findings' items, which other versions of Landfall may have written."""

from __future__ import annotations

from dataclasses import asdict
from types import SimpleNamespace

from landfall.aws.dynamodb.findings import Findings
from landfall.partitions import FINDINGS
from landfall.reconcile.findings import Finding, Kind, State
from tests.support import builders as b

FINDING = Finding("sample", Kind.LIVE_WITHOUT_SHA, "sample:1", "it has no tag", State.RAISED, b.NOW.isoformat())


def test_a_field_that_is_no_more_is_passed_over() -> None:
    """Findings are never deleted: those of years ago are read at every look, with `told_as` in them."""
    keys = {"service": FINDINGS, "deployment_id": FINDING.key, "of": "sample"}
    item = {**asdict(FINDING), **keys, "told_as": "message-1"}
    item.pop("claimed_until")

    assert Findings(SimpleNamespace(query=lambda **_: {"Items": [item]})).all() == [FINDING]
