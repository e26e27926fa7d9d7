"""Sends requests to a service. It limits time and size, follows no redirect, and turns every failure into an Answer.

smoke/request_rounds.py decides the order and the pace.
"""

from __future__ import annotations

import asyncio
import ssl
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from landfall import secret
from landfall.addresses import Address, forbidden, keeps_secrets
from landfall.secret import Known, Secret, Unreadable
from landfall.smoke import request_rounds
from landfall.smoke.http_answers import Answer, Answers, Request, Round

READ_SECONDS = 5.0
CONNECT_SECONDS = 3.0
BODY_LIMIT = 64 * 1024
"""Bytes read of an answer: a version or a health report is far smaller, and a stream may never end."""
SIDE_BY_SIDE = 32
"""The most requests at once; if more are made per second, that many."""
_SENT = {
    "Accept": "*/*",
    "Accept-Encoding": "identity",
    "User-Agent": "landfall",
    "Connection": "close",
    # asks a cache to forward the request (RFC 9111, 5.2.1.4); many caches ignore it, see caches.py
    "Cache-Control": "no-cache",
    "Pragma": "no-cache",
}


class Forbidden(httpx.TransportError):
    """The name leads to an address that no service has."""


class NotSent(httpx.RequestError):
    """A secret can't be sent. It names the secret, never the value."""


@dataclass(frozen=True)
class _Client:
    """The transport alone: httpx's client would follow proxies, and tracing would add headers to what it sends."""

    transport: httpx.AsyncHTTPTransport
    base_url: str
    read_seconds: float
    places: asyncio.Semaphore
    is_forbidden: Callable[[Address], bool]
    known: Known

    async def answer(self, request: Request) -> Answer:
        """Make a request when a slot is free. The result never contains a secret that was sent."""
        answer = await self._answer(request)
        headers = {name: secret.hidden(value, self.known) for name, value in answer.headers.items()}
        body, error = (secret.hidden(text, self.known) for text in (answer.body, answer.error))
        return replace(answer, body=body, error=error, headers=headers)

    async def _answer(self, request: Request) -> Answer:
        async with self.places:
            began = time.monotonic()
            try:
                async with asyncio.timeout(CONNECT_SECONDS + self.read_seconds):
                    return await self._asked(request, began)
            except TimeoutError:
                error = f"the answer took over {CONNECT_SECONDS + self.read_seconds:g} s"
                return Answer(error=error, seconds=time.monotonic() - began)
            except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError, zlib.error) as error:
                unconnected = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
                # an error may quote a sent secret in another spelling, which could not be removed;
                # so its full text is used only if nothing was sent yet
                quoted = unconnected or isinstance(error, NotSent) or not request.sends_a_secret
                text = f"{type(error).__name__}: {error}"[:200] if quoted else type(error).__name__
                return Answer(error=text, seconds=time.monotonic() - began, unconnected=unconnected)

    async def _asked(self, request: Request, began: float) -> Answer:
        read = self.read_seconds
        times = {"connect": CONNECT_SECONDS, "read": read, "write": read, "pool": read}
        sent = httpx.Request(
            request.method,
            self._url(request),
            headers={**_SENT, **{name: self._sent(value) for name, value in request.headers}},
            extensions={"timeout": times, "trace": self._guard},
        )
        response = await self.transport.handle_async_request(sent)
        try:
            body = b""
            async for chunk in response.aiter_raw():
                body += chunk
                if time.monotonic() - began > read:
                    return Answer(error=f"the body took over {read:g} s", seconds=time.monotonic() - began)
                if len(body) > BODY_LIMIT:
                    break
            seconds = time.monotonic() - began
        finally:
            await response.aclose()
        body = _decoded(body, response.headers.get("content-encoding", "identity").lower())
        text = body[:BODY_LIMIT].decode("utf-8", "replace")
        told = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status_code, text, seconds, headers=told, cut=len(body) > BODY_LIMIT)

    def _sent(self, value: str | Secret) -> str:
        """Return the text to send for a header's value."""
        if isinstance(value, str):
            return value
        found = self.known.get(value, Unreadable("was not read"))
        if isinstance(found, Unreadable):
            raise NotSent(f"{value} {found.why}")
        if not keeps_secrets(self.base_url):
            raise NotSent(f"{value} is not sent over plain HTTP")
        return value.prefix + found

    async def _guard(self, event: str, info: Mapping[str, Any]) -> None:
        """Check the address of a new connection before anything is sent: a name may resolve to any address."""
        if event == "connection.connect_tcp.complete":
            stream = info["return_value"]
            address = ip_address(str(stream.get_extra_info("server_addr")[0]).partition("%")[0])
            if self.is_forbidden(address):
                await stream.aclose()
                raise Forbidden(f"{address} is a link-local or metadata address, which no service has")

    def _url(self, request: Request) -> str:
        if not request.plain_port:
            return self.base_url.rstrip("/") + request.path
        url = urlsplit(self.base_url)
        host = f"[{url.hostname}]" if ":" in (url.hostname or "") else url.hostname
        return f"http://{host}:{request.plain_port}{url.path.rstrip('/')}{request.path}"


def ask(
    base_url: str,
    wanted: Round,
    ca_bundle: Path | None,
    known: Known = secret.NONE,
    *,
    read_seconds: float = READ_SECONDS,
    is_forbidden: Callable[[Address], bool] = forbidden,
) -> Answers:
    """Make a round of requests, each the given number of times. `known` has the values of their secrets."""
    # httpx wants a context even for plain HTTP, and would load all certificate authorities into one of its own
    # a missing bundle is reported even if no request uses TLS
    verify = _trusting(ca_bundle) if ca_bundle or base_url.lower().startswith("https:") else _plain()

    async def all_of_them() -> Answers:
        # keep-alive would pin every request to the one target the first was sent to
        limits = httpx.Limits(max_keepalive_connections=0)
        places = asyncio.Semaphore(max(SIDE_BY_SIDE, wanted.per_second))
        async with httpx.AsyncHTTPTransport(verify=verify, limits=limits) as transport:
            client = _Client(transport, base_url, read_seconds, places, is_forbidden, known)
            early, given = await request_rounds.paced(wanted, client.answer)
        return Answers(base_url, given, early, wanted.sampling)

    return asyncio.run(all_of_them())


@cache
def _trusting(ca_bundle: Path | None) -> ssl.SSLContext:
    """Return the TLS context of a CA bundle, or of the system's: made once in the life of a Lambda."""
    return ssl.create_default_context(cafile=str(ca_bundle) if ca_bundle else None)


@cache
def _plain() -> ssl.SSLContext:
    """Return a context that trusts nobody, for requests without TLS."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _decoded(body: bytes, encoding: str) -> bytes:
    """Decode an answer that the service encoded although none was asked for, only as far as it is needed."""
    if encoding in ("", "identity"):
        return body
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise httpx.DecodingError(f"the body is encoded as {encoding[:20]!r}; none was asked for")
    try:
        return zlib.decompressobj(wbits=47).decompress(body, BODY_LIMIT + 1)  # 47: gzip or zlib, by its head
    except zlib.error as error:
        raise httpx.DecodingError(str(error)) from error
