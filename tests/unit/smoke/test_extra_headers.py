"""Headers of a test listener's rule go with every request, and the checks find their answers as if they did not."""

from __future__ import annotations

from landfall.secret import Secret
from landfall.smoke import extra_headers
from landfall.smoke.http_answers import Answer, Answers, Request, Round

HEADERS = (("X-Test", "green"), ("X-Team", "a"))
PLAIN, OWN = Request("/version"), Request("/me", headers=(("X-Test", "own"), ("X-Key", Secret("k"))))
WANTED = Round({PLAIN: 3, OWN: 1}, {PLAIN: 2}, per_second=7)


def test_every_request_has_them() -> None:
    """A request without them would be answered by the old tasks, and prove nothing of the new ones."""
    sent = extra_headers.with_headers(WANTED, HEADERS)
    plain, own = Request("/version", headers=HEADERS), Request("/me", headers=(*HEADERS, *OWN.headers))
    assert sent == Round({plain: 3, own: 1}, {plain: 2}, per_second=7)
    assert dict(own.headers)["X-Test"] == "own"


def test_checks_find_the_answers_to_their_own_requests() -> None:
    """An answer that a check does not find counts as none: a good release would be called silent."""
    plain, own = extra_headers.with_headers(WANTED, HEADERS).requests
    given = Answers("http://x", {plain: (Answer(200),), own: (Answer(401),)}, {plain: (Answer(503),)})
    found = extra_headers.without(given, HEADERS)
    assert found == Answers("http://x", {PLAIN: (Answer(200),), OWN: (Answer(401),)}, {PLAIN: (Answer(503),)})


def test_without_headers_nothing_changes() -> None:
    """The production rule needs none."""
    given = Answers("http://x", {OWN: (Answer(200),)})
    assert extra_headers.with_headers(WANTED, ()) == WANTED
    assert extra_headers.without(given, ()) == given
