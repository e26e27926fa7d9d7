"""The HTTP side of a scenario: which answer the next request to an endpoint gets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from tests.torture.cloud import Cloud
from tests.torture.roles import SHAS

PATHS = {"version": "/api/v1/version", "live": "/api/v1/health/live", "ready": "/api/v1/health/ready"}
ERRORS = {"timeout": "ReadTimeout: timed out", "refused": "ConnectError: refused", "reset": "ReadError: reset"}
GATEWAY = ("502", "503", "504", *map(str, range(520, 530)), "530")
CACHED = {"age": "240", "x-cache": "Hit from cloudfront"}


@dataclass(frozen=True)
class Said:
    """One answer: a status and a body after some seconds, or the error that came instead."""

    status: int = 200
    body: str = ""
    seconds: float = 0.05
    error: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Web:
    """Counts the requests of each endpoint, so that answers come in turn."""

    cloud: Cloud
    asked: dict[tuple[object, ...], int] = field(default_factory=dict)

    def answer(self, endpoint: str) -> Said:
        """Return the next answer of `version`, `live` or `ready`."""
        phase, base = self.cloud.story.phase(self.cloud.clock())
        phases = [(self.cloud.scenario.before, 0.0), (self.cloud.scenario.release, self.cloud.story.updated_at)]
        if phase is self.cloud.scenario.back:
            phases.append((phase, base))
        told: tuple[str, ...] = ()
        for one, begun in phases:
            for fact in sorted(one.http, key=lambda f: f.at):
                if begun is None or fact.at + begun > self.cloud.clock():
                    continue
                told = getattr(fact, endpoint) or told
                once = self._next((id(fact), "first")) if fact.first and endpoint == "version" else len(fact.first)
                if once < len(fact.first):
                    return said(fact.first[once], endpoint, self.cloud)
        if not told:
            return Said(error=ERRORS["refused"])
        return said(told[self._next((endpoint, told)) % len(told)], endpoint, self.cloud)

    def _next(self, key: tuple[object, ...]) -> int:
        self.asked[key] = self.asked.get(key, -1) + 1
        return self.asked[key]


def said(word: str, endpoint: str, cloud: Cloud) -> Said:
    """Return the answer a word stands for: `ours`, `200`, `timeout`, `connected`, `slow:3`, `500`, `empty` …

    `cached:old` is another answer out of a cache, `429:30` a status with a Retry-After.
    """
    name, _, rest = word.partition(":")
    if name == "cached":
        return replace(said(rest, endpoint, cloud), headers=CACHED)
    if rest and name.isdigit():
        return replace(said(name, endpoint, cloud), headers={"retry-after": rest})
    if name in ERRORS:
        return Said(error=ERRORS[name], seconds=5.0)
    if name == "slow":
        return Said(body=_version(rest.partition(":")[2] or "ours", cloud), seconds=float(rest.partition(":")[0]))
    if name in SHAS:
        return Said(body=_version(name, cloud))
    if name in GATEWAY:
        return Said(int(name), "<html>the load balancer's own page</html>")
    if name.isdigit():
        return Said(int(name), "{}")
    if endpoint == "ready" and name in ("connected", "disconnected"):
        return Said(200 if name == "connected" else 503, json.dumps({"database": name}))
    bodies = {"empty": "", "garbage": "\x00\ufffd{{{<html>", "list": "[]", "null": '{"gitSha": null}'}
    return Said(body=bodies.get(name, word))


def _version(role: str, cloud: Cloud) -> str:
    return json.dumps({"gitSha": cloud.sha(role), "version": "1.0.0"})
