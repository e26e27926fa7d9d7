"""Which deployments under way were aborted by somebody: they go back, and wait for nobody."""

from __future__ import annotations

from cli.live_release import Live
from landfall.abort import aborted
from landfall.abort.aborted import Aborted
from landfall.chain import Record

GOES_BACK = "goes back"


def of(record: Record) -> Aborted | None:
    """Return who aborted a deployment that has not ended yet; None if nobody did, or if it has ended."""
    return None if "outcome" in record else aborted.read(record)


def said(live: Live) -> str:
    """Say who aborted a service's deployment under way, and that it goes back; empty if nobody did."""
    found = ((record, known) for record in live.unfinished if (known := of(record)))
    return live.said((record, f"{aborted.told(known)}; {GOES_BACK}") for record, known in found)
