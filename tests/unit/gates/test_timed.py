"""Which minutes tell how slow a side was."""

from __future__ import annotations

import pytest

from landfall.gates.timed import Timed, timed
from landfall.gates.traffic_series import Minute
from tests.support import builders as b


@pytest.mark.parametrize(
    ("requests", "p50", "p95", "known"),
    [
        (20, 0.1, 0.3, True),
        (19, 0.1, 0.3, False),
        (20, None, 0.3, False),
        (20, 0.1, None, False),
        (20, 0.0, 0.3, False),
        (20, 0.1, 0.0, False),
    ],
)
def test_which_minutes_are_timed(requests: int, p50: float | None, p95: float | None, known: bool) -> None:
    """Twenty requests make a p95, and a logarithm takes more than 0; other minutes say nothing, good or bad."""
    minute = Minute(b.NOW, requests, 0, p50, p95)
    assert timed([minute]) == ((Timed(b.NOW, 20, 0.1, 0.3),) if known else ())
