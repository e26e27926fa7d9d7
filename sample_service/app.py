"""The API: the endpoints and their answers."""

import hmac
from dataclasses import asdict
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from sample_service import __version__
from sample_service.database import Database, DatabaseError
from sample_service.headers import SecurityHeaders
from sample_service.settings import Settings


def create_app(settings: Settings, database: Database) -> ASGIApp:
    """Return the whole service as one ASGI app.

    Headers and CORS are wrapped around Starlette, not inside it: Starlette answers an unexpected error from outside its
    own middleware, and that reply needs the headers too.
    """
    api = _Api(settings, database)
    handlers = {HTTPException: _http_error, Exception: _server_error}
    app = Starlette(routes=api.routes(), exception_handlers=handlers)
    app.router.redirect_slashes = False
    cors = CORSMiddleware(
        app,  # no CORS credentials: a token in a header needs none, and there are no cookies
        allow_origins=settings.cors_origins,
        allow_methods=("GET", "HEAD", "OPTIONS"),
        allow_headers=("Authorization", "Content-Type"),
        max_age=600,
    )
    return SecurityHeaders(cors)


class _Api:
    """The endpoints. They are plain functions, which Starlette runs in threads, since SQLite blocks."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._database = database

    def routes(self) -> list[Route]:
        return [
            Route("/", self.base),
            Route("/api/v1/version", self.version),
            Route("/api/v1/health/live", self.live),
            Route("/api/v1/health/ready", self.ready),
            Route("/api/v1/records", self.records),
        ]

    def base(self, _: Request) -> Response:
        """Answer the base endpoint: the service's name, and the other endpoints."""
        return JSONResponse({"service": self._settings.service, "version": "/api/v1/version"})

    def version(self, _: Request) -> Response:
        """Answer with the commit, and the deployment that released it."""
        settings = self._settings
        return JSONResponse(
            {
                "gitSha": settings.git_sha,
                "buildTime": settings.build_time,
                "nodeEnv": settings.node_env,
                "version": __version__,
                "service": settings.service,
                "imageDigest": settings.image_digest,
                "deployedAt": settings.deployed_at,
                "deployedGitSha": settings.deployed_git_sha,
            }
        )

    def live(self, _: Request) -> Response:
        """Answer that the process is alive. This says nothing about its dependencies."""
        return JSONResponse({"status": "ok"})

    def ready(self, _: Request) -> Response:
        """Answer whether requests can be served, which needs a working database."""
        try:
            self._database.check()
        except DatabaseError:
            # The cause is not in this reply, since everybody can read it.
            body = {"status": "unavailable", "database": "disconnected"}
            return JSONResponse(body, HTTPStatus.SERVICE_UNAVAILABLE)
        return JSONResponse({"status": "ready", "database": "connected"})

    def records(self, request: Request) -> Response:
        """Answer with the protected rows, if the request has the token."""
        if not self._is_authorised(request.headers.get("authorization", "")):
            challenge = {"WWW-Authenticate": f'Bearer realm="{self._settings.service}"'}
            raise HTTPException(HTTPStatus.UNAUTHORIZED, headers=challenge)
        return JSONResponse({"records": [asdict(record) for record in self._database.records()]})

    def _is_authorised(self, authorization: str) -> bool:
        """Say whether the header holds our token. If none is configured, nobody is authorised."""
        scheme, _, token = authorization.partition(" ")
        expected = self._settings.api_token.encode()
        # Headers are decoded as latin-1, so this returns the exact bytes that were sent.
        same = hmac.compare_digest(token.strip().encode("latin-1"), expected)
        return bool(expected) and same and scheme.lower() == "bearer"


def _http_error(_: Request, error: Exception) -> Response:
    """Answer an expected error, with its standard phrase only."""
    status = HTTPStatus(error.status_code if isinstance(error, HTTPException) else 500)
    headers = error.headers if isinstance(error, HTTPException) else None
    return JSONResponse({"error": status.phrase.lower()}, status, headers=headers)


def _server_error(_: Request, __: Exception) -> Response:
    """Answer an unexpected error. The server logs the cause; the caller doesn't get it."""
    return JSONResponse({"error": "internal server error"}, HTTPStatus.INTERNAL_SERVER_ERROR)
