"""Serves the pages on loopback until Ctrl-C."""

from __future__ import annotations

import contextlib
import secrets
import socket
from collections.abc import Callable
from functools import partial

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from cli.exits import Refused
from cli.loopback import LOOPBACK, free_port
from cli.ui import pages, rendering
from cli.ui.environments import FAILURES
from cli.ui.guard import Guard
from cli.ui.site import Site, answer

Page = Callable[..., Response]
ROUTES: tuple[tuple[str, Page], ...] = (
    ("/", pages.live),
    ("/history", pages.history),
    ("/delivery", pages.delivery),
    ("/evidence", pages.evidence),
    ("/diff/{environment}/{service}", pages.difference),
    ("/deployment/{environment}/{service}/{name}", pages.deployment),
)
"""Each page's path and what answers it."""


def token() -> str:
    """Return a secret of 192 bits. Only a person who was given the address knows it."""
    return secrets.token_urlsafe(24)


def application(site: Site, port: int) -> ASGIApp:
    """Return the server's application. Its address is site.root, at this port."""
    routes = [Route(path, partial(_answered, site, page), methods=["GET"]) for path, page in ROUTES]
    static = Mount("/static", StaticFiles(directory=rendering.HERE / "static"))
    app = Starlette(routes=[Mount(site.root, routes=[*routes, static])])
    return Guard(app, site.root.strip("/"), [f"{host}:{port}" for host in (LOOPBACK, "localhost")])


def _answered(site: Site, page: Page, request: Request) -> Response:
    """Answer a request. An error gets a page too."""
    try:
        return page(site, request, **request.path_params)
    except Refused as error:
        return _failed(site, request, str(error), 404)
    except FAILURES as error:
        return _failed(site, request, str(error), 502)
    except Exception as error:  # a record that somebody wrote by hand may have any shape
        return _failed(site, request, f"a bug in landfall: {type(error).__name__}: {error}", 500)


def _failed(site: Site, request: Request, why: str, status: int) -> Response:
    told = answer(site, request, "failed.html.j2", "?", {"why": why})
    told.status_code = status
    return told


def bound(port: int) -> socket.socket:
    """Return a socket on loopback, at a free port for 0. Raises Refused where the port is taken."""
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((LOOPBACK, port or free_port()))
    except OSError as error:
        listening.close()
        raise Refused("PORT_TAKEN", f"--port {port}: {error.strerror}; give another, or leave --port out") from error
    return listening


def serve(app: ASGIApp, listening: socket.socket, opened: Callable[[], None]) -> None:
    """Serve until Ctrl-C. `opened` is called once the pages can be read."""
    config = uvicorn.Config(app, log_level="warning", access_log=False, server_header=False, lifespan="off")
    config.load()
    listening.listen()
    opened()
    with contextlib.suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listening])


def address(site: Site, port: int) -> str:
    """Return the address of the first page."""
    return f"http://{LOOPBACK}:{port}{site.root}/"
