"""The container's health check: `python -m sample_service.probe` exits 0 if the service here is alive.

It asks for liveness, not readiness: replacing a container does not mend the database it depends on. Whether a
container may have traffic is asked by the load balancer, of the readiness endpoint.
"""

import http.client
import os
import sys
from collections.abc import Mapping
from contextlib import closing

TIMEOUT_SECONDS = 4
"""Shorter than the health check's own timeout of 5 s, so that the reason for a failure is still printed."""

_EVERY_ADDRESS = ("", "0.0.0.0", "::")  # noqa: S104  compared with, not bound to


def main(env: Mapping[str, str]) -> int:
    """Ask once, where this environment says the service listens; the exit code is the answer."""
    host = env.get("HOST", "")
    address = "127.0.0.1" if host in _EVERY_ADDRESS else host
    connection = http.client.HTTPConnection(address, int(env.get("PORT") or 8080), timeout=TIMEOUT_SECONDS)
    try:
        with closing(connection):
            connection.request("GET", "/api/v1/health/live")
            status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        print(f"no answer: {error}", file=sys.stderr)
        return 1
    print(f"answered {status}")
    return 0 if status == http.client.OK else 1


if __name__ == "__main__":
    sys.exit(main(os.environ))
