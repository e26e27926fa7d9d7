"""The ports of a load balancer of the local AWS. ``local.load_balancer.front_server`` serves them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from cli.loopback import free_port

TEST_LISTENER = 8443
"""The port of a load balancer's test listener. It is HTTPS, or TLS, as the listener on 443 is."""


@dataclass(frozen=True)
class Front:
    """The ports for one load balancer; a port of 0 is chosen by ``settled``. ``kind`` is application or network.

    ``test`` is the port for its listener on ``TEST_LISTENER``; None if it has none.
    """

    https: int
    http: int
    load_balancer: str
    kind: str = "application"
    test: int | None = None

    def __str__(self) -> str:
        test = "" if self.test is None else f":{self.test}"
        return f"{self.https}:{self.http}:{self.load_balancer}:{self.kind}{test}"

    @classmethod
    def parse(cls, text: str) -> Front:
        """Read ``https:http:name``, ``https:http:name:kind`` or ``https:http:name:kind:test``."""
        https, http, name, *more = text.split(":", 4)
        kind, test = (*more, *("application", "")[len(more) :])
        return cls(int(https), int(http), name, kind, int(test) if test else None)

    def settled(self) -> Front:
        """Return the same front with real ports."""
        test = free_port() if self.test == 0 else self.test
        return replace(self, https=self.https or free_port(), http=self.http or free_port(), test=test)

    @property
    def url(self) -> str:
        """Return the URL of the load balancer's HTTPS listener."""
        return f"https://localhost:{self.https}"

    @property
    def test_url(self) -> str:
        """Return the URL of the load balancer's test listener; of the production listener if it has none."""
        return self.url if self.test is None else f"https://localhost:{self.test}"


def ca_bundle(state: Path) -> Path:
    """Return the path of the certificate authority's certificate."""
    return state / "ca.pem"
