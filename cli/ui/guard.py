"""Decides who may read the pages: only a browser on this machine that was given the address.

The address has a random token. `Host` must be ours, so that a web page can't read the pages through a name of its own
that points at loopback (DNS rebinding). `Origin` and `Sec-Fetch-Site` must be ours, so that another site's page can't
send requests in the reader's name
(Fetch standard, "Origin header"; W3C, Fetch Metadata Request Headers).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hmac import compare_digest

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
READING = ("GET", "HEAD")
OURS = ("same-origin", "none")
"""`none`: the reader typed the address, or another program opened it."""


def refusal(
    method: str, path: str, headers: Mapping[str, Sequence[str]], token: str, hosts: Iterable[str]
) -> tuple[int, str] | None:
    """Return the reason and the HTTP status for a request that is refused; None for a request that is answered.

    `headers` has lower-case names. Another site's page may link to the address if somebody gave it the address: it
    can't read what the browser then shows.
    """
    if headers.get("host", ()) not in [[host] for host in hosts]:
        return 403, "this is not the address that `landfall ui` printed"
    if any(origin not in [f"http://{host}" for host in hosts] for origin in headers.get("origin", ())):
        return 403, "another page asked for this"
    if any(site not in OURS for site in headers.get("sec-fetch-site", ())) and not _opened(headers):
        return 403, "another page asked for this"
    if method not in READING:
        return 405, "these pages change nothing"
    given = path.split("/")[1] if path.startswith("/") else ""
    if not compare_digest(given.encode(), token.encode()):
        return 404, "not found: open the whole address that `landfall ui` printed"
    return None


def _opened(headers: Mapping[str, Sequence[str]]) -> bool:
    return headers.get("sec-fetch-mode") == ["navigate"] and headers.get("sec-fetch-dest") == ["document"]


class Guard:
    """Answers the requests that `refusal` allows, and adds HEADERS to every answer."""

    def __init__(self, app: ASGIApp, token: str, hosts: Sequence[str]) -> None:
        self._app, self._token, self._hosts = app, token, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        given: dict[str, list[str]] = {}
        for name, value in scope["headers"]:
            given.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
        found = refusal(scope["method"], scope["path"], given, self._token, self._hosts)
        app = PlainTextResponse(f"{found[1]}\n", found[0]) if found else self._app
        await app(scope, receive, guarded)
