"""Keeps what AWS answers, by events of botocore: nothing is changed by it, and no code of Landfall knows of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import botocore

from tests.contract.rehearsal.scrub import KEPT, scrubbed

MOST = 6
"""Replies of an operation that are kept of one step: those that say something else than the ones before."""


@dataclass
class Recorder:
    """What was answered, step by step. `hears` while a step is under way."""

    began: datetime = field(default_factory=lambda: datetime.now(UTC))
    step: str = ""
    replies: dict[tuple[str, str], list[dict[str, Any]]] = field(default_factory=dict)
    calls: int = 0

    def listen(self) -> None:
        """Hear the clients of every session from now on."""
        botocore.register_initializer(lambda session: session.register("after-call", self._heard))

    @contextmanager
    def during(self, step: str) -> Iterator[None]:
        """Keep what is answered meanwhile as that step's."""
        self.step = step
        try:
            yield
        finally:
            self.step = ""

    def _heard(self, http_response: Any, parsed: Mapping[str, Any], model: Any, **_: Any) -> None:
        if not self.step:
            return
        self.calls += 1
        told = {
            "operation": model.name,
            "service": model.service_model.service_name,
            "status": http_response.status_code,
            "reply": scrubbed(parsed, self.began),
        }
        known = self.replies.setdefault((self.step, model.name), [])
        if len(known) < MOST and _says(told) not in map(_says, known):
            known.append(told)

    def write(self, directory: Path, where: str) -> list[Path]:
        """Write a file for each step, and return them."""
        written = []
        for step in dict.fromkeys(step for step, _ in self.replies):
            path = directory / where / f"{step}.json"
            path.parent.mkdir(parents=True, exist_ok=True)
            found = [each for (of, _), several in sorted(self.replies.items()) if of == step for each in several]
            path.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n", encoding="utf-8")
            written.append(path)
        return written


def _says(told: Any, key: str = "") -> Any:
    """Return what tells a reply from another: its shape, and AWS's own words in it."""
    if isinstance(told, Mapping):
        return tuple(sorted((str(k), repr(_says(v, str(k)))) for k, v in told.items()))
    if isinstance(told, list):
        return tuple(sorted({repr(_says(each, key)) for each in told}))
    return told if key in KEPT or key in ("operation", "status") else type(told).__name__
