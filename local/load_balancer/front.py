"""The two ports of a load balancer of the local AWS. ``local.load_balancer.front_server`` serves them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from cli.loopback import free_port


@dataclass(frozen=True)
class Front:
    """Two ports for one load balancer; a port of 0 is chosen by ``settled``. ``kind`` is application or network."""

    https: int
    http: int
    load_balancer: str
    kind: str = "application"

    def __str__(self) -> str:
        return f"{self.https}:{self.http}:{self.load_balancer}:{self.kind}"

    @classmethod
    def parse(cls, text: str) -> Front:
        """Read ``https:http:name`` or ``https:http:name:kind``."""
        https, http, name, *kind = text.split(":", 3)
        return cls(int(https), int(http), name, *kind)

    def settled(self) -> Front:
        """Return the same front with real ports."""
        return replace(self, https=self.https or free_port(), http=self.http or free_port())

    @property
    def url(self) -> str:
        """Return the URL of the load balancer's HTTPS listener."""
        return f"https://localhost:{self.https}"


def ca_bundle(state: Path) -> Path:
    """Return the path of the certificate authority's certificate."""
    return state / "ca.pem"
