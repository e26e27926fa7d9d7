"""The reply to the caller of a function URL."""

from __future__ import annotations

from dataclasses import dataclass

OK, ACCEPTED, BAD_REQUEST, FORBIDDEN, NOT_FOUND, METHOD_NOT_ALLOWED, CONFLICT = 200, 202, 400, 403, 404, 405, 409
TRY_AGAIN = 503


@dataclass(frozen=True)
class Reply:
    """An HTTP status and a sentence. A status below 300 means that the request counts."""

    status: int
    message: str

    @property
    def counts(self) -> bool:
        """Say whether the request counts."""
        return self.status in (OK, ACCEPTED)
