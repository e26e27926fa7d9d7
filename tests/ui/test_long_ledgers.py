"""A page reads no more of a long ledger. `make bench` counts the same for 100,000 records."""

from __future__ import annotations

from bench import pages


def test_no_page_reads_more_than_its_share() -> None:
    """Each page of a ledger of 1,000 records is there, from records that say little, too, and reads 200 at most."""
    missed = [str(figure) for figure in pages.figures([1_000]) if not figure.met]
    assert missed == []
