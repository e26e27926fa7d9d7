"""Only a browser on this machine that was given the address can read the pages."""

from __future__ import annotations

import pytest

from cli.ui.guard import HEADERS, refusal
from cli.ui.site import Site
from tests.ui.asking import HOST, ask

GOOD = {"host": [HOST]}
OPENED = {"sec-fetch-mode": ["navigate"], "sec-fetch-dest": ["document"]}
CASES = {
    "the address itself": ("GET", "/token/", GOOD, None),
    "a page of ours asks": ("GET", "/token/", GOOD | {"sec-fetch-site": ["same-origin"]}, None),
    "our own origin": ("GET", "/token/", GOOD | {"origin": [f"http://{HOST}"]}, None),
    "by the other name of loopback": ("GET", "/token/", {"host": ["localhost:8000"]}, None),
    "a link that a person follows": ("GET", "/token/", GOOD | OPENED | {"sec-fetch-site": ["cross-site"]}, None),
    "no token": ("GET", "/", GOOD, 404),
    "another token": ("GET", "/tokem/", GOOD, 404),
    "the token and more": ("GET", "/token1/", GOOD, 404),
    "a token that is no ASCII": ("GET", "/tökén/", GOOD, 404),
    "a name that somebody made point here": ("GET", "/token/", {"host": ["evil.example:8000"]}, 403),
    "another port": ("GET", "/token/", {"host": ["127.0.0.1:8001"]}, 403),
    "no host": ("GET", "/token/", {}, 403),
    "two hosts": ("GET", "/token/", {"host": [HOST, HOST]}, 403),
    "another origin": ("GET", "/token/", GOOD | {"origin": ["https://evil.example"]}, 403),
    "an opaque origin": ("GET", "/token/", GOOD | {"origin": ["null"]}, 403),
    "a script elsewhere": ("GET", "/token/", GOOD | {"sec-fetch-site": ["cross-site"]}, 403),
    "another server of this machine": ("GET", "/token/", GOOD | {"sec-fetch-site": ["same-site"]}, 403),
    "a frame elsewhere": (
        "GET",
        "/token/",
        GOOD | {"sec-fetch-site": ["cross-site"], "sec-fetch-mode": ["navigate"], "sec-fetch-dest": ["iframe"]},
        403,
    ),
    "a change": ("POST", "/token/", GOOD, 405),
}


@pytest.mark.parametrize(("method", "path", "headers", "status"), CASES.values(), ids=CASES)
def test_who_is_answered(method: str, path: str, headers: dict[str, list[str]], status: int | None) -> None:
    """A page of somebody else, a name that was made to point here and a guess are refused."""
    found = refusal(method, path, headers, "token", [HOST, "localhost:8000"])

    assert (found[0] if found else None) == status


def test_every_answer_says_what_a_browser_may_do_with_it() -> None:
    """Pages, refusals and files alike: no script or style but our own files, no frame, no cache, no referrer."""
    site = Site([], "/token", [])
    for path, root in (("/static/page.css", "/token"), ("/", ""), ("/nowhere", "/token")):
        answer = ask(site, path, root=root)
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS


def test_only_reading_is_answered() -> None:
    """No method that could change something reaches a page."""
    assert ask(Site([], "/token", []), "/", "POST").status_code == 405
    assert ask(Site([], "/token", []), "/", "DELETE").status_code == 405


def test_files_outside_are_not_served() -> None:
    """A path that climbs leads nowhere."""
    assert ask(Site([], "/token", []), "/static/..%2f..%2fcloud.py").status_code == 404
