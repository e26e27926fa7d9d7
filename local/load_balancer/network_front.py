"""Serves the emulator's Network Load Balancer on the two ports of a front: it forwards connections, not requests.

AWS ("Listeners for your Network Load Balancers", "Health checks for Network Load Balancer target groups"): a TLS
listener ends TLS, a TCP listener forwards everything. A new connection goes to a healthy target, or to any target if
none is healthy. There are no redirects and no error pages: a connection without a target is reset.
Emulator: it has the records of such a load balancer, but forwards only HTTP.
Here: port 443 of the load balancer is the front's HTTPS port, with the front's own certificate; port 80 is its HTTP
port; port 8443, for test traffic, is its test port, with the certificate. Target groups share connections by weight.
A port is open only while it has a listener, so that plain HTTP is refused without one. Not simulated: the minutes
until a new target is registered, and those in which a draining target still gets connections. Both are in
tests/campaigns/torture/scenarios/20-shapes.toml.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import ssl
from collections.abc import Callable
from typing import Any

from ministack.services import alb

from cli.loopback import LOOPBACK
from local.load_balancer import weights
from local.load_balancer.front import TEST_LISTENER, Front

HTTPS, HTTP = 443, 80
LOOK_SECONDS = 0.2
CHUNK = 64 * 1024
Eligible = Callable[[str, Any, list[Any]], list[Any]]


class NetworkFront:
    """One Network Load Balancer. `eligible` chooses the targets that may get a connection."""

    def __init__(self, front: Front, certificates: tuple[str, str], eligible: Eligible) -> None:
        self._front, self._eligible = front, eligible
        self._turn = itertools.count()
        self._context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._context.load_cert_chain(*certificates)
        self._servers: dict[int, asyncio.Server] = {}

    async def serve(self, stop: asyncio.Event) -> None:
        """Open and close the ports as listeners come and go, until told to stop."""
        while not stop.is_set():
            test = [] if self._front.test is None else [(TEST_LISTENER, self._front.test)]
            for listener, port in ((HTTPS, self._front.https), (HTTP, self._front.http), *test):
                await self._follow(listener, port)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), LOOK_SECONDS)
        for server in self._servers.values():
            server.close()

    async def _follow(self, listener: int, port: int) -> None:
        there = bool(self._groups(listener))
        if there and listener not in self._servers:
            context = None if listener == HTTP else self._context
            serve = self._connected(listener)
            self._servers[listener] = await asyncio.start_server(serve, LOOPBACK, port, ssl=context)
        elif not there and listener in self._servers:
            self._servers.pop(listener).close()

    def _groups(self, port: int) -> dict[str, int]:
        """Return the target groups, with their weights, that the listener on a port forwards to."""
        balancer = alb._find_lb_by_name(self._front.load_balancer)
        arn = balancer["LoadBalancerArn"] if balancer else ""
        listeners = list(alb._listeners.values())
        at = (x["ListenerArn"] for x in listeners if x["LoadBalancerArn"] == arn and x.get("Port") == port)
        return next((found for listener in at if (found := weights.of(listener))), {})

    def _connected(self, listener: int) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Any]:
        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            place = self._target(listener)
            try:
                theirs = await asyncio.open_connection(*place) if place else None
            except OSError:
                theirs = None
            if theirs is None:
                writer.transport.abort()
                return
            await asyncio.gather(_pump(reader, theirs[1]), _pump(theirs[0], writer))
            for each in (writer, theirs[1]):
                each.close()

        return connected

    def _target(self, listener: int) -> tuple[str, int] | None:
        """Return the place of the target whose turn it is."""
        group = weights.pick(self._groups(listener))
        record, targets = alb._tgs.get(group), alb._targets.get(group, [])
        if not (group and record and targets):
            return None
        able = self._eligible(group, record, targets)
        target = able[next(self._turn) % len(able)]
        return str(target["Id"]), int(target.get("Port") or record.get("Port", 80))


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Forward one side's data until it ends, then end the other side. TLS has no half-closed connections."""
    with contextlib.suppress(OSError, ssl.SSLError):
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()
    with contextlib.suppress(OSError):
        if writer.can_write_eof():
            writer.write_eof()
        else:
            writer.close()
