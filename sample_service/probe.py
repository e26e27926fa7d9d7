"""The container's health check: `python -m sample_service.probe` exits 0 if the service here is alive.

It checks liveness, not readiness, since replacing a container doesn't fix its database. The load balancer checks the
readiness endpoint to decide whether a container gets traffic.
"""

import os
import socket
import sys
from collections.abc import Mapping

TIMEOUT_SECONDS = 4
"""Shorter than the health check's own timeout of 5 s, so that the reason for a failure is still printed."""

_ASKED = b"GET /api/v1/health/live HTTP/1.0\r\nHost: localhost\r\n\r\n"
_ANSWERED = b"HTTP/1."
_EVERY_ADDRESS = ("", "0.0.0.0", "::")  # noqa: S104  compared with, not bound to


def main(env: Mapping[str, str]) -> int:
    """Send one request to the address in this environment, and return the exit code."""
    host = env.get("HOST", "")
    address = "127.0.0.1" if host in _EVERY_ADDRESS else host
    try:
        line = _status_line(address, int(env.get("PORT") or 8080))
    except OSError as error:
        print(f"no answer: {error}", file=sys.stderr)
        return 1
    if not line.startswith(_ANSWERED):
        print(f"no answer: {line[:80]!r} is not HTTP", file=sys.stderr)
        return 1
    status = line.split()[1:2]
    print(f"answered {b''.join(status).decode('ascii', 'replace')}")
    return 0 if status == [b"200"] else 1


def _status_line(address: str, port: int) -> bytes:
    """Send a request without http.client. Its import would take longer than everything else, every few seconds."""
    # as bytes, since a text's way through IDNA imports as much as everything else here
    host = address.encode()
    with socket.create_connection((host, port), TIMEOUT_SECONDS) as connection:  # type: ignore[arg-type]
        connection.sendall(_ASKED)
        with connection.makefile("rb") as answer:
            return answer.readline(1000)


if __name__ == "__main__":
    sys.exit(main(os.environ))
