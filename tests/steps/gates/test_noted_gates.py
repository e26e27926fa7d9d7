"""What the steps of the gates write into the record: each gate, what differed there, and who continued it."""

from __future__ import annotations

from typing import Any

from landfall.gates import gate_log
from landfall.model import Release
from tests.steps import standin
from tests.steps.gates.shifted_service import HOOK, Shifting, judged, opened
from tests.steps.site import Site


def noted(release: Release) -> Any:
    """Return the gates of the record."""
    return gate_log.read(standin.ledger().record(release.service, release.deployment_id))


def test_a_gate_is_noted(shifting: Shifting, release: Release, site: Site) -> None:
    """Each look at it is one entry of the record, with stage, traffic and the time that it has."""
    judged(shifting, release, site.url)
    judged(shifting, release, site.url)
    (gate,) = noted(release)
    assert (gate.gate, gate.stage, gate.weight, gate.looks) == (
        "before_traffic",
        shifting.told()["lifecycleStage"],
        0,
        2,
    )
    assert gate.waits


def test_landfall_says_beforehand_that_it_continues(shifting: Shifting, release: Release, site: Site) -> None:
    """So that a reply that is lost is not taken for somebody's hand."""
    judged(shifting, release, site.url)
    shifting.refuses = "ServerException"
    opened(shifting, release, HOOK)
    (gate,) = noted(release)
    assert gate.continue_asked_at
    assert not gate_log.by_hand(gate, (), None)


def test_a_record_that_can_not_be_written_decides_nothing(shifting: Shifting, release: Release, site: Site) -> None:
    """The gate is judged all the same."""
    standin.ledger().mark(release.service, release.deployment_id, outcome="SUCCEEDED")
    assert judged(shifting, release, site.url)["verdict"]["code"] == "GREEN_HEALTHY"
