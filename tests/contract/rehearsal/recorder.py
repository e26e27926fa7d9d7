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

MOST = 4
"""Replies of an operation that are kept of one step: those that say something else than any before."""
LONGEST = 10
"""Members of a list that are kept: the first that say something else than the ones before."""


@dataclass
class Recorder:
    """What was answered, step by step. `hears` while a step is under way."""

    began: datetime = field(default_factory=lambda: datetime.now(UTC))
    step: str = ""
    replies: dict[tuple[str, str], list[dict[str, Any]]] = field(default_factory=dict)
    calls: int = 0
    _said: set[str] = field(default_factory=set)

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
            "reply": _thinned(scrubbed(parsed, self.began)),
        }
        known, says = self.replies.setdefault((self.step, model.name), []), repr(_says(told))
        if len(known) < MOST and says not in self._said:
            self._said.add(says)
            known.append(told)

    def write(self, directory: Path, where: str) -> list[Path]:
        """Write a file for each step, and return them."""
        written = []
        for step in dict.fromkeys(step for step, _ in self.replies):
            path = directory / where / f"{step}.json"
            path.parent.mkdir(parents=True, exist_ok=True)
            found = [each for (of, _), several in sorted(self.replies.items()) if of == step for each in several]
            lines = ",\n".join(json.dumps(each, sort_keys=True) for each in found)
            path.write_text(f"[\n{lines}\n]\n" if found else "[]\n", encoding="utf-8")
            written.append(path)
        return written


def _thinned(told: Any) -> Any:
    """Return a reply with less in its lists: a history has hundreds of events that differ in nothing that is kept."""
    if isinstance(told, Mapping):
        return {k: _thinned(v) for k, v in told.items()}
    if isinstance(told, list):
        return list({repr(_says(each)): _thinned(each) for each in reversed(told)}.values())[::-1][:LONGEST]
    return told


def _says(told: Any, key: str = "") -> Any:
    """Return what tells a reply from another: its shape, and AWS's own words in it."""
    if isinstance(told, Mapping):
        return tuple(sorted((str(k), repr(_says(v, str(k)))) for k, v in told.items()))
    if isinstance(told, list):
        return tuple(sorted({repr(_says(each, key)) for each in told}))
    return told if key in KEPT or key in ("operation", "status") else type(told).__name__
