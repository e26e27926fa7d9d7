"""The container's health check: `python -m sample_service.probe` exits 0 if the service here is alive.

It asks for liveness, not readiness: replacing a container does not mend the database it depends on. Whether a
container may have traffic is asked by the load balancer, of the readiness endpoint.
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
    """Ask once, where this environment says the service listens; the exit code is the answer."""
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
    """Ask without http.client, whose import takes longer than the rest, every few seconds in every container."""
    with socket.create_connection((address, port), TIMEOUT_SECONDS) as connection:
        connection.sendall(_ASKED)
        with connection.makefile("rb") as answer:
            return answer.readline(1000)


if __name__ == "__main__":
    sys.exit(main(os.environ))
