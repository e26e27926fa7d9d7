"""What the status of a reply means: HTTP's own numbers, of which only a success counts."""

from __future__ import annotations

from http import HTTPStatus

import pytest

from landfall.door import reply
from landfall.door.reply import Reply

STATUSES = {
    HTTPStatus.OK: (reply.OK, True),
    HTTPStatus.ACCEPTED: (reply.ACCEPTED, True),
    HTTPStatus.FOUND: (302, False),
    HTTPStatus.BAD_REQUEST: (reply.BAD_REQUEST, False),
    HTTPStatus.FORBIDDEN: (reply.FORBIDDEN, False),
    HTTPStatus.NOT_FOUND: (reply.NOT_FOUND, False),
    HTTPStatus.METHOD_NOT_ALLOWED: (reply.METHOD_NOT_ALLOWED, False),
    HTTPStatus.CONFLICT: (reply.CONFLICT, False),
    HTTPStatus.SERVICE_UNAVAILABLE: (reply.TRY_AGAIN, False),
}


@pytest.mark.parametrize(("meant", "status", "counts"), [(meant, *each) for meant, each in STATUSES.items()])
def test_only_a_success_counts(meant: HTTPStatus, status: int, counts: bool) -> None:
    """An abort that is turned away stops nothing: no other status is ever taken for a yes."""
    assert (status, Reply(status, "why").counts) == (meant, counts)
