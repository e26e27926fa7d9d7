"""Where a test registers its faults, and reads what happened."""

from __future__ import annotations

import json
import urllib.request
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from cli.loopback import LOOPBACK
from local.faults.planned import Happened, Kind, Rule


@dataclass(frozen=True)
class Told:
    """What happened in a plan."""

    happened: tuple[Happened, ...]
    calls: Counter[tuple[str, str]]

    def faults_of(self, step: str) -> int:
        """Return how many of a step's calls had a fault."""
        return sum(happened.step == step for happened in self.happened)


@dataclass(frozen=True)
class FaultDesk:
    """The faults of one local AWS."""

    port: int

    def put(self, about: str, rules: Sequence[Rule]) -> None:
        """Begin a plan for a service. It replaces the previous one."""
        self._ask("PUT", about, [asdict(rule) for rule in rules])

    def told(self, about: str) -> Told:
        """Return what happened since the plan began."""
        reply = self._ask("GET", about)
        happened = tuple(Happened(**{**each, "kind": Kind(each["kind"])}) for each in reply["happened"])
        return Told(happened, Counter({(step, operation): count for step, operation, count in reply["calls"]}))

    def _ask(self, method: str, about: str, document: Any = None) -> Any:
        body = None if document is None else json.dumps(document).encode()
        url = f"http://{LOOPBACK}:{self.port}/_faults/{about}"
        request = urllib.request.Request(url, data=body, method=method)
        with urllib.request.urlopen(request, timeout=10) as reply:  # noqa: S310  loopback
            return json.loads(reply.read())
