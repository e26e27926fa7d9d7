"""Faults for rehearsals: kinds of bad releases. The variable FAULT in an image chooses one.

A fault wraps the app from outside. Neither the app nor the pipeline knows about faults: the pipeline must detect them,
as in a release that is bad by accident.
"""

import asyncio
import json
import sys
import time
from collections.abc import Callable
from typing import NoReturn

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sample_service.headers import SECURITY_HEADERS

WRONG_SHA = "badc0de" * 5 + "badc0"
SLOW_SECONDS = 3.0
LATE_SECONDS = 5.0
FLAKY_EVERY = 5
CRASH_EXIT_CODE = 3

_LIVE_PATH = "/api/v1/health/live"
_RECORDS_PATH = "/api/v1/records"
_READY_PATH = "/api/v1/health/ready"
_VERSION_PATH = "/api/v1/version"
_NOT_READY = b'{"status":"unavailable","database":"disconnected"}'
_LEAK = b"""Traceback (most recent call last):
  File "/app/sample_service/app.py", line 57, in records
    rows = connect(DATABASE_URL).execute(query)
  File "/app/sample_service/database.py", line 31, in connect
    raise OperationalError(f"could not connect to {url}")
OperationalError: could not connect to postgres://landfall:not-a-real-password@db.internal:5432/records
AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY
"""

Fault = Callable[[ASGIApp], ASGIApp]
"""Takes a good app and returns a bad one."""

Rewrite = Callable[[str, int, bytes], tuple[int, bytes]]
"""Takes the path, status and body of a reply, and returns the status and body to send instead."""


def named(fault: str) -> Fault:
    """Return the fault of that name. An empty name gives the unchanged app."""
    if not fault:
        return lambda app: app
    if fault not in FAULTS:
        raise ValueError(f"FAULT is {fault!r}: it must be empty or one of {', '.join(sorted(FAULTS))}")
    return FAULTS[fault]


def _crash_on_start(_: ASGIApp) -> NoReturn:
    sys.stderr.write("fatal: could not start: the fault 'crash-on-start' is baked into this image\n")
    raise SystemExit(CRASH_EXIT_CODE)


def rewriting(app: ASGIApp, rewrite: Rewrite) -> ASGIApp:
    """Return the app with rewritten replies. Headers stay, so that nothing else in a reply is wrong."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        start: Message = {}
        chunks: list[bytes] = []

        async def collect(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
                return
            chunks.append(message.get("body", b""))
            if message.get("more_body", False):
                return
            status, body = rewrite(scope["path"], start["status"], b"".join(chunks))
            headers = [(name, value) for name, value in start["headers"] if name.lower() != b"content-length"]
            headers.append((b"content-length", str(len(body)).encode()))
            await send({**start, "status": status, "headers": headers})
            await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

        await app(scope, receive, collect)

    return wrapped


def _not_ready(path: str, status: int, body: bytes) -> tuple[int, bytes]:
    return (503, _NOT_READY) if path == _READY_PATH else (status, body)


def _wrong_sha(path: str, status: int, body: bytes) -> tuple[int, bytes]:
    if path != _VERSION_PATH or not body.startswith(b"{"):  # a CORS preflight is answered in plain text
        return status, body
    return status, json.dumps({**json.loads(body), "gitSha": WRONG_SHA}).encode()


def _leak(_: str, status: int, body: bytes) -> tuple[int, bytes]:
    # 401 and 503 stay as they are, since a fault must show only one problem.
    return (500, _LEAK) if status in (404, 500) else (status, body)


def _not_alive(path: str, status: int, body: bytes) -> tuple[int, bytes]:
    return (500, b'{"error":"internal server error"}') if path == _LIVE_PATH else (status, body)


def _open(path: str, status: int, body: bytes) -> tuple[int, bytes]:
    return (200, b'{"records":[]}') if path == _RECORDS_PATH and status == 401 else (status, body)  # noqa: PLR2004


def _no_base(path: str, status: int, body: bytes) -> tuple[int, bytes]:
    return (404, b'{"error":"not found"}') if path == "/" else (status, body)


def without_headers(app: ASGIApp, is_missing: Callable[[str], bool]) -> ASGIApp:
    """Return the app without some headers in its replies. `is_missing` gets each header's name in lower case."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_fewer(message: Message) -> None:
            headers = [h for h in message.get("headers", ()) if not is_missing(h[0].decode("latin-1").lower())]
            await send({**message, "headers": headers} if "headers" in message else message)

        await app(scope, receive, send_fewer)

    return wrapped


def slow(app: ASGIApp, seconds: float = SLOW_SECONDS) -> ASGIApp:
    """Return an app that answers correctly, but only after the given time."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.sleep(seconds)
        await app(scope, receive, send)

    return wrapped


def late(app: ASGIApp, seconds: float = LATE_SECONDS) -> ASGIApp:
    """Return an app that is not ready until the given time after its start."""
    ready_at = time.monotonic() + seconds
    waiting = rewriting(app, _not_ready)

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        await (waiting if time.monotonic() < ready_at else app)(scope, receive, send)

    return wrapped


def flaky(app: ASGIApp, every: int = FLAKY_EVERY) -> ASGIApp:
    """Return an app that drops the connection in the middle of every `every`-th reply."""
    count = 0

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal count
        count += 1
        if count % every:
            return await app(scope, receive, send)
        # If a reply is shorter than its promised length, the server closes the connection. For a client this looks
        # like a process that died while it answered.
        headers = [(b"content-length", b"64")]
        return await send({"type": "http.response.start", "status": 200, "headers": headers})

    return wrapped


FAULTS: dict[str, Fault] = {
    "crash-on-start": _crash_on_start,
    "unhealthy": lambda app: rewriting(app, _not_ready),
    "wrong-sha": lambda app: rewriting(app, _wrong_sha),
    "leaking-errors": lambda app: rewriting(app, _leak),
    "not-alive": lambda app: rewriting(app, _not_alive),
    "open-endpoint": lambda app: rewriting(app, _open),
    "no-base": lambda app: rewriting(app, _no_base),
    "no-cors": lambda app: without_headers(app, lambda name: name.startswith("access-control-")),
    "no-security-headers": lambda app: without_headers(app, {name.lower() for name in SECURITY_HEADERS}.__contains__),
    "slow": slow,
    "late": late,
    "flaky": flaky,
    # of its migration (migrate.py): the app itself is good
    "migration-fails": lambda app: app,
    "migration-hangs": lambda app: app,
    "migration-slow": lambda app: app,
}
"""Every fault by the name that FAULT takes."""
