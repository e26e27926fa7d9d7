"""Serves real HTTP and HTTPS on the ports in front of the emulator's ALB; network_front.py serves its NLB.

``https://localhost:<https>`` goes to a load balancer's listener on 443, ``http://localhost:<http>`` to the one on 80,
as if its DNS name pointed here. A third port, if there is one, goes to the HTTPS listener on 8443, which is for test
traffic of deployments with a strategy. If a load balancer or listener doesn't exist (yet), the answer is a 503 that
says so.
The ALB's own redirects name port 443 or 80. If they point to the requested host, the port is translated to the front's,
as a port forwarding in front of a real load balancer must do. Every other reply is passed on unchanged.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit, urlunsplit

import trustme
from hypercorn.asyncio import serve
from hypercorn.config import Config
from ministack import app as emulator
from ministack.services import alb

from cli.loopback import LOOPBACK
from local.load_balancer.front import TEST_LISTENER, Front, ca_bundle
from local.load_balancer.network_front import NetworkFront
from local.traits.alb_routing import eligible

HTTPS, HTTP = 443, 80
losing: list[Callable[[str], bool]] = []
"""Decides, by a load balancer's name, whether the service's answer is lost. None without faults."""

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Headers = dict[str, Any]


def servers(front: Front, state: Path, stop: asyncio.Event) -> list[Coroutine[Any, Any, None]]:
    """Return the servers of a front, to be awaited. Certificates are new at each start."""
    if front.kind == "network":
        return [NetworkFront(front, _certificates(state), eligible).serve(stop)]
    found: list[Coroutine[Any, Any, None]] = []
    test = [] if front.test is None else [(front.test, TEST_LISTENER)]
    for port, listener in ((front.https, HTTPS), (front.http, HTTP), *test):
        config = Config()
        config.bind = [f"{LOOPBACK}:{port}"]
        config.loglevel, config.graceful_timeout = "WARNING", 1
        # a load balancer waits a minute for an idle client; hypercorn's 5 s would cut off a client on a busy machine
        config.keep_alive_timeout = 75
        if listener != HTTP:
            config.certfile, config.keyfile = _certificates(state)
        found.append(serve(_app(front, listener), config, shutdown_trigger=stop.wait))  # type: ignore[arg-type]
    return found


def _certificates(state: Path) -> tuple[str, str]:
    """Issue a certificate for localhost and write it, its key and the authority's to the state directory."""
    key, chain = state / "front.key", state / "front.pem"
    if not chain.exists():
        authority = trustme.CA()
        leaf = authority.issue_cert("localhost", LOOPBACK)
        key.touch(mode=0o600)
        leaf.private_key_pem.write_to_path(key)
        chain.write_bytes(b"".join(part.bytes() for part in leaf.cert_chain_pems))
        authority.cert_pem.write_to_path(ca_bundle(state))
    return str(chain), str(key)


def _app(front: Front, listener: int) -> Callable[[dict[str, Any], Receive, Send], Awaitable[None]]:
    """Return the ASGI application of one port."""

    async def app(scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            while (await receive())["type"] != "lifespan.shutdown":
                await send({"type": "lifespan.startup.complete"})
            await send({"type": "lifespan.shutdown.complete"})
        elif scope["type"] == "http":
            reply = await _ask(front, listener, scope, await _body(receive))
            if any(is_lost(front.load_balancer) for is_lost in losing):
                reply = 502, {"Content-Type": "text/plain"}, b"502: the answer was lost on purpose\n"
            await emulator._send_if_handled(send, reply, receive, head=scope["method"] == "HEAD")

    return app


async def _body(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


async def _ask(front: Front, listener: int, scope: dict[str, Any], body: bytes) -> tuple[int, Headers, Any]:
    """Send one request through the emulator's ALB."""
    balancer = alb._find_lb_by_name(front.load_balancer)
    if balancer is None:
        return _unavailable(f"load balancer {front.load_balancer} isn't deployed")
    arn = balancer["LoadBalancerArn"]
    if not any(x["LoadBalancerArn"] == arn and x.get("Port") == listener for x in alb._listeners.values()):
        return _unavailable(f"load balancer {front.load_balancer} has no listener on port {listener}")
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    query = scope["query_string"].decode("latin-1")
    status, reply_headers, reply = await alb.dispatch_request(
        balancer,
        scope["method"],
        scope["path"],
        headers,
        body,
        parse_qs(query, keep_blank_values=True),
        port=listener,
        client_ip=(scope.get("client") or (LOOPBACK,))[0],
        raw_query_string=query,
        raw_path=scope["raw_path"].decode("ascii"),
    )
    return status, _translated(front, headers.get("host", ""), dict(reply_headers)), reply


def _translated(front: Front, host: str, headers: Headers) -> Headers:
    """Change a redirect to the requested host on the ALB's port to the front's port."""
    for name in [n for n in headers if n.lower() == "location"]:
        target = urlsplit(headers[name])
        port = {HTTPS: front.https, HTTP: front.http}.get(target.port or 0)
        if port and target.hostname == host.partition(":")[0]:
            headers[name] = urlunsplit(target._replace(netloc=f"{target.hostname}:{port}"))
    return headers


def _unavailable(why: str) -> tuple[int, Headers, bytes]:
    return 503, {"Content-Type": "text/plain"}, f"503: {why}\n".encode()
