"""When a reply means that what the caller asked for counts."""

from __future__ import annotations

import pytest

from landfall.door import reply
from landfall.door.reply import Reply

COUNTS = (reply.OK, reply.ACCEPTED)
COUNTS_NOT = (
    *(reply.BAD_REQUEST, reply.FORBIDDEN, reply.NOT_FOUND, reply.METHOD_NOT_ALLOWED, reply.CONFLICT),
    reply.TRY_AGAIN,
)


@pytest.mark.parametrize("status", [*COUNTS, *COUNTS_NOT, 302])
def test_only_a_success_counts(status: int) -> None:
    """An abort that is turned away stops nothing: no other status is ever taken for a yes."""
    assert Reply(status, "why").counts is (status in COUNTS)
