"""The HTTP side of a scenario: which answer the next request to an endpoint gets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache

from tests.campaigns.torture.cloud import Cloud
from tests.campaigns.torture.roles import SHAS

PATHS = {"version": "/api/v1/version", "live": "/api/v1/health/live", "ready": "/api/v1/health/ready"}
ERRORS = {"timeout": "ReadTimeout: timed out", "refused": "ConnectError: refused", "reset": "ReadError: reset"}
GATEWAY = ("502", "503", "504")
CDN = {str(status) for status in (*range(520, 528), 530)}
"""Errors that Cloudflare answers when it can't reach the service (Cloudflare docs, Cloudflare 5xx errors)."""
OUT_OF_A_CACHE = {"age": "240", "x-cache": "Hit from cloudfront"}


@dataclass(frozen=True)
class Said:
    """One answer: a status, headers and a body after some seconds, or the error that came instead."""

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

    def answer(self, endpoint: str, test: bool = False) -> Said:
        """Return the next answer of `version`, `live` or `ready`. Without a strategy there is no test listener."""
        assert not test
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
                first = expanded(getattr(fact, "first" if endpoint == "version" else f"first_{endpoint}"))
                once = self._next((id(fact), endpoint, "first")) if first and one is phase else len(first)
                if once < len(first):
                    return said(first[once], endpoint, self.cloud)
        if not told:
            return Said(error=ERRORS["refused"])
        words = expanded(told)
        return said(words[self._next((endpoint, told)) % len(words)], endpoint, self.cloud)

    def _next(self, key: tuple[object, ...]) -> int:
        self.asked[key] = self.asked.get(key, -1) + 1
        return self.asked[key]


@cache
def expanded(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words one by one: `19*ours` is nineteen."""
    split = [word.rpartition("*") for word in words]
    return tuple(one for times, _, word in split for one in [word] * int(times or 1))


def said(word: str, endpoint: str, cloud: Cloud) -> Said:
    """Return the answer a word stands for: `ours`, `200`, `timeout`, `connected`, `slow:3`, `500`, `empty` …"""
    name, _, rest = word.partition(":")
    if name == "cached":
        return replace(said(rest, endpoint, cloud), headers=OUT_OF_A_CACHE)
    if name in ERRORS:
        return Said(error=ERRORS[name], seconds=5.0)
    if name.isdigit():
        return _status(name, rest)
    if name in ("slow", "short"):
        number, _, role = rest.partition(":")
        body = _version(role or "ours", cloud, 40 if name == "slow" else int(number))
        return Said(body=body, seconds=float(number) if name == "slow" else Said.seconds)
    if name in SHAS:
        return Said(body=_version(name, cloud))
    if endpoint == "ready" and name in ("connected", "disconnected"):
        return Said(200 if name == "connected" else 503, json.dumps({"database": name}))
    bodies = {"empty": "", "garbage": "\x00\ufffd{{{<html>", "list": "[]", "null": '{"gitSha": null}'}
    return Said(body=bodies.get(name, word))


def _status(status: str, retry_after: str) -> Said:
    """Return an answer of which only the status counts: a proxy's own page, or the service's empty one."""
    body = "<html>the proxy's own page</html>" if status in (*GATEWAY, *CDN) else "{}"
    headers = {"server": "cloudflare"} if status in CDN else {}
    if retry_after:
        headers["retry-after"] = retry_after
    return Said(int(status), body, headers=headers)


def _version(role: str, cloud: Cloud, length: int = 40) -> str:
    return json.dumps({"gitSha": cloud.sha(role)[:length], "version": "1.0.0"})
