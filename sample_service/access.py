"""The access record: a line for each request that reached this process, for rehearsals of deployments.

ACCESS_RECORD names a directory. Each process writes a file of its own there, named by its commit, so that the record
of a release is read apart from the record of the release before it. A line is the time in seconds, the request's kind
(the header X-Request-Kind; `-` without it), the status and the path, separated by tabs. Health checks have no kind.
"""

import os
import time
from pathlib import Path

from starlette.types import ASGIApp, Message, Receive, Scope, Send

KIND = b"x-request-kind"
NO_KIND = "-"
LONGEST_KIND = 20


class AccessRecord:
    """Writes a line when a reply begins; each is written at once, since the process may be killed at any time."""

    def __init__(self, app: ASGIApp, directory: str, git_sha: str) -> None:
        self._app = app
        path = Path(directory)
        path.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path / f"{git_sha}.{os.getpid()}.tsv", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer like the app, and record it."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        kind = next((value.decode("latin-1") for name, value in scope["headers"] if name == KIND), NO_KIND)
        kind = kind[:LONGEST_KIND] if kind.isalnum() else NO_KIND

        async def recorded(message: Message) -> None:
            if message["type"] == "http.response.start":
                path = scope["path"].replace("\t", " ").replace("\n", " ")
                os.write(self._file, f"{time.time():.3f}\t{kind}\t{message['status']}\t{path}\n".encode())
            await send(message)

        return await self._app(scope, receive, recorded)
